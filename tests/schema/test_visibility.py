"""Who sees what: every field of visibility.md, as every column of it, over the served API."""

from collections.abc import AsyncIterator, Iterator
from functools import cache
from itertools import product
from typing import Any

from graphql import GraphQLObjectType, build_schema

from kurir_api.models import Member
from kurir_api.schema import build_schema as build_kurir_schema
from tests.api import Answer, Api
from tests.factories import SUBDISTRICT
from tests.schema.tables import Table, tables
from tests.schema.visibility_scene import OUTSIDERS, Scene, complete, edges, make_scene

NOT_FOUND = "·"
AFTER = "after"
SELECTIONS: dict[str, dict[str, str]] = {
    "Patient": {
        "region": "{ code }",
        "location": "{ latitude longitude }",
        "accesses": "(first: 1) { edges { node { action } } }",
    },
    "Case": {
        "patient": "{ id }",
        "facility": "{ name }",
        "coordinator": "{ name }",
        "tasks": "(first: 3) { edges { node { number } } }",
        "timeline": "(first: 1) { edges { node { action } } }",
        "desk": "{ code }",
        "insurance": "{ status }",
        "recurrences": "{ rule }",
        "familyLinks": "(first: 1) { edges { node { id } } }",
        "need": "{ amount }",
        "referrals": "(first: 1) { edges { node { number } } }",
    },
    "Report": {
        "messages": "(first: 1) { edges { node { text } } }",
        "region": "{ code }",
        "desk": "{ code }",
        "regionCandidates": "{ code }",
        "possibleDuplicates": "{ number }",
        "timeline": "(first: 1) { edges { node { action } } }",
        "location": "{ latitude longitude }",
        "case": "{ id }",
        "referrals": "(first: 1) { edges { node { number } } }",
    },
    "Referral": {
        "programme": "{ code }",
        "patient": "{ id }",
        "case": "{ id }",
        "report": "{ id }",
        "desk": "{ code }",
        "sentBy": "{ name }",
        "documents": "{ code required seenAt seenBy { name } }",
        "timeline": "(first: 1) { edges { node { action } } }",
        "previous": "{ number }",
        "following": "{ number }",
    },
    "Message": {"author": "{ name }", "media": "{ kind type }"},
    "FamilyLink": {"createdBy": "{ name }"},
    "Recurrence": {
        "kind": "{ code }",
        "case": "{ id }",
        "destination": "{ name }",
        "createdBy": "{ name }",
    },
    "Task": {
        "kind": "{ code }",
        "area": "{ code }",
        "location": "{ latitude longitude }",
        "destination": "{ name }",
        "case": "{ id }",
        "distanceM": "(from: {latitude: -7.4, longitude: 109.2215})",
        "claims": "{ member { name } }",
        "viewerClaim": "{ member { name } }",
        "viewerEligibility": "{ __typename }",
        "costs": "(first: 3) { edges { node { amount } } }",
        "need": "{ id }",
        "candidates": "(first: 1) { rank }",
        "waves": "{ number }",
        "alarms": "{ reason }",
        "assessment": "{ id }",
        "recurrence": "{ rule }",
    },
    "Assessment": {
        "task": "{ id }",
        "kind": "{ code }",
        "filledBy": "{ name }",
        "has": "{ code }",
        "needs": "{ code }",
        "referrals": "{ number }",
    },
    "Claim": {
        "task": "{ id }",
        "member": "{ id }",
        "organization": "{ name }",
        "assignedBy": "{ name }",
        "takesOver": "{ status }",
    },
    "Cost": {
        "task": "{ id }",
        "member": "{ id }",
        "organization": "{ name }",
        "receipts": "{ sha256 }",
        "shares": "{ amount organization { name } }",
    },
    "Need": {"kind": "{ code }", "region": "{ code }", "pledges": "{ amount organization { name } }"},
    "Pledge": {"organization": "{ name }", "need": "{ id }"},
    "Member": {
        "memberships": "{ role }",
        "capabilities": "{ code }",
        "dutyShifts": "{ weekday from to }",
        "sessions": "{ device current }",
        "stats": '(period: {from: "2026-11-01", to: "2026-11-30"}) { tasksCompleted }',
        "location": "{ latitude longitude }",
        "yearUrl": "(year: 2026)",
    },
    "Alert": {"member": "{ id }"},
    "Alarm": {"task": "{ id }", "endedBy": "{ name }"},
    "AidLookup": {"member": "{ name }"},
    "Drill": {},
    "Notification": {"task": "{ id }", "about": "{ id }", "cost": "{ amount }"},
}
"""The types of the table, and what to ask of those fields that are no leaves."""

OTHERWISE: dict[tuple[str, str, str], Any] = {
    ("Task", "title", "kind"): "Antar jemput ambulans",
    ("Task", "claims", "own"): [{"member": {"name": "holder"}}],
    ("Task", "costs", "own"): edges({"amount": 85_000}),
    ("Case", "costTotal", "own"): 85_000,
    ("Case", "costTotal", "null"): 0,
    ("Need", "region", "part"): {"code": SUBDISTRICT},
    ("Member", "stats", "null"): {"tasksCompleted": 0},
}
"""What a word other than `yes` stands for, where it isn't simply nothing."""

WAYS = {
    "myNotifications": "{ edges { node { ...Notification task { ...Task } } } }",
    "changes": "(first: 40) { changes { node { ...Case ...Patient } } }",
    "myClaims": "{ edges { node { ...Claim member { ...Member } task { ...Task } } } }",
    "tasks": """(first: 5) { edges { node {
        ...Task claims { ...Claim member { ...Member } } viewerClaim { ...Claim } costs(first: 3) { edges { node {
            ...Cost
        } } }
    } } }""",
    "taskByNumber": """(number: 4821) {
        case { ...Case patient { ...Patient } } waves { alerts { ...Alert member { ...Member } } }
        alarms { ...Alarm } assessment { ...Assessment filledBy { ...Member } }
        costs(first: 3) { edges { node { member { ...Member } task { ...Task } } } }
    }""",
    "needs": "(first: 3) { edges { node { ...Need pledges { ...Pledge } } } }",
    "costs": "(first: 3) { edges { node { ...Cost member { ...Member } task { ...Task } } } }",
    "cases": """(first: 2) { edges { node {
        ...Case patient { ...Patient } familyLinks(first: 1) { edges { node { ...FamilyLink } } }
        recurrences { ...Recurrence } timeline(first: 1) { edges { node { subject { id } } } }
    } } }""",
    "aidLookups": "(first: 2) { edges { node { ...AidLookup } } }",
    "case": "(id: $case) { tasks(first: 3) { edges { node { ...Task claims { ...Claim } } } } }",
    "referrals": """(first: 2) { edges { node {
        ...Referral patient { ...Patient } case { ...Case } report { ...Report }
    } } }""",
    "assessments": "(first: 2) { edges { node { ...Assessment task { ...Task } referrals { ...Referral } } } }",
    "reports": """(first: 2) { edges { node {
        ...Report case { ...Case patient { ...Patient } } messages(first: 1) { edges { node { ...Message } } }
    } } }""",
}
"""Ways to the things of the table through others, from the root fields."""


@cache
def table() -> dict[str, Table]:
    """visibility.md: the words by type, field and column."""
    return tables("visibility.md")


def viewers(scene: Scene) -> Iterator[tuple[str, str, Member]]:
    """Column by column who looks while the holder's work goes on: the column, what they are, and the member."""
    for column in table()["Patient"]["id"]:
        if column != AFTER:
            for who in OUTSIDERS if column == "outsiders" else (column,):
                yield column, who, scene.people[who]


async def every_viewer(scene: Scene) -> AsyncIterator[tuple[str, str, Member]]:
    """Those, and last the holder, when done."""
    for viewer in viewers(scene):
        yield viewer
    await complete(scene)
    yield AFTER, AFTER, scene.people["holder"]


def expected(scene: Scene, type_name: str, column: str) -> Answer | None:
    """What a column sees of the thing of this type; None: it isn't found."""
    fields = table()[type_name]
    if fields["id"][column] == NOT_FOUND:
        return None
    return {field: _cell(scene, type_name, field, column) for field in fields}


def _cell(scene: Scene, type_name: str, field: str, column: str) -> Any:
    word = table()[type_name][field][column]
    if field == "viewerClaim" and word == "own":
        return {"member": {"name": "holder" if column == "after" else column}}
    there = scene.there[type_name].get(field)
    if word == "yes":
        return there
    if (type_name, field, word) in OTHERWISE:
        return OTHERWISE[type_name, field, word]
    assert word == "null", f"{type_name}.{field} as {column}: {word!r} is no word of the table"
    if isinstance(there, list):
        return []
    return edges() if isinstance(there, dict) and "edges" in there else None


def asked(type_name: str) -> str:
    """Every field of the type, as a selection."""
    fields = SELECTIONS[type_name]
    return " ".join(f"{field} {fields.get(field, '')}" for field in table()[type_name])


async def found_by_id(api: Api, scene: Scene, viewer: Member, type_name: str) -> Answer | None:
    """What the viewer finds by the thing's id."""
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on {type_name} {{ {asked(type_name)} }} }} }}"
    found: Answer | None = (await api.data(viewer, document, id=scene.ids[type_name]))["node"]
    return found


async def reached_by(api: Api, scene: Scene, viewer: Member, field: str) -> list[Answer]:
    """Every thing with an id that the viewer reaches by a root field, at any depth; none if they may not call it."""
    way = WAYS[field].replace("$case", f'"{scene.ids["Case"]}"')
    used = [name for name in table() if f"...{name}" in way.split()]
    fragments = " ".join(f"fragment {name} on {name} {{ {asked(name)} }}" for name in used)
    body = (await api.post(viewer, f"{{ {field} {way} }} {fragments}")).json()
    assert [error["extensions"]["code"] for error in body.get("errors", [])] in ([], ["FORBIDDEN"]), body
    return list(things(body["data"]))


def things(value: Any) -> Iterator[Answer]:
    """Every object with an id within the value."""
    if isinstance(value, list):
        for item in value:
            yield from things(item)
    elif isinstance(value, dict):
        if "id" in value:
            yield value
        for item in value.values():
            yield from things(item)


def wrong(seen: Answer | None, rule: Answer | None) -> list[str]:
    """The fields that don't show what the rule says, as far as they were asked for."""
    if seen is None or rule is None:
        return [] if seen is rule else ["found" if rule is None else "not found"]
    return [f"{key}: {seen[key]}" for key in rule if key in seen and not _shows(seen[key], rule[key])]


def _shows(seen: Any, rule: Any) -> bool:
    """Whether what was seen is as the rule says; it may hold more, when more was asked."""
    if isinstance(rule, dict) and isinstance(seen, dict):
        return all(_shows(seen[key], rule[key]) for key in rule)
    if isinstance(rule, list) and isinstance(seen, list):
        return len(seen) == len(rule) and all(map(_shows, seen, rule))
    return bool(seen == rule)


def test_the_table_holds_every_field_of_every_type_it_is_about() -> None:
    schema = build_schema(build_kurir_schema().as_str())
    types = {name: schema.type_map[name] for name in SELECTIONS}

    served = {name: set(kind.fields) for name, kind in types.items() if isinstance(kind, GraphQLObjectType)}

    assert {name: set(fields) for name, fields in table().items()} == served


def test_what_is_not_found_has_no_field_that_shows_anything() -> None:
    def missing(row: dict[str, str]) -> set[str]:
        return {column for column, word in row.items() if word == NOT_FOUND}

    for name, fields in table().items():
        assert {field: missing(row) for field, row in fields.items()} == dict.fromkeys(
            fields, missing(fields["id"])
        ), name


async def test_by_its_id_every_thing_shows_what_the_table_says(api: Api) -> None:
    scene = await make_scene()

    faults = [
        f"{who}: {name}: {fault}"
        async for column, who, viewer in every_viewer(scene)
        for name in table()
        for fault in wrong(await found_by_id(api, scene, viewer, name), expected(scene, name, column))
    ]

    assert faults == []


async def test_through_others_a_thing_shows_the_same_and_what_is_not_found_is_not_reached(api: Api) -> None:
    scene = await make_scene()
    names = {thing_id: name for name, thing_id in scene.ids.items()}
    faults, reached = [], set()

    async for column, who, viewer in every_viewer(scene):
        for field in WAYS:
            for thing in await reached_by(api, scene, viewer, field):
                if name := names.get(thing["id"]):
                    reached.add((column, name))
                    rule = expected(scene, name, column)
                    faults += [f"{who}: {field}: {name}: {fault}" for fault in wrong(thing, rule)]

    assert faults == []
    # No root field leads a member to the own alert or drill: the push brings its id.
    assert reached == {
        (column, name)
        for name, fields in table().items()
        for column, word in fields["id"].items()
        if word != NOT_FOUND and (name, column) not in set(product(("Alert", "Drill"), ("holder", "after")))
    }


async def test_whoever_is_not_signed_in_finds_nothing(api: Api) -> None:
    scene = await make_scene()

    for thing_id in scene.ids.values():
        (error,) = await api.errors(None, "query ($id: ID!) { node(id: $id) { id } }", id=thing_id)
        assert error["extensions"] == {"code": "UNAUTHENTICATED"}
