"""A desk that can't help gives what it has to the desk above."""

import asyncio
from datetime import timedelta

import pytest

from kurir_api.dispatch.escalations import arm_escalation
from kurir_api.errors import InvalidTransition, NotAllowed, NotFound
from kurir_api.models import Escalation, EscalationKind, Notification, Referral, Role, TransitionLog
from kurir_api.services.desks.hand_up import HandUp, hand_up
from kurir_api.services.reports.waiting import TOLD_AFTER, arm_waiting
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    REGENCY,
    SUBDISTRICT,
    VILLAGE,
    make_case,
    make_member,
    make_referral,
    make_report,
    principal_for,
)
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")


async def told() -> list[tuple[str, object, str]]:
    rows = await Notification.all().select_related("member")
    return [(row.kind, row.data["number"], row.member.name) for row in rows if row.member]


async def test_a_report_goes_to_the_sub_district_whose_people_are_told() -> None:
    village = await principal_for(Role.DESK_OFFICER, region=VILLAGE)
    await make_member("sub-district", role=Role.DESK_OFFICER, region=SUBDISTRICT)
    await make_member("regency", role=Role.COORDINATOR)
    report = await make_report(number=17)

    assert await hand_up(village, HandUp(report_id=report.id, reason="Perlu dana kabupaten")) == report.id

    await report.refresh_from_db()
    assert (report.desk_id, report.region_id, report.status) == (SUBDISTRICT, VILLAGE, "RECEIVED")
    assert await told() == [("HANDED_UP", 17, "sub-district")]
    entry = await TransitionLog.get()
    assert (entry.action, entry.reason, entry.actor_id) == ("hand_up", "Perlu dana kabupaten", village.member_id)


async def test_where_nobody_sits_at_the_next_desk_the_one_above_it_is_told() -> None:
    village = await principal_for(Role.DESK_OFFICER, region=VILLAGE)
    await make_member("regency", role=Role.COORDINATOR)
    report = await make_report(number=17)

    await hand_up(village, HandUp(report_id=report.id, reason="Tidak sanggup"))

    assert await told() == [("HANDED_UP", 17, "regency")]


async def test_a_handed_up_report_waits_anew_at_its_new_desk() -> None:
    village = await principal_for(Role.DESK_OFFICER, region=VILLAGE)
    report = await make_report()
    await arm_waiting(report)
    await Escalation.all().update(times_told=1)

    await hand_up(village, HandUp(report_id=report.id, reason="Tidak sanggup"))

    entry, armed = await TransitionLog.get(), await Escalation.get()
    assert (armed.due_at, armed.times_told, armed.ended_at) == (entry.at + TOLD_AFTER, 0, None)


async def test_a_case_and_a_referral_too_and_their_deadlines_stay() -> None:
    village = await principal_for(Role.DESK_OFFICER, region=VILLAGE)
    case = await make_case()
    referral = await make_referral(case=case)
    await arm_escalation(EscalationKind.INSURANCE_DUE, case, NOW + timedelta(hours=6))
    await Escalation.all().update(times_told=2)

    await hand_up(village, HandUp(case_id=case.id, reason="Pasien dirawat di kota"))
    await hand_up(village, HandUp(referral_id=referral.id, reason="Dinas tidak menjawab"))

    await case.refresh_from_db()
    assert (case.desk_id, (await Referral.get()).desk_id) == (SUBDISTRICT, SUBDISTRICT)
    armed = await Escalation.get()
    assert (armed.due_at, armed.times_told) == (NOW + timedelta(hours=6), 0)


async def test_who_handed_it_up_from_above_is_not_told_themselves() -> None:
    both = await principal_for(Role.DESK_OFFICER, region=SUBDISTRICT)
    report = await make_report()

    await hand_up(both, HandUp(report_id=report.id, reason="Tidak sanggup"))

    assert await told() == []


async def test_above_the_regency_there_is_no_desk() -> None:
    regency = await principal_for(Role.DESK_OFFICER)
    report, case = await make_report(desk_id=REGENCY), await make_case(desk_id=REGENCY)
    said = "It is with the regency already; there is no desk above."

    assert await problems(hand_up(regency, HandUp(report_id=report.id, reason="Coba"))) == {"reportId": said}
    assert await problems(hand_up(regency, HandUp(case_id=case.id, reason="Coba"))) == {"caseId": said}


async def test_only_who_sits_at_its_desk_or_above_may() -> None:
    village = await principal_for(Role.DESK_OFFICER, region=VILLAGE)
    report = await make_report(desk_id=SUBDISTRICT)

    await refused(hand_up(village, HandUp(report_id=report.id, reason="Lagi")), NotAllowed)


async def test_of_two_at_the_same_desk_who_hand_it_up_at_once_one_does() -> None:
    officers = [await principal_for(Role.DESK_OFFICER, region=VILLAGE) for _ in range(2)]
    report = await make_report()

    ends = await asyncio.gather(
        *(hand_up(one, HandUp(report_id=report.id, reason="Tidak sanggup")) for one in officers),
        return_exceptions=True,
    )

    await report.refresh_from_db()
    assert {type(end) for end in ends if end != report.id} == {NotAllowed}
    assert (report.desk_id, await TransitionLog.all().count()) == (SUBDISTRICT, 1)


async def test_what_is_foreign_looks_missing() -> None:
    elsewhere = await principal_for(Role.COORDINATOR, region=OTHER_REGENCY)
    report, case, referral = await make_report(), await make_case(), await make_referral()

    await refused(hand_up(elsewhere, HandUp(report_id=report.id, reason="Coba")), NotFound)
    await refused(hand_up(elsewhere, HandUp(case_id=case.id, reason="Coba")), NotFound)
    await refused(hand_up(elsewhere, HandUp(referral_id=referral.id, reason="Coba")), NotFound)


async def test_exactly_one_thing_and_a_reason() -> None:
    village = await principal_for(Role.DESK_OFFICER, region=VILLAGE)
    report, case = await make_report(), await make_case()

    assert await problems(hand_up(village, HandUp(report_id=report.id, case_id=case.id, reason="Dua"))) == {
        "reportId": "Give one of reportId, caseId and referralId."
    }
    assert list(await problems(hand_up(village, HandUp(reason=" ")))) == ["reason", "reportId"]


async def test_what_is_taken_up_already_stays_where_it_is() -> None:
    village = await principal_for(Role.DESK_OFFICER, region=VILLAGE)
    report = await make_report(status="UNREACHABLE")

    await refused(hand_up(village, HandUp(report_id=report.id, reason="Coba")), InvalidTransition)
