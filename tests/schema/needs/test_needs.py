"""needs: what partners may promise, and nothing of whom it is for."""

import json

import pytest

from kurir_api.models import Role
from tests.api import Api
from tests.counting import Statements
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    OTHER_VILLAGE,
    SUBDISTRICT,
    VILLAGE,
    make_case,
    make_member,
    make_need,
    make_organization,
    make_patient,
    make_pledge,
    make_task,
)
from tests.ids import id_of

NEEDS = """query ($open: Boolean, $region: String, $first: Int) { needs(open: $open, region: $region, first: $first) {
  edges { node { id caseId taskId kind { code } region { code } amount pledged remaining createdAt closedAt
    pledges { organization { name } amount settled } } }
} }"""
BERKOH = "33.02.24.1003"


async def listed(api: Api, role: Role, where: str = "33.02", **asked: object) -> list[str]:
    caller = await make_member(role=role, region=where)
    return [edge["node"]["id"] for edge in (await api.data(caller, NEEDS, **asked))["needs"]["edges"]]


async def test_partners_see_what_is_needed_who_promised_and_the_sub_district(api: Api) -> None:
    task = await make_task(await make_case(await make_patient(name="Sutinah")), kind="WAITING_COST")
    need = await make_need(task=task)
    await make_pledge(need, await make_organization("Lazis Serayu"), amount=100_000, settled=20_000)
    await make_pledge(need, await make_organization("PMI"), amount=400_000)
    reviewer = await make_member(role=Role.PARTNER_REVIEWER)

    found = (await api.data(reviewer, NEEDS))["needs"]["edges"]

    assert [edge["node"] for edge in found] == [
        {
            "id": id_of(need),
            "caseId": id_of(await task.case),
            "taskId": id_of(task),
            "kind": {"code": "WAITING_COST"},
            "region": {"code": SUBDISTRICT},
            "amount": 500_000,
            "pledged": 500_000,
            "remaining": 0,
            "createdAt": "2026-11-23T02:00:00+00:00",
            "closedAt": "2026-11-23T02:00:00+00:00",
            "pledges": [
                {"organization": {"name": "Lazis Serayu"}, "amount": 100_000, "settled": 20_000},
                {"organization": {"name": "PMI"}, "amount": 400_000, "settled": 0},
            ],
        }
    ]
    assert "Sutinah" not in json.dumps(found)
    assert (await api.data(reviewer, "query ($id: ID!) { node(id: $id) { id } }", id=id_of(await task.case))) == {
        "node": None
    }


async def test_newest_first_for_the_desks_regions_and_the_partners_regency(api: Api) -> None:
    here = await make_need()
    there = await make_need(await make_case(await make_patient(region=BERKOH)))
    elsewhere = await make_need(await make_case(await make_patient(region=OTHER_VILLAGE)))

    assert await listed(api, Role.DESK_OFFICER, VILLAGE) == [id_of(here)]
    assert await listed(api, Role.COORDINATOR) == [id_of(there), id_of(here)]
    assert await listed(api, Role.PARTNER_REVIEWER, VILLAGE) == [id_of(there), id_of(here)]
    assert await listed(api, Role.PARTNER_REVIEWER, OTHER_REGENCY) == [id_of(elsewhere)]
    assert await listed(api, Role.COORDINATOR, first=1) == [id_of(there)]


async def test_open_or_covered(api: Api) -> None:
    opened, covered = await make_need(), await make_need(amount=100_000)
    await make_pledge(covered, amount=100_000)

    assert await listed(api, Role.COORDINATOR, open=True) == [id_of(opened)]
    assert await listed(api, Role.COORDINATOR, open=False) == [id_of(covered)]


async def test_what_a_closed_case_or_a_task_that_ended_without_still_needs_is_not_open(api: Api) -> None:
    over = [
        await make_need(await make_case(status="CLOSED", outcome="DIED", closed_at=NOW)),
        *[await make_need(task=await make_task(status=status)) for status in ("CANCELLED", "EXPIRED", "FAILED")],
    ]
    going_on = [
        await make_need(await make_case(status="ON_HOLD")),
        *[await make_need(task=await make_task(status=status)) for status in ("OPEN", "VERIFIED")],
    ]

    assert await listed(api, Role.PARTNER_REVIEWER, open=True) == [id_of(need) for need in reversed(going_on)]
    assert await listed(api, Role.PARTNER_REVIEWER, open=False) == [id_of(need) for need in reversed(over)]
    assert len(await listed(api, Role.PARTNER_REVIEWER)) == 7


@pytest.mark.parametrize("role", [Role.PARTNER_REVIEWER, Role.COORDINATOR])
async def test_a_village_stands_for_its_sub_district(api: Api, role: Role) -> None:
    need = await make_need()
    await make_need(await make_case(await make_patient(region=BERKOH)))

    for region in (SUBDISTRICT, VILLAGE, f"{SUBDISTRICT}.9999"):
        assert await listed(api, role, region=region) == [id_of(need)]


async def test_statements_do_not_grow_with_the_needs(api: Api) -> None:
    reviewer = await make_member(role=Role.PARTNER_REVIEWER)
    counts = []
    for _ in range(2):
        for _ in range(3):
            await make_pledge(await make_need(task=await make_task()))
        with Statements() as statements:
            await api.data(reviewer, NEEDS)
        counts.append(len(statements))
    assert counts[0] == counts[1]


async def test_the_desk_reads_them_on_the_case_and_the_task(api: Api) -> None:
    task = await make_task()
    case = await task.case
    of_case, of_task = await make_need(case), await make_need(task=task)
    document = "query ($id: ID!) { case(id: $id) { need { id } tasks { edges { node { need { id } } } } } }"

    found = (await api.data(await make_member(role=Role.DESK_OFFICER), document, id=id_of(case)))["case"]

    assert found["need"] == {"id": id_of(of_case)}
    assert found["tasks"]["edges"] == [{"node": {"need": {"id": id_of(of_task)}}}]
