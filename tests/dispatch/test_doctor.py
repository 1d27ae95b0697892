"""The doctor finds whatever is open and has no next deadline, or nobody who answers for it."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from kurir_api.dispatch.doctor import CHECKS, OVERDUE, Finding, examine
from kurir_api.dispatch.escalations import arm_escalation
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import (
    Alarm,
    AlarmReason,
    AlertStatus,
    CarePhase,
    ClaimStatus,
    EscalationKind,
    Holiday,
    HolidayKind,
    InboundMessage,
    Member,
    ReferralStatus,
    ReportStatus,
    Role,
    Task,
    TaskStatus,
    TransitionLog,
    Urgency,
    Wave,
    WaveStatus,
    new_id,
)
from tests.factories import (
    FAR_OFF,
    NOW,
    OTHER_REGENCY,
    VILLAGE,
    make_alarm,
    make_alert,
    make_case,
    make_claim,
    make_member,
    make_organization,
    make_programme,
    make_recurrence,
    make_referral,
    make_report,
    make_task,
    make_wave,
)

pytestmark = pytest.mark.usefixtures("db")
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


async def looked_after(**values) -> Task:
    """A task that is open and wants for nothing: a coordinator, a wave that waits, and its alarms."""
    await make_member(role=Role.COORDINATOR)
    task = await make_task(number=4821, **values)
    await make_wave(task)
    armed = (AlarmReason.UNCLAIMED, AlarmReason.WINDOW_PASSED)
    for reason in (AlarmReason.NOT_VERIFIED,) if task.status == TaskStatus.DONE else armed:
        await make_alarm(task, reason, raised_at=None, times_told=0, due_at=NOW + timedelta(hours=1))
    return task


async def taken(status: TaskStatus, claim: ClaimStatus, **values) -> Task:
    """A task that one member has."""
    task = await looked_after(status=status)
    await make_claim(task, await make_member(), claim, **values)
    return task


async def test_what_has_a_deadline_and_an_owner_is_well() -> None:
    await looked_after()

    assert await examine(NOW) == []


@pytest.mark.parametrize(
    ("status", "claim"),
    [
        (TaskStatus.FILLED, ClaimStatus.OFFERED),
        (TaskStatus.FILLED, ClaimStatus.HELD),
        (TaskStatus.IN_PROGRESS, ClaimStatus.IN_PROGRESS),
        (TaskStatus.DONE, ClaimStatus.COMPLETED),
        (TaskStatus.VERIFIED, ClaimStatus.VERIFIED),
        (TaskStatus.OPEN, ClaimStatus.RELEASED),
    ],
)
async def test_a_task_in_hand_is_well(status: TaskStatus, claim: ClaimStatus) -> None:
    await taken(status, claim)

    assert await examine(NOW) == []


async def test_an_empty_database_is_well() -> None:
    assert await examine(NOW) == []


async def without_a_coordinator() -> None:
    await looked_after()
    await Member.all().update(active=False)
    await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)
    await make_member(role=Role.DESK_OFFICER, region=VILLAGE)


async def without_anybody_from_its_desk_up() -> None:
    await make_member(role=Role.DESK_OFFICER, active=False)
    await make_member(role=Role.COORDINATOR, region="33")
    await make_member(role=Role.VOLUNTEER, region=VILLAGE)
    await arm_escalation(EscalationKind.REPORT_WAITING, await make_report(number=17), FAR_OFF)


async def waiting_unwatched() -> None:
    await make_report(number=17)
    await make_report(status=ReportStatus.REJECTED)
    programme = await make_programme()
    await make_member(role=Role.PROGRAMME_OFFICER, organization=await programme.organization)
    await make_referral(programme, number="3302-R2026-0001")
    await make_referral(status=ReferralStatus.REVOKED)
    admitted = {"phase": CarePhase.IN_HOSPITAL, "admitted_at": NOW}
    await make_case(number="3302-2026-0001", insurance_due_at=NOW + timedelta(hours=72), **admitted)
    await make_case(insurance_due_at=NOW + timedelta(hours=72), insured_at=NOW, **admitted)


async def with_an_agency_that_nobody_decides_for() -> None:
    agency = await make_organization()
    referral = await make_referral(await make_programme(organization=agency), number="3302-R2026-0001")
    await make_member(role=Role.PROGRAMME_OFFICER, organization=agency, active=False)
    await make_member(role=Role.PROGRAMME_OFFICER, organization=agency, region="33.02.24")
    await make_member(role=Role.PROGRAMME_OFFICER)
    await arm_escalation(EscalationKind.REFERRAL_LATE, referral, FAR_OFF)


async def with_a_message_given_up() -> None:
    await _delivered(failed_at=NOW, due_at=None)


async def with_a_late_message() -> None:
    await _delivered(due_at=NOW - OVERDUE, leased_until=NOW - OVERDUE)


async def with_a_late_escalation() -> None:
    await make_member(role=Role.DESK_OFFICER)
    await arm_escalation(EscalationKind.REPORT_WAITING, await make_report(), NOW - OVERDUE)


async def _delivered(**values) -> None:
    message = InboundMessage(id=new_id(), channel="sms", provider_id="1", received_at=NOW, **values)
    message.content = "{}"
    await message.save(force_create=True)


async def of_a_forgotten_kind() -> None:
    await looked_after(kind="A_KIND_THAT_WAS_REMOVED")


async def with_its_window_over() -> None:
    await looked_after(starts_at=NOW - timedelta(hours=4), ends_at=NOW - OVERDUE)


async def asking_nobody() -> None:
    await make_alarm(await looked_after(), AlarmReason.NOBODY_LEFT)
    await _end_waves()


async def without_anybody_left_or_an_alarm() -> None:
    await _put_off()


async def alarmed_for_an_earlier_reason() -> None:
    task = await _put_off()
    await make_alarm(task, AlarmReason.NOBODY_LEFT, due_at=None, ended_at=NOW - timedelta(minutes=1))


async def taken_on_by_somebody_gone() -> None:
    task, gone = await _put_off(), await make_member(role=Role.COORDINATOR, active=False)
    await make_alarm(task, AlarmReason.NOBODY_LEFT, due_at=None, ended_at=NOW, ended_by=gone)


async def with_no_alarm_for_nobody() -> None:
    await looked_after()
    await Alarm.filter(reason=AlarmReason.UNCLAIMED).delete()


async def with_no_alarm_for_its_end() -> None:
    await looked_after(urgency=Urgency.NORMAL)
    await Alarm.all().delete()


async def forgotten_as_a_draft() -> None:
    await looked_after(status=TaskStatus.DRAFT, starts_at=NOW - timedelta(hours=4), ends_at=NOW - OVERDUE)


async def drafted_without_an_alarm() -> None:
    await looked_after(status=TaskStatus.DRAFT)
    await Alarm.all().delete()


async def done_without_an_alarm() -> None:
    await taken(TaskStatus.DONE, ClaimStatus.COMPLETED)
    await Alarm.filter(reason=AlarmReason.NOT_VERIFIED).delete()


async def with_a_family_that_nobody_hears() -> None:
    task = await taken(TaskStatus.FILLED, ClaimStatus.HELD)
    await Task.filter(id=task.id).update(family_word="DID_NOT_COME", family_said_at=NOW)


async def filled_by_nobody() -> None:
    await looked_after(status=TaskStatus.FILLED)


async def under_way_without_anybody() -> None:
    await taken(TaskStatus.IN_PROGRESS, ClaimStatus.COMPLETED)


async def with_a_claim_for_ever() -> None:
    await taken(TaskStatus.FILLED, ClaimStatus.HELD, expires_at=None)


async def with_a_claim_of_an_ended_task() -> None:
    await taken(TaskStatus.CANCELLED, ClaimStatus.HELD)


async def with_a_claim_of_somebody_gone() -> None:
    task = await looked_after(status=TaskStatus.FILLED)
    await make_claim(task, await make_member(active=False))


async def with_a_late_claim() -> None:
    await taken(TaskStatus.FILLED, ClaimStatus.OFFERED, expires_at=NOW - OVERDUE)


async def with_a_late_wave() -> None:
    task = await looked_after()
    await _end_waves()
    await make_wave(task, number=2, due_at=NOW - OVERDUE)


async def with_a_wave_that_fails() -> None:
    task = await looked_after()
    await _end_waves()
    since = NOW - OVERDUE - timedelta(minutes=5)
    await make_wave(task, number=2, due_at=since, leased_until=NOW + timedelta(seconds=30))


async def with_a_recurrence_that_fails() -> None:
    await make_recurrence(due_at=NOW + timedelta(minutes=15))


async def with_a_late_alarm() -> None:
    await looked_after()
    await Alarm.filter(reason=AlarmReason.UNCLAIMED).update(due_at=NOW - OVERDUE)


async def with_a_late_notification() -> None:
    task = await looked_after()
    await notify(
        NotificationKind.TASK_CANCELLED,
        [(await make_member()).id],
        task,
        regency_code=task.regency_code,
        now=NOW - OVERDUE,
    )


async def with_a_late_fallback() -> None:
    await _alerted(status=AlertStatus.SENT, fallback_due_at=NOW - OVERDUE)


async def with_an_alert_that_nothing_sends() -> None:
    await _alerted(status=AlertStatus.QUEUED)


async def _alerted(**values) -> None:
    wave = await make_wave(await looked_after(), number=2)
    await make_alert(wave, await make_member(), **values)


async def _put_off() -> Task:
    """A task that has nobody left to ask."""
    task = await looked_after()
    await Wave.all().update(status=WaveStatus.PLANNED, looked_at=NOW)
    return task


async def _end_waves() -> None:
    await Wave.all().update(status=WaveStatus.EXHAUSTED)


TASK = "task 4821"
CLAIM = "claim <id> of task 4821"
ALERT = "alert <id> of task 4821"
NO_COORDINATOR = "no coordinator of its region is active"
UNHEARD = "nobody is left to ask, and no coordinator hears of it"
UNWATCHED = "it waits, and nobody will be told of it"
FAILING = "it fails each time; see the worker's log"
LATE = "it is overdue: is a worker running?"
NO_HOLIDAYS = "the holidays of next year are not loaded"
CASES: list[tuple[Callable[[], Awaitable[None]], list[tuple[str, str]]]] = [
    (
        without_a_coordinator,
        [
            ("alarm of task 4821, UNCLAIMED", NO_COORDINATOR),
            ("alarm of task 4821, WINDOW_PASSED", NO_COORDINATOR),
            (TASK, NO_COORDINATOR),
        ],
    ),
    (
        without_anybody_from_its_desk_up,
        [("escalation of report 17", "nobody at a desk from its own up to the regency is active")],
    ),
    (
        waiting_unwatched,
        [
            ("insurance of case 3302-2026-0001", UNWATCHED),
            ("referral 3302-R2026-0001", UNWATCHED),
            ("report 17", UNWATCHED),
        ],
    ),
    (
        with_an_agency_that_nobody_decides_for,
        [("referral 3302-R2026-0001", "its programme has no active officer for the region")],
    ),
    (with_a_message_given_up, [("inbound message <id>", "it was given up; see `kurir inbox`")]),
    (with_a_late_message, [("inbound message <id>", LATE)]),
    (with_a_late_escalation, [("escalation <id>", LATE)]),
    (of_a_forgotten_kind, [(TASK, "its kind is unknown to this release")]),
    (with_its_window_over, [(TASK, "its window is over, and nobody closed it")]),
    (asking_nobody, [(TASK, "nobody is being asked, and nobody is looked for again")]),
    (without_anybody_left_or_an_alarm, [(TASK, UNHEARD)]),
    (alarmed_for_an_earlier_reason, [(TASK, UNHEARD)]),
    (taken_on_by_somebody_gone, [(TASK, UNHEARD)]),
    (with_no_alarm_for_nobody, [(TASK, "no alarm is set for when nobody takes it")]),
    (with_no_alarm_for_its_end, [(TASK, "no alarm is set for when it isn't done in time")]),
    (forgotten_as_a_draft, [(TASK, "its window is over, and nobody closed it")]),
    (drafted_without_an_alarm, [(TASK, "no alarm is set for when it isn't done in time")]),
    (done_without_an_alarm, [(TASK, "no alarm is set for when nobody verifies it")]),
    (
        with_a_family_that_nobody_hears,
        [(TASK, "the family says that nobody came, and no coordinator hears of it")],
    ),
    (filled_by_nobody, [(TASK, "it has all its members, but none of them is to come")]),
    (under_way_without_anybody, [(TASK, "it is under way, but nobody is at work or to come")]),
    (with_a_claim_for_ever, [(CLAIM, "it has no deadline")]),
    (with_a_claim_of_an_ended_task, [(CLAIM, "its task is over")]),
    (with_a_claim_of_somebody_gone, [(CLAIM, "its member is no longer active")]),
    (with_a_late_claim, [(CLAIM, LATE)]),
    (with_a_late_wave, [("wave 2 of task 4821", LATE)]),
    (with_a_wave_that_fails, [("wave 2 of task 4821", FAILING)]),
    (with_a_recurrence_that_fails, [("recurrence <id>", FAILING)]),
    (with_a_late_alarm, [("alarm of task 4821, UNCLAIMED", LATE)]),
    (with_a_late_notification, [("notification <id>", LATE)]),
    (with_a_late_fallback, [(ALERT, LATE)]),
    (with_an_alert_that_nothing_sends, [(ALERT, "it is queued, but nothing sends it")]),
]


@pytest.mark.parametrize(("ill", "found"), CASES, ids=[ill.__name__ for ill, _ in CASES])
async def test_the_doctor_finds_what_is_ill(ill: Callable[[], Awaitable[None]], found: list[tuple[str, str]]) -> None:
    await ill()

    findings = [(re.sub(UUID, "<id>", finding.item), finding.problem) for finding in await examine(NOW)]
    assert findings == found


def test_every_check_is_shown_to_find_something() -> None:
    assert {problem for _, found in CASES for _, problem in found} | {NO_HOLIDAYS} == set(CHECKS)


@pytest.mark.parametrize(
    ("at", "found"),
    [
        (datetime(2026, 11, 30, tzinfo=UTC), []),
        (datetime(2026, 12, 1, tzinfo=UTC), [("holidays of 2027", NO_HOLIDAYS)]),
        (datetime(2026, 12, 31, tzinfo=UTC), [("holidays of 2027", NO_HOLIDAYS)]),
    ],
)
async def test_from_december_on_next_years_holidays_are_missed(at: datetime, found: list[tuple[str, str]]) -> None:
    await make_member()  # an office that is set up

    assert [(finding.item, finding.problem) for finding in await examine(at)] == found


async def test_next_years_holidays_are_the_nations() -> None:
    december = datetime(2026, 12, 1, tzinfo=UTC)
    await make_member()
    of_the_day = {"kind": HolidayKind.NATIONAL, "name_id": "Tahun Baru", "name_en": "New Year"}

    await Holiday.create(day=date(2027, 1, 1), regency_code="33.02", **of_the_day)
    assert len(await examine(december)) == 1
    await Holiday.create(day=date(2027, 1, 1), **of_the_day)
    assert await examine(december) == []


async def test_what_is_due_just_now_is_left_to_the_workers() -> None:
    task = await looked_after()
    await make_wave(task, number=2, due_at=NOW - OVERDUE + timedelta.resolution)
    await Alarm.all().update(due_at=NOW - OVERDUE + timedelta.resolution)

    assert await examine(NOW) == []


@pytest.mark.parametrize(
    ("since", "found"),
    [
        (OVERDUE, [Finding("task 4821", "its window is over, and nobody closed it")]),
        (OVERDUE - timedelta.resolution, []),
    ],
)
async def test_a_task_that_waited_for_a_claim_is_closed_once_that_went_on(
    since: timedelta, found: list[Finding]
) -> None:
    task = await looked_after(starts_at=NOW - timedelta(hours=4), ends_at=NOW - timedelta(hours=1), slots=2)
    claim = await make_claim(task, await make_member(), ClaimStatus.IN_PROGRESS)
    await TransitionLog.create(
        regency_code=task.regency_code,
        machine="claim",
        subject_id=claim.id,
        task_id=task.id,
        action="start",
        source="HELD",
        target="IN_PROGRESS",
        at=NOW - since,
        recorded_at=NOW - since,
    )

    assert await examine(NOW) == found


async def test_who_took_an_alarm_on_answers_for_the_task() -> None:
    task = await _put_off()
    await make_alarm(task, AlarmReason.NOBODY_LEFT, due_at=None, ended_at=NOW)

    assert await examine(NOW) == []
