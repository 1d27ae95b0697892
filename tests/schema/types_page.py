"""docs/policy/types.md: every type of the served schema, its fields, and all ways that lead to it.

`python -m tests.schema.types_page` writes the page anew, with the rules as they stood; what is new has no rule yet.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
)

from kurir_api.schema import build_schema as build_kurir_schema
from tests.schema.tables import POLICY, tables

PAGE = POLICY / "types.md"
HEADING = "Types"
UNRULED = "?"
MANY = 12
"""So many mutations aren't named one by one."""

EDGES = re.compile(r"Connection$|Edge$|^PageInfo$")
INTRODUCTION = """\
# Every type, and the ways to it

`tests/schema/test_policy.py` fails on a type, a field or a way that isn't here. A way is a field that answers with
the type, alone, in a list, on a page, or as what a mutation succeeds in. Write the page with
`python -m tests.schema.types_page`; the rule is for people to write, and to check.

| rule | who sees it |
| --- | --- |
| `rows` | row by row and field by field as [visibility.md](visibility.md) says, whatever the way |
| `with` | a part of the types it is reached by: whoever sees that field there, and no others |
| `regency` | whoever works in the row's regency, all of it; nobody is named in it |
| `nation` | every member: it says nothing about anybody |
| `office` | the office's roles that may call the field by [callers.md](callers.md), within their regions |
| `partner` | the reviewers of the partner it is about; coordinators and administrators of the whole regency |
| `own` | the caller: what is the caller's own, and of rows those that the rule of rows shows |
| `figures` | whoever works in the regency: sums, and of few people none |
| `answer` | whoever called the mutation and was not refused; what is in it, by its own rule |
| `refusal` | whoever called the mutation; what it names, the caller may see anyway |

"""


@cache
def served() -> GraphQLSchema:
    """The schema as clients know it."""
    return build_schema(build_kurir_schema().as_str())


def types(schema: GraphQLSchema) -> Iterator[GraphQLObjectType]:
    """Every object type but the roots, introspection, and what pages are made of."""
    roots = {schema.query_type, schema.mutation_type, schema.subscription_type}
    for name, kind in sorted(schema.type_map.items()):
        if isinstance(kind, GraphQLObjectType) and kind not in roots and not (name[:2] == "__" or EDGES.search(name)):
            yield kind


def ways(schema: GraphQLSchema) -> dict[str, set[str]]:
    """By type, the fields that lead to it: "Case.patient"; those that lead to anything under its interface's name."""
    found = defaultdict(set)
    for name, kind in schema.type_map.items():
        if not isinstance(kind, GraphQLObjectType) or name.startswith("__") or EDGES.search(name):
            continue
        for field_name, field in kind.fields.items():
            for target in _leads_to(schema, get_named_type(field.type)):
                found[target].add(f"{name}.{field_name}")
    return found


def _leads_to(schema: GraphQLSchema, kind: GraphQLNamedType) -> Iterator[str]:
    """The types behind a field's: a page's nodes, every member of a union."""
    if isinstance(kind, GraphQLUnionType):
        for one in kind.types:
            yield one.name
    elif isinstance(kind, GraphQLObjectType) and kind.name.endswith("Connection"):
        edge = get_named_type(kind.fields["edges"].type)
        assert isinstance(edge, GraphQLObjectType)
        yield from _leads_to(schema, get_named_type(edge.fields["node"].type))
    elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        yield kind.name


def described(ways: set[str]) -> str:
    """The ways of a row; what refuses is reached by most mutations."""
    mutations = {one for one in ways if one.startswith("Mutation.")}
    return ", ".join(sorted(ways - mutations | {"most mutations"} if len(mutations) > MANY else ways))


def page() -> str:
    """The page for the schema that is served."""
    rules = {name: row["rule"] for name, row in tables("types.md")[HEADING].items()} if PAGE.exists() else {}
    schema = served()
    found = ways(schema)
    by_id = f"Whatever is a Node is also reached by {', '.join(sorted(found['Node']))}, under the same rule.\n\n"
    head = f"## {HEADING}\n\n| type | rule | fields | reached by |\n| --- | --- | --- | --- |\n"
    rows = (
        " | ".join((kind.name, rules.get(kind.name, UNRULED), ", ".join(kind.fields), described(found[kind.name])))
        for kind in types(schema)
    )
    return INTRODUCTION + by_id + head + "".join(f"| {row} |\n" for row in rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
