"""May this member be alerted for this task, and may he claim it: every reason for a no.

The facts come from one SQL statement for any members and tasks; the rules are the small functions in `CHECKS`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.connection import get_connection

from kurir_api.dispatch.geo import Point
from kurir_api.models import LIVE, TAKING, Task, Urgency, lies_within
from kurir_api.task_kinds import task_kinds

FRESH_FIX = timedelta(minutes=30)
"""A last fix older than this says nothing; the home point counts instead."""


class EligibilityReason(StrEnum):
    """Why not. Nothing gives STALE_LOCATION or ALERT_BUDGET_SPENT yet; clients know them already."""

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
class MemberFacts:
    """What is known of a member with regard to one task.

    `place`: the last fix if fresh, else home. `quiet_from` and `quiet_to` are wall-clock times in `zone`, the
    regency's. `capabilities`: the last valid local day by code, None: no end. `regions`: where the member
    volunteers. `conflicting_task_id`: another task whose window overlaps and which the member holds.
    """

    member_id: UUID
    task_id: UUID
    name: str
    place: Point | None
    available: bool
    quiet_from: time | None
    quiet_to: time | None
    zone: ZoneInfo
    capabilities: Mapping[str, date | None]
    regions: tuple[str, ...]
    conflicting_task_id: UUID | None
    claimed: bool
    declined: bool
    last_alerted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the checks look at: a task, a member's facts, the metres between them (None: unknown), and the time."""

    task: Task
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
    """The member switched himself off."""
    return not it.facts.available


def quiet_hours(it: Situation) -> bool:
    """It is quiet time where the member is; an emergency goes through."""
    return in_quiet_hours(it.facts, it.now) and it.task.urgency is not Urgency.EMERGENCY


def busy(it: Situation) -> bool:
    """The member holds another task at that time."""
    return it.facts.conflicting_task_id is not None


def out_of_range(it: Situation) -> bool:
    """Further away than the kind's largest radius."""
    return it.distance_m is not None and it.distance_m > task_kinds()[it.task.kind].largest_radius_m


def no_location(it: Situation) -> bool:
    """Neither a fresh fix nor a home."""
    return it.facts.place is None


def already_declined(it: Situation) -> bool:
    """The member declined an alert for this task."""
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
    Check(EligibilityReason.BUSY, busy, forbids_claim=True),
    Check(EligibilityReason.OUT_OF_RANGE, out_of_range, forbids_claim=False),
    Check(EligibilityReason.NO_LOCATION, no_location, forbids_claim=False),
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


def last_local_day(task: Task, zone: ZoneInfo) -> date:
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


def _sql_list(states: Iterable[StrEnum]) -> str:
    return ", ".join(f"'{state}'" for state in states)


FACTS = f"""
    m.id AS member_id, t.id AS task_id, m.name, m.available, m.quiet_from::time, m.quiet_to::time,
    m.last_latitude, m.last_longitude, m.last_fix_at, m.home_latitude, m.home_longitude, m.last_alerted_at,
    (SELECT r.time_zone FROM region r WHERE r.code = t.regency_code) AS time_zone,
    ARRAY(SELECT DISTINCT s.region_id FROM membership s
          WHERE s.member_id = m.id AND s.role = 'VOLUNTEER') AS regions,
    ARRAY(SELECT c.code FROM capability c WHERE c.member_id = m.id ORDER BY c.code) AS codes,
    ARRAY(SELECT c.valid_until FROM capability c WHERE c.member_id = m.id ORDER BY c.code) AS valid_until,
    (SELECT c.task_id FROM claim c
     WHERE c.member_id = m.id AND c.task_id <> t.id AND c.status IN ({_sql_list(LIVE)})
       AND c.starts_at < t.ends_at AND c.ends_at > t.starts_at
     ORDER BY c.starts_at LIMIT 1) AS conflicting_task_id,
    EXISTS (SELECT FROM claim c WHERE c.member_id = m.id AND c.task_id = t.id
            AND c.status IN ({_sql_list(TAKING)})) AS claimed,
    EXISTS (SELECT FROM alert a WHERE a.member_id = m.id AND a.task_id = t.id AND a.status = 'DECLINED') AS declined
"""
"""The columns of a MemberFacts, over `member m` and `task t`."""


async def load_facts(member_ids: Collection[UUID], task_ids: Collection[UUID], now: datetime) -> list[MemberFacts]:
    """The facts of each of the members with regard to each of the tasks, in one statement."""
    rows = await get_connection("default").execute_query_dict(
        f"SELECT {FACTS} FROM member m, task t WHERE m.id = ANY($1::uuid[]) AND t.id = ANY($2::uuid[])",
        [list(member_ids), list(task_ids)],
    )
    return [facts_of(row, now) for row in rows]


def facts_of(row: Mapping[str, Any], now: datetime) -> MemberFacts:
    """The facts in a row of the `FACTS` columns."""
    return MemberFacts(
        member_id=row["member_id"],
        task_id=row["task_id"],
        name=row["name"],
        place=_place(row, now),
        available=row["available"],
        quiet_from=row["quiet_from"],
        quiet_to=row["quiet_to"],
        zone=ZoneInfo(row["time_zone"]),
        capabilities=dict(zip(row["codes"], row["valid_until"], strict=True)),
        regions=tuple(row["regions"]),
        conflicting_task_id=row["conflicting_task_id"],
        claimed=row["claimed"],
        declined=row["declined"],
        last_alerted_at=row["last_alerted_at"],
    )


def _place(row: Mapping[str, Any], now: datetime) -> Point | None:
    if row["last_fix_at"] is not None and row["last_fix_at"] >= now - FRESH_FIX:
        return Point(row["last_latitude"], row["last_longitude"])
    if row["home_latitude"] is None:
        return None
    return Point(row["home_latitude"], row["home_longitude"])
