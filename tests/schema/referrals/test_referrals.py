"""referrals: lists, and how many statements they take."""

from datetime import UTC, datetime, timedelta

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.models import Member, Patient, ReferralDocument, Role, new_id
from kurir_api.services.desks.hand_up import HandUp, hand_up
from tests.api import Api
from tests.counting import Statements
from tests.factories import (
    NOW,
    SUBDISTRICT,
    make_case,
    make_member,
    make_organization,
    make_patient,
    make_programme,
    make_referral,
    make_report,
)

LIST = """query ($status: [ReferralStatus!], $programme: String, $overdue: Boolean, $first: Int, $after: String) {
  referrals(status: $status, programme: $programme, overdue: $overdue, first: $first, after: $after) {
    edges { node { number } } pageInfo { hasNextPage endCursor }
  }
}"""
EVERYTHING = """{ referrals(first: 10) { edges { node {
  number status overdue programme { name organization { name } documents { name } }
  patient { name maskedNationalId phone address region { name } }
  case { number referrals(first: 1) { edges { node { number } } } }
  report { id referrals(first: 1) { edges { node { number } } } }
  sentBy { name } desk { name } previous { number } following { number }
  documents { name seenBy { name } } missingDocuments timeline(first: 1) { edges { node { action } } }
} } } }"""
LONG_AGO, SOON = datetime(2026, 1, 5, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)


async def numbers(api: Api, caller: Member, **variables: object) -> list[str]:
    found = (await api.data(caller, LIST, **variables))["referrals"]
    return [edge["node"]["number"] for edge in found["edges"]]


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, ["R-4", "R-3", "R-2", "R-1"]),
        ({"status": ["SENT", "ACCEPTED"]}, ["R-3", "R-1"]),
        ({"programme": "PKH"}, ["R-4", "R-3"]),
        ({"programme": "NONE"}, []),
        ({"overdue": True}, ["R-3"]),
        ({"overdue": False}, ["R-4", "R-2", "R-1"]),
    ],
)
async def test_the_newest_come_first_and_are_chosen_by_state_programme_and_lateness(
    api: Api, variables: dict[str, object], found: list[str]
) -> None:
    kis, pkh = await make_programme("KIS_PBI"), await make_programme("PKH")
    await make_referral(kis, number="R-1", due_at=SOON)
    await make_referral(kis, number="R-2", status="INFO_REQUESTED", asked_at=NOW, due_at=LONG_AGO)
    await make_referral(pkh, number="R-3", status="ACCEPTED", due_at=LONG_AGO)
    await make_referral(pkh, number="R-4", status="GRANTED", decided_at=NOW, due_at=LONG_AGO)

    assert await numbers(api, await make_member(role=Role.DESK_OFFICER), **variables) == found


async def test_it_goes_on_where_the_page_before_ended(api: Api) -> None:
    desk = await make_member(role=Role.DESK_OFFICER)
    for n in range(3):
        await make_referral(number=f"R-{n}")

    page = (await api.data(desk, LIST, first=2))["referrals"]

    assert page["pageInfo"]["hasNextPage"]
    assert await numbers(api, desk, after=page["pageInfo"]["endCursor"]) == ["R-0"]


async def test_an_officer_sees_those_to_the_own_programmes_from_the_own_regions(api: Api) -> None:
    agency = await make_organization()
    own, others = await make_programme(organization=agency), await make_programme()
    officer = await make_member(role=Role.PROGRAMME_OFFICER, organization=agency, region=SUBDISTRICT)
    await make_referral(own, number="R-1")
    await make_referral(own, await make_patient(region="33.02.24.1003"), number="R-2")
    await make_referral(others, number="R-3")

    assert await numbers(api, officer) == ["R-1"]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.PROGRAMME_OFFICER])
async def test_a_list_takes_as_many_statements_for_five_as_for_two(api: Api, role: Role) -> None:
    agency = await make_organization()
    programme = await make_programme(organization=agency)
    caller = await make_member(role=role, organization=agency)
    counted = []
    for more in (2, 3):
        for _ in range(more):
            case = await make_case()
            report = await make_report(case=case, status="CASE_OPENED")
            first = await make_referral(programme, case=case, report=report, status="DECLINED", decided_at=NOW)
            second = await make_referral(
                programme, case=case, report=report, previous=first, follows="REOPENING", due_at=NOW + timedelta(9)
            )
            await ReferralDocument.create(
                id=new_id(), referral=second, code="ID_CARD", seen_by_id=second.sent_by_id, seen_at=NOW
            )
        with Statements() as statements:
            found = await api.data(caller, EVERYTHING)
        assert len(found["referrals"]["edges"]) in (4, 10)
        counted.append(len(statements))

    assert counted[0] == counted[1]


async def test_the_desk_it_was_sent_from_keeps_it_when_the_patient_moves_and_reads_no_more_than_the_name(
    api: Api,
) -> None:
    referral = await make_referral()
    await Patient.filter(id=referral.patient_id).update(region_id="33.02.24.1003")
    desk = await make_member(role=Role.DESK_OFFICER, region=SUBDISTRICT)

    found = await api.data(desk, "{ referrals { edges { node { patient { name maskedNationalId consent } } } } }")

    assert [edge["node"]["patient"] for edge in found["referrals"]["edges"]] == [
        {"name": "Sutinah", "maskedNationalId": None, "consent": None}
    ]


async def test_of_a_revoked_referral_its_officer_reads_no_more_than_the_name(api: Api) -> None:
    agency = await make_organization()
    officer = await make_member(role=Role.PROGRAMME_OFFICER, organization=agency)
    programme = await make_programme(organization=agency)
    for status in ("DECLINED", "REVOKED"):
        patient = await make_patient(national_id=f"330223520858000{len(status)}")
        await make_referral(programme, patient, status=status, decided_at=NOW)

    found = await api.data(officer, "{ referrals { edges { node { status patient { maskedNationalId } } } } }")

    assert {
        edge["node"]["status"]: edge["node"]["patient"]["maskedNationalId"] for edge in found["referrals"]["edges"]
    } == {"DECLINED": "************0008", "REVOKED": None}


async def test_why_a_desk_handed_it_up_is_the_desk_s_own_affair(api: Api) -> None:
    agency = await make_organization()
    referral = await make_referral(await make_programme(organization=agency))
    officer = await make_member(role=Role.PROGRAMME_OFFICER, organization=agency)
    desk = await make_member(role=Role.DESK_OFFICER)
    await hand_up(await principal_of_member(desk.id), HandUp(referral_id=referral.id, reason="Dinas lambat."))
    document = "{ referrals { edges { node { timeline { edges { node { action } } } } } } }"

    seen = [
        [one["node"]["action"] for one in found["referrals"]["edges"][0]["node"]["timeline"]["edges"]]
        for found in [await api.data(caller, document) for caller in (desk, officer)]
    ]

    assert seen == [["hand_up"], []]
