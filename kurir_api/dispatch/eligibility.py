"""May this member be alerted for this task, and may he claim it: every reason for a no.

The rules are the small functions in `CHECKS`, pure over the facts; `facts.py` loads those.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from kurir_api.dispatch.facts import MemberFacts, Shift, TaskFacts, load_facts
from kurir_api.models import Task, Urgency, lies_within
from kurir_api.task_kinds import task_kinds


class EligibilityReason(StrEnum):
    """Why not."""

    CAPABILITY_MISSING = "CAPABILITY_MISSING"
    CAPABILITY_EXPIRED = "CAPABILITY_EXPIRED"
    OFF_DUTY = "OFF_DUTY"
    QUIET_HOURS = "QUIET_HOURS"
    BUSY = "BUSY"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    NO_LOCATION = "NO_LOCATION"
    STALE_LOCATION = "STALE_LOCATION"
    ALERT_BUDGET_SPENT = "ALERT_BUDGET_SPENT"
    ALREADY_DECLINED = "ALREADY_DECLINED"
    OUT_OF_REGION = "OUT_OF_REGION"
    ALREADY_CLAIMED = "ALREADY_CLAIMED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the checks look at: a task, a member's facts, the metres between them (None: unknown), and the time."""

    task: TaskFacts
    facts: MemberFacts
    distance_m: float | None
    now: datetime


def capability_missing(it: Situation) -> bool:
    """A capability that the kind requires isn't recorded."""
    return any(code not in it.facts.capabilities for code in task_kinds()[it.task.kind].required_capabilities)


def capability_expired(it: Situation) -> bool:
    """A required capability ends before the window does."""
    last_day = last_local_day(it.task, it.facts.zone)
    required = task_kinds()[it.task.kind].required_capabilities
    ends = (it.facts.capabilities.get(code) for code in required)
    return any(end is not None and end < last_day for end in ends)


def off_duty(it: Situation) -> bool:
    """The member switched himself off, or none of his weekly shifts is now."""
    return not it.facts.available or not on_shift(it.facts, it.now)


def quiet_hours(it: Situation) -> bool:
    """It is quiet time where the member is; an emergency goes through."""
    return in_quiet_hours(it.facts, it.now) and it.task.urgency is not Urgency.EMERGENCY


def alert_budget_spent(it: Situation) -> bool:
    """The member was alerted as often in the last seven days as he is at most; an emergency goes through."""
    return budget_is_spent(it.facts) and it.task.urgency is not Urgency.EMERGENCY


def busy(it: Situation) -> bool:
    """The member holds another task at that time."""
    return it.facts.conflicting_task_id is not None


def out_of_range(it: Situation) -> bool:
    """Further away than the kind's largest radius."""
    return it.distance_m is not None and it.distance_m > task_kinds()[it.task.kind].largest_radius_m


def no_location(it: Situation) -> bool:
    """Neither a fix nor a home."""
    return it.facts.place is None and not it.facts.fix_is_stale


def stale_location(it: Situation) -> bool:
    """The last fix is too old, and there is no home."""
    return it.facts.fix_is_stale


def already_declined(it: Situation) -> bool:
    """The member declined this task, or had it and gave it back, handed it over or lost it."""
    return it.facts.declined


def out_of_region(it: Situation) -> bool:
    """No membership as a volunteer covers the task's region."""
    return not any(lies_within(it.task.region_id, region) for region in it.facts.regions)


def already_claimed(it: Situation) -> bool:
    """A slot of this task is the member's."""
    return it.facts.claimed


@dataclass(frozen=True, slots=True)
class Check:
    """One rule. All stop alerts; those with `forbids_claim` also stop the member from claiming by himself."""

    reason: EligibilityReason
    fails: Callable[[Situation], bool]
    forbids_claim: bool


CHECKS = (
    Check(EligibilityReason.CAPABILITY_MISSING, capability_missing, forbids_claim=True),
    Check(EligibilityReason.CAPABILITY_EXPIRED, capability_expired, forbids_claim=True),
    Check(EligibilityReason.OFF_DUTY, off_duty, forbids_claim=False),
    Check(EligibilityReason.QUIET_HOURS, quiet_hours, forbids_claim=False),
    Check(EligibilityReason.ALERT_BUDGET_SPENT, alert_budget_spent, forbids_claim=False),
    Check(EligibilityReason.BUSY, busy, forbids_claim=True),
    Check(EligibilityReason.OUT_OF_RANGE, out_of_range, forbids_claim=False),
    Check(EligibilityReason.NO_LOCATION, no_location, forbids_claim=False),
    Check(EligibilityReason.STALE_LOCATION, stale_location, forbids_claim=False),
    Check(EligibilityReason.ALREADY_DECLINED, already_declined, forbids_claim=False),
    Check(EligibilityReason.OUT_OF_REGION, out_of_region, forbids_claim=True),
    Check(EligibilityReason.ALREADY_CLAIMED, already_claimed, forbids_claim=True),
)


def reasons_against(it: Situation, checks: Iterable[Check] = CHECKS) -> tuple[EligibilityReason, ...]:
    """Every reason for a no, in the order of `CHECKS`; empty means yes."""
    return tuple(check.reason for check in checks if check.fails(it))


def in_quiet_hours(facts: MemberFacts, now: datetime) -> bool:
    """Whether the regency's clock shows a time in [quiet_from, quiet_to); equal times mean no quiet hours."""
    if facts.quiet_from is None or facts.quiet_to is None:
        return False
    clock = now.astimezone(facts.zone).time()
    if facts.quiet_from <= facts.quiet_to:
        return facts.quiet_from <= clock < facts.quiet_to
    return clock >= facts.quiet_from or clock < facts.quiet_to


def on_shift(facts: MemberFacts, now: datetime) -> bool:
    """Whether the regency's clock shows a time in one of the member's weekly shifts; without any, always."""
    local = now.astimezone(facts.zone)
    return not facts.shifts or any(_covers(shift, local) for shift in facts.shifts)


def _covers(shift: Shift, local: datetime) -> bool:
    day, clock = local.weekday(), local.time()
    if shift.starts < shift.ends:
        return day == shift.weekday and shift.starts <= clock < shift.ends
    if day == shift.weekday:
        return shift.starts <= clock
    return day == (shift.weekday + 1) % 7 and clock < shift.ends


def budget_is_spent(facts: MemberFacts) -> bool:
    """Whether the member got his alerts of seven days."""
    return facts.alerts_this_week >= facts.weekly_alerts


def last_local_day(task: TaskFacts, zone: ZoneInfo) -> date:
    """The day of the window's last moment: a window that ends at midnight ends on the day before."""
    return (task.ends_at - timedelta.resolution).astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class Obstacles:
    """What keeps a member from claiming a task; BUSY always comes with the task in its way."""

    reasons: tuple[EligibilityReason, ...]
    conflicting_task_id: UUID | None


async def claim_obstacles(member_id: UUID, task: Task, now: datetime) -> Obstacles:
    """What keeps the member from claiming the task himself. One statement. KeyError for an unknown member."""
    return (await claim_obstacles_many(member_id, [task], now))[task.id]


async def claim_obstacles_many(member_id: UUID, tasks: Collection[Task], now: datetime) -> dict[UUID, Obstacles]:
    """`claim_obstacles` for many tasks, by task id. One statement."""
    facts = await load_facts([member_id], [task.id for task in tasks], now)
    by_task = {of.task_id: of for of in facts}
    checks = [check for check in CHECKS if check.forbids_claim]
    return {
        task.id: Obstacles(
            reasons_against(Situation(task=task, facts=by_task[task.id], distance_m=None, now=now), checks),
            by_task[task.id].conflicting_task_id,
        )
        for task in tasks
    }
