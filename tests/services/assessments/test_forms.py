"""The forms that are there."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kurir_api.errors import Problems
from kurir_api.services.assessments.checking import REASONS, TYPES, check_answers
from kurir_api.services.assessments.forms import Form, form_of, forms
from kurir_api.task_kinds import task_kinds
from tests.factories import ANSWERS

EVERY_FORM = [form for versions in forms().values() for form in versions.values()]
SHAPING = {"type", "properties", "required", "additionalProperties", "items"}
NOTES = {"x-words", "x-order", "x-choices", "x-programmes", "$schema"}


def parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and all within it."""
    yield schema
    for inner in [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]:
        yield from parts(inner)


def said(form: Form, answers: dict[str, Any]) -> dict[str, str]:
    """By path what is to be mended."""
    problems = Problems()
    check_answers(problems, "answers", form, answers)
    return {".".join(problem.path): problem.message("en") for problem in problems.found}


@pytest.fixture
def form() -> Form:
    """The first version of an outreach visit's."""
    found = form_of("OUTREACH_VISIT", 1)
    assert found is not None
    return found


@pytest.mark.parametrize("form", EVERY_FORM, ids=lambda form: f"{form.kind}-{form.version}")
def test_a_form_is_a_json_schema_of_a_kind_of_task_bounded_and_in_both_languages(form: Form) -> None:
    Draft202012Validator.check_schema(form.schema)
    assert form.kind in task_kinds()
    for part in parts(form.schema):
        assert set(part) <= {*SHAPING, *NOTES, *REASONS}, "a keyword of which nobody is told what to do about it"
        assert part["type"] in TYPES
        for name, question in part.get("properties", {}).items():
            assert question["x-words"].keys() == {"id", "en"}, name
            assert "{" not in "".join(question["x-words"].values())
        orders = [question["x-order"] for question in part.get("properties", {}).values()]
        assert sorted(orders) == list(range(1, len(orders) + 1))
        match part["type"]:
            case "object":
                assert part["additionalProperties"] is False
                assert set(part.get("required", ())) <= set(part["properties"])
            case "array":
                assert "maxItems" in part
            case "integer":
                assert {"minimum", "maximum"} <= set(part)
            case "string":
                assert {"enum", "pattern", "maxLength"} & set(part)
        choices = part["items"].get("enum") if part["type"] == "array" else part.get("enum")
        assert set(part.get("x-choices", ())) == (set(choices or ()) if "x-choices" in part else set())
    assert set(form.schema["x-programmes"]) == {"has", "needs"}
    assert set(form.schema["x-programmes"].values()) <= set(form.schema["properties"])


def test_another_version_is_another_file_and_the_newest_is_the_usual_one() -> None:
    """Nothing but the files says which forms there are."""
    root = files("kurir_api.services.assessments.forms")
    folders = {folder.name: folder for folder in root.iterdir() if folder.name.isupper()}

    assert set(forms()) == set(folders)
    for kind, versions in forms().items():
        assert {f"{version}.json" for version in versions} == {file.name for file in folders[kind].iterdir()}
        assert form_of(kind) is versions[max(versions)]
        for version, form in versions.items():
            assert form.schema == json.loads((folders[kind] / f"{version}.json").read_text(encoding="utf-8"))
    assert form_of("OUTREACH_VISIT", 99) is None
    assert form_of("AMBULANCE_RUN") is None


def test_answers_that_fit_are_taken(form: Form) -> None:
    full = ANSWERS | {
        "monthly_income": 900_000,
        "housing_lacks": ["WATER"],
        "people_in_need": [{"condition": "BEDRIDDEN", "age": 71, "note": "Perlu kasur"}],
        "notes": "Rumah di ujung jalan",
    }

    assert said(form, ANSWERS) == {}
    assert said(form, full) == {}


def test_what_is_missing_or_asked_by_nobody_is_named(form: Form) -> None:
    answers = {key: value for key, value in ANSWERS.items() if key not in {"housing", "household_size"}}

    assert said(form, answers | {"colour": "red"}) == {
        "answers.colour": "This form has no such question.",
        "answers.household_size": "How many people live in the household, the patient included? Must be answered.",
        "answers.housing": "Whose is the house they live in? Must be answered.",
    }


def test_an_answer_that_doesnt_fit_is_named_by_its_path_and_question(form: Form) -> None:
    answers = ANSWERS | {
        "household_size": 0,
        "monthly_income": True,
        "housing": "CASTLE",
        "housing_lacks": ["WATER", "WATER"],
        "people_in_need": [{"condition": "BEDRIDDEN", "age": 130}],
        "programmes_had": ["kis"],
        "notes": "x" * 2_001,
    }

    assert said(form, answers) == {
        "answers.household_size": "How many people live in the household, the patient included? At least 1.",
        "answers.monthly_income": "About how many rupiah come in per month, all together? Give a whole number.",
        "answers.housing": "Whose is the house they live in? Choose one of: OWN, FAMILY, RENTED, LENT, NONE.",
        "answers.housing_lacks": "What does the house lack? Name each once.",
        "answers.people_in_need.0.age": "How many years old? At most 120.",
        "answers.programmes_had.0": "Which programmes does the household have? Write the code, such as KIS_PBI.",
        "answers.notes": "Anything else to know? At most 2000 characters.",
    }


def test_of_very_many_problems_fifty_are_named(form: Form) -> None:
    assert len(said(form, {f"question {n}": n for n in range(100)})) == 50
