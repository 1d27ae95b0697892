"""Desks in a tree, two regencies and a programme: each sees exactly its own, whichever way it asks."""

from collections.abc import Mapping
from typing import Any

import pytest

from kurir_api.models import Member, Region, RegionLevel, Role
from kurir_api.models.base import global_id
from tests.api import Api
from tests.factories import (
    OTHER_REGENCY,
    OTHER_VILLAGE,
    REGENCY,
    SUBDISTRICT,
    VILLAGE,
    make_case,
    make_member,
    make_organization,
    make_patient,
    make_programme,
    make_referral,
    make_registry_person,
    make_report,
)

NEXT_VILLAGE = "33.02.23.2005"
NEXT_SUBDISTRICT = "33.02.24.1003"
PLACES = {
    "the village": VILLAGE,
    "the next village": NEXT_VILLAGE,
    "the next sub-district": NEXT_SUBDISTRICT,
    "the next regency": OTHER_VILLAGE,
}
TABLE = """
| what                                         | village desk | sub-district | Banyumas | Kebumen | officer |
| -------------------------------------------- | ------------ | ------------ | -------- | ------- | ------- |
| a report in the village                      | yes          | yes          | yes      | ·       | ·       |
| a report in the next village                 | ·            | yes          | yes      | ·       | ·       |
| a report in the next sub-district            | ·            | ·            | yes      | ·       | ·       |
| a report in the next regency                 | ·            | ·            | ·        | yes     | ·       |
| a case in the village                        | yes          | yes          | yes      | ·       | ·       |
| a case in the next village                   | ·            | yes          | yes      | ·       | ·       |
| a case in the next sub-district              | ·            | ·            | yes      | ·       | ·       |
| a case in the next regency                   | ·            | ·            | ·        | yes     | ·       |
| a referral in the village                    | yes          | yes          | yes      | ·       | yes     |
| a referral in the next village               | ·            | yes          | yes      | ·       | yes     |
| a referral in the next sub-district          | ·            | ·            | yes      | ·       | yes     |
| a referral in the next regency               | ·            | ·            | ·        | yes     | ·       |
| a referral to another programme              | yes          | yes          | yes      | ·       | ·       |
| the patient in the village                   | yes          | yes          | yes      | ·       | yes     |
| the patient in the next regency              | ·            | ·            | ·        | yes     | ·       |
| somebody of the registry in the village      | yes          | yes          | yes      | ·       | ·       |
| somebody of the registry in the next village | ·            | yes          | yes      | ·       | ·       |
| somebody of the registry in the next regency | ·            | ·            | ·        | yes     | ·       |
"""
WAYS = {
    "report": ("reports", "{ reports(first: 100) { edges { node { id } } } }"),
    "case": ("cases", "{ cases(first: 100) { edges { node { id } } } }"),
    "referral": ("referrals", "{ referrals(first: 100) { edges { node { id } } } }"),
}
"""The connection that lists each."""

REGISTERED = "somebody of the registry in "
NATIONAL_IDS = {where: f"33022355077000{n:02}" for n, where in enumerate(PLACES)}

Callers = Mapping[str, Member]
Things = Mapping[str, str]


@pytest.fixture
async def callers(api: Api) -> Callers:
    """The heads of the table's columns."""
    health = await make_organization("Dinas Kesehatan")
    return {
        "village desk": await make_member(role=Role.DESK_OFFICER, region=VILLAGE),
        "sub-district": await make_member(role=Role.DESK_OFFICER, region=SUBDISTRICT),
        "Banyumas": await make_member(role=Role.COORDINATOR, region=REGENCY),
        "Kebumen": await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY),
        "officer": await make_member(role=Role.PROGRAMME_OFFICER, organization=health),
    }


@pytest.fixture
async def things(callers: Callers) -> Things:
    """The table's rows, by their global ids."""
    await Region.create(
        code=NEXT_VILLAGE,
        name="Kutaliman",
        level=RegionLevel.VILLAGE,
        parent_id=SUBDISTRICT,
        latitude=-7.3,
        longitude=109.2,
    )
    mine = await callers["officer"].memberships.all().first().select_related("organization")
    health = mine.organization
    programmes = {
        REGENCY: await make_programme("KIS_PBI", health),
        OTHER_REGENCY: await make_programme("KIS_PBI", await make_organization(regency_code=OTHER_REGENCY)),
    }
    another = await make_programme("BAZNAS_AID")
    found: dict[str, str] = {}
    for where, code in PLACES.items():
        patient = await make_patient(region=code)
        case = await make_case(patient)
        referral = await make_referral(programmes[code[:5]], case=case)
        found |= {
            f"a report in {where}": global_id("Report", (await make_report(region=code)).id),
            f"a case in {where}": global_id("Case", case.id),
            f"a referral in {where}": global_id("Referral", referral.id),
            f"the patient in {where}": global_id("Patient", patient.id),
        }
        if code == VILLAGE:
            found["a referral to another programme"] = global_id(
                "Referral", (await make_referral(another, case=case)).id
            )
    return found


def expected() -> dict[tuple[str, str], bool]:
    """The table, by what and by whom."""
    head, _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in TABLE.strip().splitlines()]
    return {(row[0], who): cell == "yes" for row in rows for who, cell in zip(head[1:], row[1:], strict=True)}


async def listed(api: Api, who: Member, kind: str) -> set[str]:
    """The ids that the connection lists; nothing for who may not ask for it."""
    name, document = WAYS[kind]
    answer: dict[str, Any] = (await api.post(who, document)).json()
    return {edge["node"]["id"] for edge in answer["data"][name]["edges"]} if answer.get("data") else set()


async def test_each_sees_exactly_its_own_through_node(api: Api, callers: Callers, things: Things) -> None:
    nodes = {(what, who): yes for (what, who), yes in expected().items() if not what.startswith(REGISTERED)}
    rows = [what for what, _ in nodes]
    ids = list(dict.fromkeys(things[what] for what in rows))

    seen = {}
    for who, member in callers.items():
        answer = await api.data(member, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
        known = {node["id"] for node in answer["nodes"] if node}
        seen |= {(what, who): things[what] in known for what in rows}

    assert seen == nodes


async def test_each_sees_exactly_its_own_in_lists(api: Api, callers: Callers, things: Things) -> None:
    asked = {(what, who): yes for (what, who), yes in expected().items() if what.split()[1] in WAYS}

    seen = {}
    for who, member in callers.items():
        lists = {kind: await listed(api, member, kind) for kind in WAYS}
        seen |= {(what, who): things[what] in lists[what.split()[1]] for what, of in asked if of == who}

    assert seen == asked


async def test_each_finds_exactly_its_own_by_looking_up(api: Api, callers: Callers) -> None:
    for where, code in PLACES.items():
        await make_registry_person(NATIONAL_IDS[where], village=code)
    asked = {(what, who): yes for (what, who), yes in expected().items() if what.startswith(REGISTERED)}

    seen = {}
    for what, who in asked:
        national_id = NATIONAL_IDS[what.removeprefix(REGISTERED)]
        answer = await api.do(
            callers[who], "aidLookup", "found", nationalId=national_id, purpose="Pengajuan bantuan sembako."
        )
        seen[what, who] = answer.get("found", False)

    assert seen == asked


async def test_what_hangs_on_a_visible_thing_is_no_way_round(api: Api, callers: Callers, things: Things) -> None:
    document = """query ($id: ID!) { node(id: $id) { ... on Referral {
        patient { name diagnosis } case { id } report { id } timeline(first: 5) { edges { node { id } } } } } }"""

    answer = await api.data(callers["officer"], document, id=things["a referral in the village"])

    referral = answer["node"]
    assert (referral["patient"], referral["case"], referral["report"]) == (
        {"name": "Sutinah", "diagnosis": None},
        None,
        None,
    )
