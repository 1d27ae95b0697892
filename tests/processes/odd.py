"""Odd values for every place of the schema where a caller may put one, and requests that are sound but for it."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLSchema,
    build_ast_schema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
    parse,
)

from kurir_api.schema import build_schema

SOMEBODY = UUID("01900000-0000-7000-8000-000000000000")
LONG = "x" * 10_000
Path = tuple[str, ...]
Place = Mapping[str, GraphQLArgument] | Mapping[str, GraphQLInputField]


def coded(text: str) -> str:
    """As ids are written."""
    return b64encode(text.encode()).decode()


def cursor(value: object) -> str:
    """As cursors are written."""
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


IDS = (
    "",
    "é",
    "//8=",  # not UTF-8
    LONG,
    str(SOMEBODY),
    *map(coded, ("", "Task", "Task:x", "Task:\0", f"Task:{SOMEBODY}", f"Task:{SOMEBODY}x", f"Case:{SOMEBODY}")),
    *map(coded, (f"Region:{'3' * 50}", "Region:\0")),
)
CURSORS = (
    "",
    "é",
    "====",
    LONG,
    coded(f"Task:{SOMEBODY}"),
    *map(cursor, (None, 1, "x", {}, [], [None], [1], ["x"], [[]], [{}], [str(SOMEBODY)], [0.5, str(SOMEBODY)])),
    *map(
        cursor, (["x", "x"], ["x", str(SOMEBODY)], ["\0", str(SOMEBODY)], [LONG, str(SOMEBODY)], [[], str(SOMEBODY)])
    ),
    *map(cursor, ([-1, str(SOMEBODY)], [10**30, str(SOMEBODY)], ["NaN", str(SOMEBODY)])),
    *(urlsafe_b64encode(text).decode() for text in (b"[1e999]", b"[" * 2_000, b'["\\ud800"]')),
)
TEXTS = (
    "",
    " ",
    "x",
    LONG,
    "%_\\",
    "'; --",
    "33.02.",
    "33'02",
    "\u202e\u0001\uffff",
    "\N{AMBULANCE}" * 50,
    "1" * 5_000,
)
BY_TYPE: Mapping[str, tuple[object, ...]] = {
    "ID": IDS,
    "String": TEXTS,
    "Int": (0, -1, 1, 2**31 - 1, -(2**31), 2**31, 10**18, 1.5, "1"),
    "Float": (0, -1, 1e308, -1e308, 5e-324, 10**18, 10**300, "1"),
    "Boolean": (True, False, "true", 1),
    "Rupiah": (0, -1, 1, 2**53 - 1, 2**53, 10**18, 1.5, "1"),
    "Date": ("", "x", "0001-01-01", "9999-12-31", "2026-02-30", "2026-W01-1", "20261123", LONG, 20261123),
    "DateTime": (
        *("", "x", LONG, "2026-11-23T09:00:00", "2026-11-23T24:00:00Z", "2026-11-23T09:00:00+99:00", 0),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
    ),
    "JSON": ({}, [], "x", LONG, 0, {"x": "\0"}, {LONG: 1}, {"x": [[[[{}]]]]}, {"notes": LONG}),
}
LISTS: tuple[list[object], ...] = ([], ["x"] * 101, [LONG], [None])
EXAMPLES: Mapping[str, object] = {
    "ID": coded(f"Task:{SOMEBODY}"),
    "String": "x",
    "Int": 1,
    "Float": 1.0,
    "Boolean": True,
    "Rupiah": 50_000,
    "Date": "2026-11-23",
    "DateTime": "2026-11-23T09:00:00+07:00",
    "JSON": {},
}


@dataclass(frozen=True)
class Sound:
    """What makes a request sound: by the name of an argument or input field, the value it may have."""

    values: Mapping[str, object]

    def of(self, name: str, type_: GraphQLInputType) -> object:
        """A sound value: the given one, else one of the type; of input objects what is required."""
        if name in self.values:
            return self.values[name]
        named = get_named_type(type_)
        if isinstance(named, GraphQLInputObjectType):
            value: object = self.all_of(named.fields)
        elif isinstance(named, GraphQLEnumType):
            value = next(iter(named.values))
        else:
            value = EXAMPLES[named.name]
        return [value] if isinstance(get_nullable_type(type_), GraphQLList) else value

    def all_of(self, places: Place) -> dict[str, Any]:
        """Sound values of the places that want one."""
        return {
            name: self.of(name, place.type)
            for name, place in places.items()
            if (is_required_argument(place) if isinstance(place, GraphQLArgument) else is_required_input_field(place))
        }

    def odd_requests(self, field: GraphQLField) -> Iterator[tuple[Path, dict[str, Any]]]:
        """The variables of requests that are sound but for one place, each with that place."""
        for path, value in _odd(field.args):
            variables = self.all_of(field.args)
            inside, places = variables, dict(field.args)
            for name in path[:-1]:
                type_ = get_named_type(places[name].type)
                assert isinstance(type_, GraphQLInputObjectType)
                if inside.get(name) is None or isinstance(inside[name], list):
                    inside[name] = self.all_of(type_.fields)
                inside, places = inside[name], dict(type_.fields)
            inside[path[-1]] = value
            yield path, variables


def _odd(places: Place) -> Iterator[tuple[Path, object]]:
    """Every place below these, with every odd value for it."""
    for name, place in places.items():
        listed = isinstance(get_nullable_type(place.type), GraphQLList)
        type_ = get_named_type(place.type)
        if isinstance(type_, GraphQLInputObjectType):
            for path, value in _odd(type_.fields):
                yield (name, *path), value
        elif is_leaf_type(type_):
            values = CURSORS if name == "after" else BY_TYPE.get(type_.name, ("", "NOT_ONE", LONG, 1))
            for value in (*values, None, {}):
                yield (name,), [value] if listed else value
        for value in LISTS if listed else ():
            yield (name,), value


@cache
def served_schema() -> GraphQLSchema:
    """The schema as clients know it."""
    return build_ast_schema(parse(build_schema().as_str()))


def root_fields(operation: str) -> Mapping[str, GraphQLField]:
    """The fields of "query", "mutation" or "subscription"."""
    schema = served_schema()
    root = {"query": schema.query_type, "mutation": schema.mutation_type, "subscription": schema.subscription_type}
    found = root[operation]
    assert found is not None
    return found.fields


def with_arguments(operation: str) -> list[str]:
    """The names of those of them that take arguments."""
    return [name for name, field in root_fields(operation).items() if field.args]


def document(operation: str, name: str) -> str:
    """The operation that asks for the field with all its arguments as variables, and of the answer for its type."""
    field = root_fields(operation)[name]
    declared = ", ".join(f"${one}: {argument.type}" for one, argument in field.args.items())
    given = ", ".join(f"{one}: ${one}" for one in field.args)
    selected = "" if is_leaf_type(get_named_type(field.type)) else _selected(field)
    return (
        f"{operation} {f'({declared})' if declared else ''} {{ {name} {f'({given})' if given else ''} {selected} }}"
    )


def _selected(field: GraphQLField) -> str:
    """Of a page its edges, so that its rows are read; of anything else its type."""
    named = get_named_type(field.type)
    return "{ edges { cursor node { id } } }" if named.name.endswith("Connection") else "{ __typename }"
