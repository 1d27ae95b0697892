"""cases and case: the desk's files."""

import pytest

from kurir_api.models import Member, Role
from tests.api import Api
from tests.factories import NOW, OTHER_REGENCY, VILLAGE, make_case, make_claim, make_member, make_patient, make_task
from tests.ids import id_of

CASES = """query ($status: [CaseStatus!], $phase: CarePhase, $region: String, $search: String) {
  cases(status: $status, phase: $phase, region: $region, search: $search) { edges { node { number } } }
}"""
ONE = "query ($id: ID!) { case(id: $id) { number patient { name } } }"


async def numbers(api: Api, caller: Member, **variables: object) -> list[str]:
    edges = (await api.data(caller, CASES, **variables))["cases"]["edges"]
    return [edge["node"]["number"] for edge in edges]


async def three_cases() -> None:
    await make_case(await make_patient(name="Sutinah"), number="3302-2026-0001", phase="IN_HOSPITAL")
    await make_case(
        await make_patient(name="Warsini", region="33.02.24.1003"), number="3302-2026-0002", status="ON_HOLD"
    )
    await make_case(
        await make_patient(name="Sukirno"),
        number="3302-2026-0003",
        status="CLOSED",
        outcome="RECOVERED",
        closed_at=NOW,
    )


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, ["3302-2026-0003", "3302-2026-0002", "3302-2026-0001"]),
        ({"status": ["OPEN", "ON_HOLD"]}, ["3302-2026-0002", "3302-2026-0001"]),
        ({"status": []}, []),
        ({"phase": "IN_HOSPITAL"}, ["3302-2026-0001"]),
        ({"region": "33.02.23"}, ["3302-2026-0003", "3302-2026-0001"]),
        ({"region": "33.02.2"}, []),
        ({"region": OTHER_REGENCY}, []),
        ({"search": "suti"}, ["3302-2026-0001"]),
        ({"search": "2026-0002"}, ["3302-2026-0002"]),
        ({"search": "%"}, []),
        ({"search": " "}, ["3302-2026-0003", "3302-2026-0002", "3302-2026-0001"]),
        ({"search": "su", "status": ["CLOSED"]}, ["3302-2026-0003"]),
    ],
)
async def test_cases_come_newest_first_and_can_be_chosen(
    api: Api, variables: dict[str, object], found: list[str]
) -> None:
    await three_cases()

    assert await numbers(api, await make_member(role=Role.COORDINATOR), **variables) == found


async def test_a_desk_sees_its_own_regions_cases(api: Api) -> None:
    await three_cases()

    village = await make_member(role=Role.DESK_OFFICER, region=VILLAGE)
    elsewhere = await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)

    assert await numbers(api, village) == ["3302-2026-0003", "3302-2026-0001"]
    assert await numbers(api, elsewhere) == []


async def test_a_volunteer_sees_the_case_of_a_task_while_holding_it(api: Api) -> None:
    case, volunteer = await make_case(number="3302-2026-0042"), await make_member()
    claim = await make_claim(await make_task(case), volunteer)

    while_held = await numbers(api, volunteer), await api.data(volunteer, ONE, id=id_of(case))
    claim.status = "COMPLETED"
    await claim.save()
    afterwards = await numbers(api, volunteer), await api.data(volunteer, ONE, id=id_of(case))

    assert while_held == (
        ["3302-2026-0042"],
        {"case": {"number": "3302-2026-0042", "patient": {"name": "Sutinah"}}},
    )
    assert afterwards == ([], {"case": None})


@pytest.mark.parametrize("id", ["", "no id", "Q2FzZTp4", "VGFzazowMTkzZDdhMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDA="])
async def test_an_id_of_no_case_finds_nothing(api: Api, id: str) -> None:
    assert await api.data(await make_member(role=Role.COORDINATOR), ONE, id=id) == {"case": None}
