"""Until when a patient in hospital must be insured, so that the stay is covered.

Permenkes 28/2014 (Pedoman Pelaksanaan Program JKN) gives the family 3 x 24 working hours after admission, or until
discharge if that is sooner, to show that the insurance is active; hospitals differ in which hours they count, so each
has a rule of its own. docs/decisions/0021-insurance-deadline-and-holidays.md.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from tortoise.expressions import Q, Subquery

from kurir_api.dispatch.alarms import OVERRUN
from kurir_api.dispatch.escalations import arm_escalation, end_escalation
from kurir_api.errors import Problems
from kurir_api.models import (
    Alarm,
    AlarmReason,
    CarePhase,
    Case,
    CaseStatus,
    Claim,
    ClaimStatus,
    Escalation,
    EscalationKind,
    Facility,
    InsuranceRule,
    Task,
    TaskStatus,
    Urgency,
)
from kurir_api.services.moments import has_offset
from kurir_api.services.working_days.reckoning import WorkingDays, working_days
from kurir_api.transitions import move

GRACE = timedelta(hours=72)
TOLD_BEFORE = (timedelta(hours=24), timedelta(hours=6), timedelta())
TOLD_EVERY = timedelta(hours=12)
"""The desk is told these times before the deadline, and so often after it. Ours to choose."""

INSURANCE_TASK = "HEALTH_INSURANCE"
EVIDENCE = (ClaimStatus.COMPLETED, ClaimStatus.VERIFIED)


class InsuranceStatus(StrEnum):
    """How the countdown stands."""

    RUNNING = "RUNNING"
    MET = "MET"
    MISSED = "MISSED"
    ENDED = "ENDED"


def insurance_status(case: Case, now: datetime) -> InsuranceStatus | None:
    """How the countdown of the case stands; None for a patient who wasn't admitted."""
    due = case.insurance_due_at
    if due is None:
        return None
    over = [at for at in (case.discharged_at, case.closed_at) if at is not None and at < due]
    if case.insured_at is not None and case.insured_at <= min([due, *over]):
        return InsuranceStatus.MET
    if over:
        return InsuranceStatus.ENDED
    return InsuranceStatus.MISSED if now >= due else InsuranceStatus.RUNNING


def uninsured_before(at: datetime) -> Q:
    """The open cases of patients in hospital whose deadline lies before `at`, and of whom no insurance is known.

    Raises InvalidInput for a moment without offset.
    """
    problems = Problems()
    has_offset(problems, "insuranceDueBefore", at)
    problems.refuse()
    lying = Q(phase=CarePhase.IN_HOSPITAL) & ~Q(status=CaseStatus.CLOSED)
    return lying & Q(insured_at__isnull=True, insurance_due_at__lt=at)


def deadline(admitted_at: datetime, rule: InsuranceRule, days: WorkingDays) -> datetime:
    """When the 3 x 24 hours are over: of all days, or of working days."""
    if rule is InsuranceRule.WORKING_DAYS:
        return days.hours_later(admitted_at, GRACE)
    return admitted_at + GRACE


async def rule_of(case: Case) -> InsuranceRule:
    """The rule of the case's facility; the stricter while none is named."""
    facility = await Facility.get_or_none(id=case.facility_id) if case.facility_id else None
    return facility.insurance_rule if facility else InsuranceRule.CALENDAR_DAYS


async def due_of(case: Case, admitted_at: datetime) -> datetime:
    """Until when the insurance of a patient admitted then must be active."""
    return deadline(admitted_at, await rule_of(case), await working_days(case.regency_code))


def lies_uninsured(case: Case) -> bool:
    """Whether the desk has to be told: an open case, in hospital, of which no insurance is known, in time or not."""
    open_in_hospital = case.status != CaseStatus.CLOSED and case.phase == CarePhase.IN_HOSPITAL
    return open_in_hospital and case.insurance_due_at is not None and case.insured_at is None


def next_telling(case: Case, now: datetime) -> datetime | None:
    """The next moment after `now` at which the desk is told ahead of the deadline; None once that is over."""
    due = case.insurance_due_at
    moments = (due - before for before in TOLD_BEFORE) if due else ()
    return min((moment for moment in moments if moment > now), default=None)


async def watch_insurance(case: Case, now: datetime, *, due_moved: bool = True) -> None:
    """Have the desk told of the deadline, at once where it is over, or no more, as the case now is; unless the
    deadline moved, what is armed already stays. For the transaction that holds the case's lock.
    """
    kind = EscalationKind.INSURANCE_DUE
    if not lies_uninsured(case):
        await end_escalation(kind, case, now)
    elif due_moved or not await Escalation.filter(kind=kind, case_id=case.id, ended_at__isnull=True).exists():
        await arm_escalation(kind, case, next_telling(case, now) or now)


async def fit_tasks(case: Case, now: datetime) -> None:
    """For the transaction that moves the deadline: the case's insurance tasks that nobody took end at it, and are
    urgent, so that none expires before. Whoever has one keeps the window they agreed to. Three statements.
    """
    due = case.insurance_due_at
    if due is None or insurance_status(case, now) != InsuranceStatus.RUNNING:
        return
    free = Task.filter(
        case_id=case.id,
        kind=INSURANCE_TASK,
        status__in=(TaskStatus.DRAFT, TaskStatus.OPEN),
        slots_taken=0,
        starts_at__lt=due,
    )
    if not await free.update(ends_at=due):
        return
    await free.filter(urgency=Urgency.NORMAL).update(urgency=Urgency.URGENT)
    unheard = Alarm.filter(reason=AlarmReason.WINDOW_PASSED, raised_at__isnull=True, ended_at__isnull=True)
    await unheard.filter(task_id__in=Subquery(free.values("id"))).update(due_at=due + OVERRUN)


async def insured_by_task(task: Task, now: datetime) -> None:
    """For the transaction that verifies `task`: if it was about the insurance, that is active since the work was
    done. Does nothing for other tasks, and where it is known to be active.
    """
    if task.kind != INSURANCE_TASK:
        return
    case = await Case.select_for_update().get(id=task.case_id)
    if case.insured_at is not None or case.status == CaseStatus.CLOSED:
        return
    claims = await Claim.filter(task_id=task.id, status__in=EVIDENCE)
    done = [claim.completed_at for claim in claims if claim.completed_at]
    await move(case, "confirm_insurance", None, at=now, insured_at=max(done, default=now))
    await watch_insurance(case, now)
