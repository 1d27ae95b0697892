"""What becomes of a report: who decides, what it needs, and the way back."""

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.errors import IdempotencyKeyReused, InvalidTransition, NotAllowed, NotFound
from kurir_api.models import Escalation, Report, ReportStatus, Role, TransitionLog
from kurir_api.services.reports.resolve_report import ResolveReport, resolve_report
from kurir_api.services.reports.waiting import arm_waiting
from tests.factories import (
    NOW,
    OTHER_VILLAGE,
    REGENCY,
    SUBDISTRICT,
    VILLAGE,
    make_case,
    make_claim,
    make_member,
    make_patient,
    make_report,
    make_task,
    principal_for,
)
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

S = ReportStatus
DECISIONS = (S.LINKED, S.DUPLICATE, S.REJECTED, S.UNREACHABLE)
ORIGINAL = "Choose the original from the list."


async def needed_for(into: ReportStatus) -> dict:
    """What a decision needs beside the report."""
    match into:
        case S.LINKED:
            return {"case_id": (await make_case()).id}
        case S.DUPLICATE:
            return {"duplicate_of": (await make_report()).id}
        case S.REJECTED:
            return {"reason": "Bukan warga Banyumas"}
    return {}


async def resolve(principal, report: Report, into: ReportStatus, **values):
    return await resolve_report(principal, ResolveReport(report_id=report.id, into=into, **values))


async def last_entry(report: Report) -> tuple:
    entry = await TransitionLog.filter(subject_id=report.id).order_by("-id").first()
    return entry.action, entry.source, entry.target, entry.reason, entry.actor_id, entry.case_id


class TestDeciding:
    async def test_linked_it_belongs_to_the_case_and_its_timeline(self) -> None:
        officer, report, case = await principal_for(Role.DESK_OFFICER), await make_report(), await make_case()

        assert await resolve(officer, report, S.LINKED, case_id=case.id) == report.id

        await report.refresh_from_db()
        assert (report.status, report.case_id, report.duplicate_of_id) == ("LINKED", case.id, None)
        assert await last_entry(report) == ("link", "RECEIVED", "LINKED", None, officer.member_id, case.id)

    async def test_a_duplicate_names_its_original(self) -> None:
        officer, report, original = await principal_for(Role.DESK_OFFICER), await make_report(), await make_report()

        await resolve(officer, report, S.DUPLICATE, duplicate_of=original.id)

        await report.refresh_from_db()
        await original.refresh_from_db()
        assert (report.status, report.duplicate_of_id, report.case_id) == ("DUPLICATE", original.id, None)
        assert (original.status, original.duplicate_of_id) == ("RECEIVED", None)
        assert await last_entry(report) == (
            "mark_duplicate",
            "RECEIVED",
            "DUPLICATE",
            None,
            officer.member_id,
            None,
        )

    async def test_rejected_it_says_why(self) -> None:
        coordinator, report = await principal_for(Role.COORDINATOR), await make_report()

        await resolve(coordinator, report, S.REJECTED, reason="  Bukan warga Banyumas ")

        assert await last_entry(report) == (
            "reject",
            "RECEIVED",
            "REJECTED",
            "Bukan warga Banyumas",
            coordinator.member_id,
            None,
        )

    async def test_a_reporter_nobody_can_reach_may_be_noted_with_or_without_a_reason(self) -> None:
        officer, first, second = await principal_for(Role.DESK_OFFICER), await make_report(), await make_report()

        await resolve(officer, first, S.UNREACHABLE)
        await resolve(officer, second, S.UNREACHABLE, reason="Nomor tidak aktif")

        assert [entry.reason for entry in await TransitionLog.all().order_by("id")] == [None, "Nomor tidak aktif"]
        assert await Report.all().values_list("status", flat=True) == ["UNREACHABLE", "UNREACHABLE"]


class TestTakingUpAgain:
    @pytest.mark.parametrize("status", [S.REFERRED, S.DUPLICATE, S.REJECTED, S.UNREACHABLE])
    async def test_brings_back_what_ended_without_a_case(self, status: ReportStatus) -> None:
        original = await make_report()
        officer = await principal_for(Role.DESK_OFFICER)
        report = await make_report(status=status, duplicate_of_id=original.id if status == S.DUPLICATE else None)

        await resolve(officer, report, S.RECEIVED)

        await report.refresh_from_db()
        assert (report.status, report.duplicate_of_id) == ("RECEIVED", None)
        assert await last_entry(report) == ("reopen", status, "RECEIVED", None, officer.member_id, None)

    @pytest.mark.parametrize("status", [S.RECEIVED, S.CASE_OPENED, S.LINKED])
    async def test_is_not_for_what_is_being_handled(self, status: ReportStatus) -> None:
        report = await make_report(status=status)

        refusal = await refused(resolve(await principal_for(Role.COORDINATOR), report, S.RECEIVED), InvalidTransition)

        assert refusal.current == status
        assert refusal.allowed == ("REFERRED", "DUPLICATE", "REJECTED", "UNREACHABLE")


class TestWaiting:
    @pytest.mark.parametrize("into", DECISIONS)
    async def test_a_decision_ends_what_would_be_told_of_the_report(self, into: ReportStatus) -> None:
        report = await make_report()
        await arm_waiting(report)

        await resolve(await principal_for(Role.COORDINATOR), report, into, **await needed_for(into))

        assert [one.due_at for one in await Escalation.all()] == [None]

    async def test_taken_up_again_it_is_told_of_half_an_hour_later(self) -> None:
        report = await make_report(status=S.UNREACHABLE)

        await resolve(await principal_for(Role.DESK_OFFICER), report, S.RECEIVED)

        entry, armed = await TransitionLog.get(), await Escalation.get()
        assert (armed.report_id, armed.due_at) == (report.id, entry.at + timedelta(minutes=30))

    @pytest.mark.parametrize(("hours", "since"), [(-2, NOW - timedelta(hours=2)), (2, NOW)])
    async def test_a_case_has_waited_since_the_earliest_report_linked_to_it(
        self, hours: int, since: datetime
    ) -> None:
        case = await make_case(waiting_since=NOW)
        report = await make_report(waiting_since=NOW + timedelta(hours=hours))

        await resolve(await principal_for(Role.DESK_OFFICER), report, S.LINKED, case_id=case.id)

        await case.refresh_from_db()
        assert case.waiting_since == since

    async def test_an_original_and_its_case_have_waited_since_an_earlier_duplicate(self) -> None:
        case = await make_case(waiting_since=NOW)
        original = await make_report(waiting_since=NOW, status=S.CASE_OPENED, case=case)
        report = await make_report(waiting_since=NOW - timedelta(hours=2))

        await resolve(await principal_for(Role.DESK_OFFICER), report, S.DUPLICATE, duplicate_of=original.id)

        await original.refresh_from_db()
        await case.refresh_from_db()
        assert {original.waiting_since, case.waiting_since} == {NOW - timedelta(hours=2)}


class TestWhoMay:
    @pytest.mark.parametrize("into", DECISIONS)
    @pytest.mark.parametrize("region", [REGENCY, SUBDISTRICT, VILLAGE])
    async def test_a_coordinator_of_the_place_decides_everything(self, region: str, into: ReportStatus) -> None:
        report = await make_report(region=VILLAGE)

        await resolve(await principal_for(Role.COORDINATOR, region=region), report, into, **await needed_for(into))

        await report.refresh_from_db()
        assert report.status == into

    async def test_a_desk_officer_does_not_reject(self) -> None:
        report = await make_report()

        await refused(
            resolve(await principal_for(Role.DESK_OFFICER), report, S.REJECTED, reason="Bukan warga"), NotAllowed
        )

    @pytest.mark.parametrize("into", list(S))
    async def test_a_volunteer_who_took_it_down_sees_it_but_decides_nothing(self, into: ReportStatus) -> None:
        volunteer = await principal_for(Role.VOLUNTEER)
        report = await make_report(taken_by_id=volunteer.member_id)

        await refused(resolve(volunteer, report, into), NotAllowed)

    @pytest.mark.parametrize("role", list(Role))
    async def test_elsewhere_it_is_not_found(self, role: Role) -> None:
        report = await make_report(region=VILLAGE)

        for region in (OTHER_VILLAGE, "33.02.24"):
            await refused(resolve(await principal_for(role, region=region), report, S.UNREACHABLE), NotFound)

    async def test_a_village_desk_does_not_find_what_is_known_of_the_regency_alone(self) -> None:
        report = await make_report(region=REGENCY)

        await refused(
            resolve(await principal_for(Role.DESK_OFFICER, region=VILLAGE), report, S.UNREACHABLE), NotFound
        )

    async def test_an_unknown_report_is_not_found(self) -> None:
        command = ResolveReport(report_id=uuid4(), into=S.UNREACHABLE)

        await refused(resolve_report(await principal_for(Role.COORDINATOR), command), NotFound)


class TestWhatIsRefused:
    @pytest.mark.parametrize("into", DECISIONS)
    @pytest.mark.parametrize("status", [status for status in S if status != S.RECEIVED])
    async def test_a_decision_about_what_is_decided(self, status: ReportStatus, into: ReportStatus) -> None:
        report, needed = await make_report(status=status), await needed_for(into)

        refusal = await refused(
            resolve(await principal_for(Role.COORDINATOR), report, into, **needed), InvalidTransition
        )

        assert (refusal.current, refusal.allowed) == (status, ("RECEIVED",))

    @pytest.mark.parametrize("into", [S.CASE_OPENED, S.REFERRED])
    async def test_what_is_done_elsewhere(self, into: ReportStatus) -> None:
        report = await make_report()

        assert await problems(resolve(await principal_for(Role.COORDINATOR), report, into)) == {
            "as": "Use openCase to open a case; a referral isn't made here."
        }

    @pytest.mark.parametrize("reason", [None, "", "  "])
    async def test_rejecting_without_a_reason(self, reason: str | None) -> None:
        report = await make_report()

        refusal = await problems(resolve(await principal_for(Role.COORDINATOR), report, S.REJECTED, reason=reason))

        assert refusal == {"reason": "Say why."}

    async def test_a_reason_too_long_beside_anything_else(self) -> None:
        report = await make_report()

        refusal = await problems(
            resolve(await principal_for(Role.COORDINATOR), report, S.REFERRED, reason="x" * 2001)
        )

        assert refusal == {
            "reason": "At most 2000 characters.",
            "as": "Use openCase to open a case; a referral isn't made here.",
        }

    async def test_linking_to_no_case(self) -> None:
        report = await make_report()

        assert await problems(resolve(await principal_for(Role.DESK_OFFICER), report, S.LINKED)) == {
            "case": "Name the case."
        }

    async def test_linking_to_a_case_the_desk_does_not_know(self) -> None:
        officer, report = await principal_for(Role.DESK_OFFICER, region=SUBDISTRICT), await make_report()
        elsewhere = await make_case(await make_patient(region="33.02.24.1003"))

        for case_id in (elsewhere.id, uuid4()):
            assert await problems(resolve(officer, report, S.LINKED, case_id=case_id)) == {
                "case": "Not found; choose from the list."
            }

    async def test_linking_to_a_closed_case_where_nobody_would_see_to_it(self) -> None:
        report, case = await make_report(), await make_case(status="CLOSED", outcome="RECOVERED", closed_at=NOW)

        assert await problems(resolve(await principal_for(Role.DESK_OFFICER), report, S.LINKED, case_id=case.id)) == {
            "case": "That case is closed; reopen it first (moveCase), or open another."
        }

    async def test_linking_to_a_case_of_another_desk_that_one_helps_with(self) -> None:
        member = await make_member(role=Role.DESK_OFFICER, region=VILLAGE)
        elsewhere = await make_case(await make_patient(region="33.02.24.1003"))
        await make_claim(await make_task(elsewhere), member)
        officer = await principal_of_member(member.id)

        assert await problems(resolve(officer, await make_report(), S.LINKED, case_id=elsewhere.id)) == {
            "case": "Not found; choose from the list."
        }

    async def test_linking_to_a_case_of_another_regency_that_one_works_in_too(self) -> None:
        coordinator, report = await principal_for(Role.COORDINATOR, region="33"), await make_report()
        elsewhere = await make_case(await make_patient(region=OTHER_VILLAGE))

        assert await problems(resolve(coordinator, report, S.LINKED, case_id=elsewhere.id)) == {
            "case": "Not found; choose from the list."
        }

    async def test_a_duplicate_of_nothing_or_of_what_the_desk_does_not_know(self) -> None:
        officer, report = await principal_for(Role.DESK_OFFICER, region=SUBDISTRICT), await make_report()
        elsewhere = await make_report(region="33.02.24.1003")

        for original in (None, elsewhere.id, uuid4()):
            assert await problems(resolve(officer, report, S.DUPLICATE, duplicate_of=original)) == {
                "duplicateOf": ORIGINAL
            }

    async def test_a_duplicate_of_a_report_in_another_regency(self) -> None:
        coordinator, report = await principal_for(Role.COORDINATOR, region="33"), await make_report()
        elsewhere = await make_report(region=OTHER_VILLAGE)

        assert await problems(resolve(coordinator, report, S.DUPLICATE, duplicate_of=elsewhere.id)) == {
            "duplicateOf": ORIGINAL
        }

    async def test_a_duplicate_of_itself(self) -> None:
        report = await make_report()

        assert await problems(
            resolve(await principal_for(Role.DESK_OFFICER), report, S.DUPLICATE, duplicate_of=report.id)
        ) == {"duplicateOf": "Choose another report."}

    async def test_a_duplicate_of_a_duplicate(self) -> None:
        officer = await principal_for(Role.DESK_OFFICER)
        original, second, third = [await make_report() for _ in range(3)]
        await resolve(officer, second, S.DUPLICATE, duplicate_of=original.id)

        assert await problems(resolve(officer, third, S.DUPLICATE, duplicate_of=second.id)) == {
            "duplicateOf": "That report is a duplicate itself; choose its original."
        }


class TestAtTheSameMoment:
    async def test_two_decisions_become_one(self) -> None:
        report, case, original = await make_report(), await make_case(), await make_report()
        officers = [await principal_for(Role.DESK_OFFICER) for _ in range(3)]

        outcomes = await asyncio.gather(
            resolve(officers[0], report, S.LINKED, case_id=case.id),
            resolve(officers[1], report, S.DUPLICATE, duplicate_of=original.id),
            resolve(officers[2], report, S.UNREACHABLE),
            return_exceptions=True,
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == [
            "InvalidTransition",
            "InvalidTransition",
            "UUID",
        ]
        assert await TransitionLog.filter(subject_id=report.id).count() == 1

    async def test_two_reports_do_not_become_each_others_duplicate(self) -> None:
        officer, one, other = await principal_for(Role.DESK_OFFICER), await make_report(), await make_report()

        outcomes = await asyncio.gather(
            resolve(officer, one, S.DUPLICATE, duplicate_of=other.id),
            resolve(officer, other, S.DUPLICATE, duplicate_of=one.id),
            return_exceptions=True,
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["InvalidInput", "UUID"]
        assert sorted(await Report.all().values_list("status", flat=True)) == ["DUPLICATE", "RECEIVED"]


class TestIdempotencyKey:
    async def test_a_retry_answers_as_before_and_changes_nothing(self) -> None:
        officer, report = await principal_for(Role.DESK_OFFICER), await make_report()

        answers = [await resolve(officer, report, S.UNREACHABLE, idempotency_key="k1") for _ in range(2)]

        assert answers == [report.id, report.id]
        assert await TransitionLog.all().count() == 1

    async def test_a_refusal_is_answered_again_even_if_it_would_be_possible_by_then(self) -> None:
        officer, report = await principal_for(Role.DESK_OFFICER), await make_report(status=S.REJECTED)
        await refused(resolve(officer, report, S.UNREACHABLE, idempotency_key="k1"), InvalidTransition)
        await resolve(officer, report, S.RECEIVED)

        again = await refused(resolve(officer, report, S.UNREACHABLE, idempotency_key="k1"), InvalidTransition)

        assert (again.current, again.allowed) == ("REJECTED", ("RECEIVED",))

    async def test_the_same_key_for_another_decision_is_refused(self) -> None:
        officer, report = await principal_for(Role.DESK_OFFICER), await make_report()
        await resolve(officer, report, S.UNREACHABLE, idempotency_key="k1")

        await refused(resolve(officer, report, S.RECEIVED, idempotency_key="k1"), IdempotencyKeyReused)
