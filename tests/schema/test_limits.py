"""What one query may ask for: exact measures, exact refusals, one pass."""

from time import perf_counter
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, get_introspection_query, parse
from strawberry.types import ExecutionResult

from kurir_api.schema.limits import LIMITS, MAX_PAGE, MAX_TOKENS, Measure, Measuring, hardening
from tests.conftest import Figures
from tests.schema.toy import Context, toy_schema

SCHEMA = toy_schema()
SDL = build_schema(
    """
    interface Node { id: ID! }
    type Query { task: Task tasks(first: Int, number: Int): Tasks nodes(ids: [ID!]!): [Node]! }
    type Tasks { edges: [Edge!]! }
    type Edge { node: Task! cursor: String! }
    type Task implements Node {
      id: ID! title: String! parent: Task
      claims(first: Int): Tasks
    }
    """
)


def measuring(query: str, schema: GraphQLSchema = SDL, **variables: Any) -> Measuring:
    return Measuring(schema, parse(query), variables)


def measure(query: str, schema: GraphQLSchema = SDL, **variables: Any) -> Measure:
    """The first operation's."""
    return next(measuring(query, schema, **variables).measures())


def cost(query: str, **variables: Any) -> int:
    return measure(query, **variables).cost


async def run(query: str, **variables: Any) -> ExecutionResult:
    return await SCHEMA.execute(query, variables, Context())


def errors(result: ExecutionResult) -> list[tuple[str, dict[str, Any] | None]]:
    return [(error.message, error.extensions) for error in result.errors or []]


def excess(limit: str, found: int, maximum: int) -> list[tuple[str, dict[str, Any]]]:
    return [
        (
            f"The query's {limit} is {found}; the maximum is {maximum}.",
            {"code": "BAD_USER_INPUT", "limit": limit, "found": found, "maximum": maximum},
        )
    ]


def nested(levels: int) -> str:
    return "{person" + "{friend" * (levels - 2) + "{name}" + "}" * (levels - 2) + "}"


async def test_ten_fields_deep_is_answered_and_eleven_refused() -> None:
    assert errors(await run(nested(10))) == []
    assert errors(await run(nested(11))) == excess("depth", 11, 10)


async def test_depth_goes_on_through_fragments() -> None:
    fragment = "fragment F on Person{friend{friend{friend{friend{friend{name}}}}}}"
    query = "{person{friend{friend{friend{friend{...F}}}}}}" + fragment

    assert errors(await run(query)) == excess("depth", 11, 10)


async def test_thirty_aliases_are_answered_and_thirty_one_refused() -> None:
    def aliased(count: int) -> str:
        return "{" + " ".join(f"a{number}:hello" for number in range(count)) + "}"

    assert errors(await run(aliased(30))) == []
    assert errors(await run(aliased(31))) == excess("aliases", 31, 30)


async def test_a_field_named_again_counts_as_an_alias() -> None:
    assert errors(await run("{" + "hello " * 31 + "}")) == []
    assert errors(await run("{" + "hello " * 32 + "}")) == excess("aliases", 31, 30)


async def test_aliases_in_a_fragment_count_each_time_it_is_spread() -> None:
    spreads = " ".join("person{...F}" for _ in range(11))
    query = "{" + spreads + "} fragment F on Person{a:name b:name}"

    assert errors(await run(query)) == excess("aliases", 32, 30)


async def test_a_field_named_again_in_inline_fragments_counts_as_an_alias_but_once_for_each_type() -> None:
    query = "{task{... on Node{id} ... on Task{id}" + "...{title}" * 31 + "}}"

    assert measure(query).aliases == 30
    assert errors(await run("{" + "...{hello}" * 32 + "}")) == excess("aliases", 31, 30)


async def test_all_of_a_document_is_held_to_the_limits_not_only_what_is_executed() -> None:
    many = "{" + "person{name}" * 32 + "}"
    documents = [f"query A{{hello}} query B{many}", f"query A{{hello}} fragment F on Query{many}"]

    for document in documents:
        result = await SCHEMA.execute(document, {}, Context(), operation_name="A")
        assert errors(result) == excess("aliases", 31, 30)


async def test_what_is_too_deep_for_python_is_refused_as_too_deep() -> None:
    inside = "{friend" * 160 + "{name}" + "}" * 160
    query = (
        f"{{person{{...A}}}} fragment A on Person{inside.replace('{name}', '{...B}')} fragment B on Person{inside}"
    )

    (error, *_) = errors(await run(query))
    assert (error[1] or {})["limit"] == "depth"


async def test_twenty_directives_are_answered_and_twenty_one_refused() -> None:
    def directed(count: int) -> str:
        return "{" + " ".join("hello @include(if:true)" for _ in range(count)) + "}"

    assert errors(await run(directed(20))) == []
    assert errors(await run(directed(21))) == excess("directives", 21, 20)


def test_directives_count_wherever_they_stand() -> None:
    query = "query($v:Int @a) @b {task @c {... on Task @d {id} ...F @e}} fragment F on Task @f {id}"

    assert measure(query).directives == 6


async def test_a_thousand_tokens_are_answered_and_more_refused() -> None:
    text = '{hello(name:"%s")}'
    comment = "#" + "x " * 2_000
    names = "{" + "hello," * 999 + "}"

    assert errors(await run(text % ("x " * 2_000) + comment)) == []
    assert errors(await run(names)) == [
        (
            "Syntax Error: Document contains more than 1000 tokens. Parsing aborted.",
            {"code": "BAD_USER_INPUT"},
        )
    ]


async def test_a_cost_of_5000_is_answered_and_more_refused() -> None:
    def costing(page: int) -> str:
        return f"{{person{{friends(first:100){{friends(first:{page}){{name}}}}}}}}"

    # person, friends, then 100 times friends and its page of names.
    assert measure(costing(48), SCHEMA._schema).cost == 1 + 1 + 100 * (1 + 48)
    assert errors(await run(costing(48))) == []
    assert errors(await run(costing(49))) == excess("cost", 5_002, 5_000)


def test_each_field_costs_one() -> None:
    assert cost("{task{id title parent{id}}}") == 5


def test_a_connections_fields_cost_once_for_each_item_of_its_page() -> None:
    assert cost("{tasks(first:7){edges{node{id}}}}") == 1 + 7 * 3


def test_pages_within_pages_multiply() -> None:
    assert cost("{tasks(first:7){edges{node{claims(first:5){edges{cursor}}}}}}") == 1 + 7 * (1 + 1 + 1 + 5 * 2)


def test_a_page_that_is_not_given_is_the_fields_default() -> None:
    assert measure("{person{friends{name}}}", SCHEMA._schema).cost == 1 + 1 + 20
    query = "query($n:Int){person{friends(first:$n){name}}}"
    assert measure(query, SCHEMA._schema).cost == 1 + 1 + 20


def test_a_page_without_default_is_the_largest() -> None:
    assert cost("{tasks{edges{cursor}}}") == 1 + 100 * 2
    assert measure("{person{allFriends{name}}}", SCHEMA._schema).cost == 1 + 1 + 100


@pytest.mark.parametrize(
    ("declared", "variables", "page"),
    [
        ("$n:Int", {"n": 3}, 3),
        ("$n:Int", {"n": 0}, 0),
        ("$n:Int=4", {}, 4),
        ("$n:Int=4", {"n": 3}, 3),
        ("$n:Int", {}, 100),
        ("$n:Int", {"n": None}, 100),
        ("$n:Int=null", {}, 100),
        ("$n:Int", {"n": "3"}, 100),
        ("$n:Int", {"n": -1}, 100),
        ("$n:Int", {"n": 101}, 100),
    ],
)
def test_a_page_in_a_variable_is_its_value_or_default(declared: str, variables: dict[str, Any], page: int) -> None:
    query = f"query({declared}){{tasks(first:$n){{edges{{cursor}}}}}}"

    assert cost(query, **variables) == 1 + page * 2


@pytest.mark.parametrize("literal", ["101", "-1", "null", '"3"', "9" * 5_000])
def test_a_page_the_resolver_refuses_counts_as_the_largest(literal: str) -> None:
    assert cost(f"{{tasks(first:{literal}){{edges{{cursor}}}}}}") == 1 + 100 * 2


def test_nodes_cost_once_for_each_id() -> None:
    assert cost('{nodes(ids:["a","b","c"]){id}}') == 1 + 3
    assert cost("query($ids:[ID!]!){nodes(ids:$ids){id}}", ids=["a", "b"]) == 1 + 2
    assert cost("query($ids:[ID!]!){nodes(ids:$ids){id}}") == 1 + 100


async def test_the_decision_follows_the_variables_of_each_request() -> None:
    query = "query($n:Int){person{friends(first:100){friends(first:$n){name}}}}"

    assert errors(await run(query, n=10)) == []
    assert errors(await run(query, n=49)) == excess("cost", 5_002, 5_000)
    assert errors(await run(query, n=10)) == []


def test_a_usual_screen_of_100_tasks_stays_within_the_limit() -> None:
    fields = " ".join(f"a{number}:title" for number in range(27))
    relations = "parent{id title parent{id title}} " * 3
    query = f"query($n:Int){{tasks(first:$n){{edges{{cursor node{{{fields} {relations}}}}}}}}}"

    assert cost(query, n=100) == 1 + 100 * (3 + 27 + 18) == 4_801


@pytest.mark.parametrize(
    "query",
    [
        "{...F} fragment F on Query{...G} fragment G on Query{...F}",
        "{...Missing}",
        "{missing{id}}",
        "{... on Missing{id}}",
        "{task{id{id}}}",
        "mutation{missing}",
    ],
)
def test_an_invalid_document_is_measured_and_left_to_validation(query: str) -> None:
    assert measure(query).depth <= 3


async def test_a_fragment_cycle_is_refused_by_validation() -> None:
    (error,) = errors(await run("{...F} fragment F on Query{hello ...F}"))

    assert error == ("Cannot spread fragment 'F' within itself.", {"code": "BAD_USER_INPUT"})


def test_each_fragment_is_visited_once_however_often_it_is_spread() -> None:
    chain = " ".join(f"fragment F{n} on Query{{...F{n + 1} ...F{n + 1}}}" for n in range(100))
    measured = measuring(f"{{...F0}} {chain} fragment F100 on Query{{task{{id}}}}")

    assert next(measured.measures()) == Measure(depth=2, aliases=0, directives=0, cost=2 * 2**100)
    assert measured.measured_selections == 1 + 100 * 2 + 2


async def test_a_cost_beyond_all_numbers_is_told_as_one_that_json_holds() -> None:
    chain = " ".join(f"fragment F{n} on Person{{...F{n + 1} ...F{n + 1}}}" for n in range(70))

    assert errors(await run(f"{{person{{...F0}}}} {chain} fragment F70 on Person{{name}}")) == excess(
        "cost", 10**9, 5_000
    )


def test_the_longest_chain_of_fragments_a_query_can_hold_is_measured() -> None:
    chain = " ".join(f"fragment F{n} on Query{{task{{...F{n + 1}}}}}" for n in range(90))

    assert measure(f"{{...F0}} {chain} fragment F90 on Query{{task{{id}}}}").depth == 92


async def test_graphiqls_introspection_is_answered() -> None:
    query = get_introspection_query(
        descriptions=True,
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )

    assert errors(await run(query)) == []
    assert measure(query) == Measure()


async def test_introspection_that_goes_round_in_circles_is_refused() -> None:
    query = "{__schema{types" + "{fields{type" * 3 + "{name}" + "}}" * 3 + "}}"

    assert errors(await run(query)) == [("Maximum introspection depth exceeded", {"code": "BAD_USER_INPUT"})]


def test_the_limits_are_those_that_were_promised_and_a_query_is_measured_in_linear_time(figure: Figures) -> None:
    def looked_at(fields: int) -> tuple[int, float]:
        measured = measuring("{" + "task{id}" * fields + "}")
        began = perf_counter()
        list(measured.measures())
        return measured.measured_selections, perf_counter() - began

    (few, _), (many, seconds) = looked_at(200), looked_at(2_000)

    assert (MAX_TOKENS, MAX_PAGE) == (1_000, 100)
    assert Measure(depth=10, aliases=30, directives=20, cost=5_000) == LIMITS
    assert (few, many) == (400, 4_000)
    figure(
        "queries: tokens 1,000, depth 10, aliases 30, directives 20, cost 5,000, pages 100, in linear time",
        f"set so; each of 4,000 fields looked at once, in {seconds * 1000:.1f} ms",
    )


async def test_every_excess_is_named() -> None:
    query = "{" + " ".join(f"a{n}:person{{friends{{friends{{friends{{name}}}}}}}}" for n in range(31)) + "}"

    found = [extensions["limit"] for _, extensions in errors(await run(query)) if extensions]

    assert found == ["aliases", "cost"]


def test_extensions_are_made_anew_for_each_request_and_share_their_caches() -> None:
    first, second = ([make() for make in hardening()] for _ in range(2))

    assert all(one is not other for one, other in zip(first, second, strict=True))
    assert first[1].cached_parse_document is second[1].cached_parse_document  # type: ignore[attr-defined]
    assert first[3].cached_validate_document is second[3].cached_validate_document  # type: ignore[attr-defined]
    assert first[1].cached_parse_document.cache_info().maxsize == 256  # type: ignore[attr-defined]
    assert first[3].cached_validate_document.cache_info().maxsize == 256  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("declared", "variables", "page"),
    [("", {}, 100), ("=null", {}, 100), ("", {"n": None}, 100), ("=88", {}, 1), ("", {"n": 88}, 1)],
)
def test_what_is_asked_for_by_its_number_is_one(declared: str, variables: dict[str, Any], page: int) -> None:
    query = f"query($n:Int{declared}){{tasks(first:100,number:$n){{edges{{node{{id}}}}}}}}"
    assert cost(query, **variables) == 1 + page * 3
    assert cost("{tasks(number:88){edges{node{id}}}}") == 4
    assert cost("{tasks(number:null,first:100){edges{node{id}}}}") == 301
