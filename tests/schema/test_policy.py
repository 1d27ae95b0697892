"""The policy is whole: nothing is served that docs/policy doesn't say who sees."""

from tests.conftest import Figures
from tests.schema.tables import tables
from tests.schema.types_page import HEADING, PAGE, page, served, types

ROWS, PARTS, REFUSALS = "rows", "with", "refusal"
RULES = {ROWS, PARTS, "regency", "nation", "office", "partner", "own", "figures", "answer", REFUSALS}


def test_every_type_every_field_and_every_way_to_it_is_in_the_page() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.schema.types_page, and look at what is new"


def test_every_type_has_a_rule_and_those_of_rows_have_a_table_of_their_fields(figure: Figures) -> None:
    rules = {name: row["rule"] for name, row in tables("types.md")[HEADING].items()}
    rows = tables("visibility.md")

    assert {name for name, rule in rules.items() if rule not in RULES} == set()
    assert {name for name, rule in rules.items() if rule == ROWS} == set(rows)
    figure(
        "every type, field and way is in the policy",
        f"{len(rules)} types, {sum(len(kind.fields) for kind in types(served()))} fields,"
        f" {sum(len(fields) for fields in rows.values())} of them row by row for 15 kinds of viewers",
    )


def test_what_succeeds_and_what_refuses_is_called_so() -> None:
    rules = {name: row["rule"] for name, row in tables("types.md")[HEADING].items()}

    for kind in types(served()):
        assert (rules[kind.name] == "answer") == kind.name.endswith("Success"), kind.name
        refuses = {"code", "message"} <= set(kind.fields)
        assert (rules[kind.name] == REFUSALS) == refuses, kind.name


def test_no_part_of_something_is_a_root_of_its_own() -> None:
    found = tables("types.md")[HEADING]

    roots = {
        name: row["reached by"]
        for name, row in found.items()
        if row["rule"] == PARTS and ("Query." in row["reached by"] or "Subscription." in row["reached by"])
    }

    assert roots == {}
