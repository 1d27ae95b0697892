"""What waits too long is told to the desk that answers for it, then to those above, until somebody acts."""

import asyncio
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from kurir_api.dispatch.escalations import arm_escalation
from kurir_api.models import (
    CarePhase,
    Escalation,
    EscalationKind,
    Member,
    Notification,
    Referral,
    ReferralStatus,
    Report,
    ReportStatus,
    Role,
)
from kurir_api.services.desks.escalating import LEASE, tell_due_escalations
from kurir_api.services.referrals.lateness import next_telling
from kurir_api.services.reports.waiting import arm_waiting, end_waiting
from tests.factories import (
    NOW,
    OTHER_VILLAGE,
    REGENCY,
    SUBDISTRICT,
    VILLAGE,
    make_case,
    make_member,
    make_referral,
    make_report,
)

pytestmark = pytest.mark.usefixtures("db")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DESKS = {VILLAGE: "village", SUBDISTRICT: "sub-district", REGENCY: "regency"}


async def officer(region: str, **values) -> Member:
    return await make_member(DESKS.get(region), role=Role.DESK_OFFICER, region=region, **values)


async def waiting_report(**values) -> Report:
    report = await make_report(**values)
    await arm_waiting(report)
    return report


async def played(until: timedelta) -> list[tuple[str, timedelta]]:
    """Who was told, and how long after NOW, when a worker tells of whatever is due as soon as it is."""
    while (at := await next_due()) and at <= NOW + until:
        await tell_due_escalations(at)
    told = await Notification.all().order_by("created_at", "member__name").select_related("member")
    return [(one.member.name, one.created_at - NOW) for one in told if one.member]


async def next_due() -> datetime | None:
    armed = await Escalation.filter(due_at__not_isnull=True).order_by("due_at").first()
    return armed.due_at if armed else None


class TestTheWayUp:
    async def test_village_then_sub_district_then_regency_and_there_again_and_again(self) -> None:
        for region in DESKS:
            await officer(region)
        await waiting_report()

        assert await played(13 * HOUR) == [
            ("village", 30 * MINUTE),
            ("sub-district", HOUR),
            ("regency", 2 * HOUR),
            ("regency", 4 * HOUR),
            ("regency", 8 * HOUR),
            ("regency", 12 * HOUR),
        ]

    async def test_where_nobody_sits_the_next_desk_above_is_told_at_once(self) -> None:
        await officer(REGENCY)
        await officer(SUBDISTRICT, active=False)
        await make_member("relawan", role=Role.VOLUNTEER, region=VILLAGE)
        await waiting_report()

        assert await played(HOUR) == [("regency", 30 * MINUTE), ("regency", HOUR)]

    async def test_every_officer_and_coordinator_of_that_desk_and_nobody_of_another(self) -> None:
        await officer(VILLAGE)
        await make_member("coordinator", role=Role.COORDINATOR, region=VILLAGE)
        await officer("33.02.24.1003")
        await officer(OTHER_VILLAGE)
        await make_member("admin", role=Role.ADMIN, region=VILLAGE)
        await make_member("province", role=Role.COORDINATOR, region="33")
        await waiting_report()

        assert await played(30 * MINUTE) == [("coordinator", 30 * MINUTE), ("village", 30 * MINUTE)]

    async def test_it_begins_at_the_desk_that_answers_for_it(self) -> None:
        for region in DESKS:
            await officer(region)
        await waiting_report(desk_id=SUBDISTRICT)

        assert await played(HOUR) == [("sub-district", 30 * MINUTE), ("regency", HOUR)]

    async def test_with_nobody_anywhere_it_stays_and_who_comes_is_told_first(self) -> None:
        await waiting_report()
        assert await played(HOUR) == []

        await officer(REGENCY)
        await officer(VILLAGE)

        assert await played(90 * MINUTE) == [("village", 90 * MINUTE)]
        assert (await Escalation.get()).times_told == 1


class TestWhatIsSaid:
    async def test_the_reports_number_and_since_when_it_waits_and_nothing_of_its_words(self) -> None:
        await officer(VILLAGE)
        report = await waiting_report(number=17, waiting_since=NOW - HOUR)

        await tell_due_escalations(NOW + 30 * MINUTE)

        told = await Notification.get()
        assert (told.kind, told.urgent, told.regency_code) == ("REPORT_WAITING", True, REGENCY)
        assert told.data == {
            "number": 17,
            "report_id": str(report.id),
            "starts_at": "2026-11-23T01:00:00+00:00",
            "time_zone": "Asia/Jakarta",
        }

    async def test_an_insurance_is_told_of_a_day_and_six_hours_before_at_the_deadline_and_twice_a_day(self) -> None:
        for region in (VILLAGE, REGENCY):
            await officer(region)
        due = NOW + 24 * HOUR
        case = await make_case(phase=CarePhase.IN_HOSPITAL, admitted_at=NOW - 48 * HOUR, insurance_due_at=due)
        await arm_escalation(EscalationKind.INSURANCE_DUE, case, NOW)

        assert await played(36 * HOUR) == [
            ("village", 0 * HOUR),
            ("regency", 18 * HOUR),
            ("regency", 24 * HOUR),
            ("regency", 36 * HOUR),
        ]
        told = await Notification.first()
        assert told is not None
        assert (told.data["number"], told.data["deadline"]) == (case.number, due.isoformat())

    async def test_a_referral_is_told_of_to_the_desk_and_the_programmes_officers_when_working_days_say(self) -> None:
        referral = await make_referral(sent_by=await officer(VILLAGE))
        await make_member(
            "programme",
            role=Role.PROGRAMME_OFFICER,
            organization=await (await referral.programme).organization,
        )
        await arm_escalation(EscalationKind.REFERRAL_LATE, referral, NOW)

        await tell_due_escalations(NOW)

        told = await Notification.all().select_related("member").order_by("kind")
        assert [(one.kind, one.member.name, one.data["number"]) for one in told if one.member] == [
            ("REFERRAL_DUE", "programme", referral.number),
            ("REFERRAL_LATE", "village", referral.number),
        ]
        assert await next_due() == await next_telling(referral, NOW)

    async def test_while_the_programme_waits_for_information_the_desk_hears_that_it_is_its_own_turn(self) -> None:
        sender = await officer(VILLAGE)
        referral = await make_referral(sent_by=sender, status=ReferralStatus.INFO_REQUESTED, asked_at=NOW)
        await arm_escalation(EscalationKind.REFERRAL_LATE, referral, NOW)

        await tell_due_escalations(NOW)

        assert await Notification.all().values_list("kind", flat=True) == ["REFERRAL_UNANSWERED"]


class TestTheEnd:
    async def test_a_report_taken_up_is_told_of_no_more(self) -> None:
        await officer(VILLAGE)
        report = await waiting_report()
        await end_waiting(report, NOW + MINUTE)

        assert await played(5 * HOUR) == []

    async def test_what_was_ended_elsewhere_ends_here_untold(self) -> None:
        await officer(VILLAGE)
        await waiting_report(status=ReportStatus.UNREACHABLE)
        insured = await make_case(
            phase=CarePhase.IN_HOSPITAL, admitted_at=NOW, insurance_due_at=NOW + HOUR, insured_at=NOW
        )
        await arm_escalation(EscalationKind.INSURANCE_DUE, insured, NOW)
        decided = await make_referral()
        await arm_escalation(EscalationKind.REFERRAL_LATE, decided, NOW)
        await Referral.all().update(status=ReferralStatus.REVOKED)

        await tell_due_escalations(NOW + HOUR)

        assert await Notification.all().count() == 0
        assert {one.ended_at for one in await Escalation.all()} == {NOW + HOUR}

    async def test_taken_up_again_it_begins_anew(self) -> None:
        await officer(VILLAGE)
        await officer(REGENCY)
        report = await waiting_report()
        await tell_due_escalations(NOW + 30 * MINUTE)
        await end_waiting(report, NOW + HOUR)
        await arm_waiting(report, NOW + 2 * HOUR)

        assert await played(150 * MINUTE) == [("village", 30 * MINUTE), ("village", 150 * MINUTE)]


class TestWorkers:
    async def test_two_tell_of_it_once(self) -> None:
        await officer(VILLAGE)
        await waiting_report()
        at = NOW + 30 * MINUTE

        taken = await asyncio.gather(tell_due_escalations(at), tell_due_escalations(at))

        assert (sum(taken), await Notification.all().count()) == (1, 1)

    async def test_one_that_fails_holds_up_no_other_and_comes_up_again(self) -> None:
        await officer(VILLAGE)
        broken = await waiting_report()
        await waiting_report(number=18)
        # A kind of the other table: its row is broken.
        await Escalation.filter(report_id=broken.id).update(kind=EscalationKind.INSURANCE_DUE)
        at = NOW + 30 * MINUTE

        with capture_logs() as logs:
            assert await tell_due_escalations(at) == 2

        assert [told.data["number"] for told in await Notification.all()] == [18]
        assert [entry["event"] for entry in logs] == ["escalation failed"]
        assert (await Escalation.get(report_id=broken.id)).due_at == at + LEASE
