"""Rules for the whole schema: who may call a field, what it means, how it refuses, and where its code is found."""

import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_specified_scalar_type,
    validate_schema,
)
from strawberry.utils.str_converters import to_camel_case

from kurir_api import errors
from kurir_api.models import Role
from kurir_api.schema import MUTATIONS, QUERIES, SUBSCRIPTIONS
from kurir_api.schema import build_schema as build_kurir_schema
from kurir_api.schema.enums import VALUES
from kurir_api.schema.permissions import MayCall

SCHEMA = build_schema(build_kurir_schema().as_str())
ROOTS = {"Query": QUERIES, "Mutation": MUTATIONS, "Subscription": SUBSCRIPTIONS}
REFUSALS = {refusal.__name__: refusal for refusal in errors.Refusal.__subclasses__()}
WITHOUT_INPUT = "mark_notifications_read"
"""The one mutation that takes ids and answers a number: refused, it answers with a top-level error."""

every_mutation = pytest.mark.parametrize(
    "mutation", [field.python_name for field in MUTATIONS if field.python_name != WITHOUT_INPUT]
)


def served(mutation: str) -> Any:
    """The mutation as clients see it."""
    return SCHEMA.mutation_type.fields[to_camel_case(mutation)]


def refusals(mutation: str) -> set[str]:
    """The refusals in what the mutation answers."""
    answers = get_named_type(served(mutation).type).types
    return {answer.name for answer in answers if SCHEMA.type_map["UserError"] in answer.interfaces}


def resolver(mutation: str) -> Any:
    """The module that the mutation is written in."""
    field = next(field for field in MUTATIONS if field.python_name == mutation)
    return importlib.import_module(field.base_resolver.wrapped_func.__module__)


def use_case(mutation: str) -> Any:
    """The function of the same name, in the file of the same name, below services/."""
    name = resolver(mutation).__name__.replace("kurir_api.schema.", "kurir_api.services.")
    return getattr(importlib.import_module(name), mutation)


def parts() -> Iterator[tuple[str, Any]]:
    """Everything that may have a description, by its coordinate."""
    for kind in SCHEMA.type_map.values():
        if kind.name.startswith("__") or is_specified_scalar_type(kind):
            continue
        yield kind.name, kind
        values = kind.values if isinstance(kind, GraphQLEnumType) else {}
        for name, part in (getattr(kind, "fields", {}) | values).items():
            yield f"{kind.name}.{name}", part
            for argument, its in getattr(part, "args", {}).items():
                yield f"{kind.name}.{name}({argument}:)", its


def test_the_schema_is_a_valid_one() -> None:
    assert validate_schema(SCHEMA) == []


def test_everything_has_a_description() -> None:
    assert [coordinate for coordinate, part in parts() if not (part.description or "").strip()] == []


def test_a_description_is_a_sentence() -> None:
    assert [coordinate for coordinate, part in parts() if not part.description.endswith((".", "?"))] == []


def test_every_value_of_every_enum_is_explained_and_no_explanation_is_left_over() -> None:
    enums = {name: kind for name, kind in SCHEMA.type_map.items() if isinstance(kind, GraphQLEnumType)}
    explained = {enum.__strawberry_definition__.name: set(words) for enum, words in VALUES.items()}
    assert explained == {name: set(kind.values) for name, kind in enums.items() if not name.startswith("__")}


@pytest.mark.parametrize("root", ROOTS)
def test_every_root_field_names_who_may_call_it(root: str) -> None:
    for field in ROOTS[root]:
        said = SCHEMA.type_map[root].fields[to_camel_case(field.python_name)].description
        (guard,) = [extension for extension in field.extensions if isinstance(extension, MayCall)]
        who = "any member" if guard.roles == set(Role) else ", ".join(sorted(guard.roles))
        assert guard.roles
        assert (field.python_name, said.rpartition(" May be called by: ")[2]) == (field.python_name, f"{who}.")


ONLY_NAMED = {"ContributionLine", "Receipt", "Session"}
"""What has an id to be named in a mutation, and belongs to something that is found again."""


def test_every_type_with_an_id_is_a_node() -> None:
    node = SCHEMA.type_map["Node"]
    with_id = [kind for kind in SCHEMA.type_map.values() if "id" in getattr(kind, "fields", {}) and kind is not node]
    assert {kind.name for kind in with_id if node not in kind.interfaces} == ONLY_NAMED


def test_every_refusal_is_a_type_that_says_a_code_and_a_message() -> None:
    types = {kind.name for kind in SCHEMA.get_possible_types(SCHEMA.type_map["UserError"])}
    assert types == set(REFUSALS)


@every_mutation
def test_a_mutation_takes_one_input_of_its_own_kind(mutation: str) -> None:
    arguments = served(mutation).args
    assert list(arguments) == ["input"]
    assert isinstance(arguments["input"].type, GraphQLNonNull)
    given = get_named_type(arguments["input"].type)
    assert isinstance(given, GraphQLInputObjectType)
    assert given.name.endswith("Input")


@every_mutation
def test_a_mutation_answers_with_one_success_or_a_refusal(mutation: str) -> None:
    assert isinstance(served(mutation).type, GraphQLNonNull)
    result = get_named_type(served(mutation).type)
    assert isinstance(result, GraphQLUnionType)
    (success,) = {answer.name for answer in result.types} - refusals(mutation)
    assert result.name.removesuffix("Result") == success.removesuffix("Success")


@every_mutation
def test_a_mutation_that_takes_a_key_can_refuse_a_reused_one(mutation: str) -> None:
    given = get_named_type(served(mutation).args["input"].type)
    assert "idempotencyKey" not in given.fields or "IdempotencyKeyReused" in refusals(mutation)


@every_mutation
def test_a_refusal_about_a_row_comes_with_not_found_for_who_may_not_know_of_it(mutation: str) -> None:
    about_rows = {"TaskAlreadyClaimed", "ScheduleConflict", "CaseAlreadyOpen"}
    assert about_rows.isdisjoint(refusals(mutation)) or "NotFound" in refusals(mutation)


@every_mutation
def test_what_a_use_case_says_it_raises_is_in_the_answer(mutation: str) -> None:
    said = re.findall(r"Raises ([^.]+)\.", inspect.getdoc(use_case(mutation)) or "")
    raised = {name for sentence in said for name in re.findall(r"\w+", sentence) if name in REFUSALS}
    assert raised or mutation == "unregister_device"
    assert raised <= refusals(mutation)


@every_mutation
def test_a_mutation_its_file_and_its_use_case_share_one_name(mutation: str) -> None:
    module = resolver(mutation)
    assert module.__name__.rpartition(".")[2] == mutation
    assert module.use_case is use_case(mutation)


def test_the_mutation_without_input_is_found_by_its_name_as_well() -> None:
    assert resolver(WITHOUT_INPUT).use_case is use_case(WITHOUT_INPUT)
    assert list(served(WITHOUT_INPUT).args) == ["ids"]
