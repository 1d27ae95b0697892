"""What is known of a task and of a member with regard to it: the plain data that every decision of dispatch reads.

The facts come from one SQL statement for any members and tasks.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.connection import get_connection

from kurir_api.dispatch.geo import Point
from kurir_api.models import FALLEN_AWAY, LIVE, TAKING, AlertStatus, Urgency

FRESH_FIX = timedelta(minutes=30)
"""A last fix older than this says nothing; the home point counts instead."""

WEEK = timedelta(days=7)
WEEKLY_ALERTS = 4
"""The alert budget of a member where a regency hasn't set one: of people who get more pushes a week than this, nearly
half say that they would mute the app (Localytics 2017)."""

UNSENT = (AlertStatus.SUPPRESSED, AlertStatus.FAILED)
"""The alerts that disturbed nobody."""


class TaskFacts(Protocol):
    """What the rules read of a task: a row of `models.Task`, or a task of the simulator's."""

    @property
    def id(self) -> UUID: ...
    @property
    def kind(self) -> str: ...
    @property
    def urgency(self) -> Urgency: ...
    @property
    def region_id(self) -> str: ...
    @property
    def latitude(self) -> float: ...
    @property
    def longitude(self) -> float: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def ends_at(self) -> datetime: ...


class Shift(NamedTuple):
    """Weekly, from `starts` on `weekday` (0 is Monday) until `ends`, wall-clock; `ends` at or before `starts` is on
    the next day."""

    weekday: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFacts:
    """What is known of a member with regard to one task.

    `place`: the last fix if fresh, else home; without either, `fix_is_stale` says that there is an older fix.
    `quiet_from`, `quiet_to` and `shifts` are wall-clock times in `zone`, the regency's; without shifts a member is on
    duty whenever `available`. `alerts_this_week`: in the last seven days, of the `weekly_alerts` that he gets at
    most. `capabilities`: the last valid local day by code, None: no end. `regions`: where the member volunteers.
    `conflicting_task_id`: another task whose window overlaps and which the member holds.
    """

    member_id: UUID
    task_id: UUID
    name: str
    place: Point | None
    fix_is_stale: bool
    available: bool
    shifts: tuple[Shift, ...]
    quiet_from: time | None
    quiet_to: time | None
    zone: ZoneInfo
    capabilities: Mapping[str, date | None]
    regions: tuple[str, ...]
    conflicting_task_id: UUID | None
    claimed: bool
    declined: bool
    last_alerted_at: datetime | None
    alerts_this_week: int
    weekly_alerts: int


def place_of(task: TaskFacts) -> Point:
    """Where the task is."""
    return Point(task.latitude, task.longitude)


def sql_list(states: Iterable[StrEnum]) -> str:
    """The states as SQL literals, so that partial indexes on them can be used."""
    return ", ".join(f"'{state}'" for state in states)


ALERTS_THIS_WEEK = f"""
    (SELECT count(*) FROM alert a WHERE a.member_id = m.id
     AND a.created_at > $3::timestamptz - interval '{WEEK.days} days' AND a.status NOT IN ({sql_list(UNSENT)}))
"""
"""Over `member m`; $3 now."""

WEEKLY_BUDGET = f"""
    coalesce((SELECT d.weekly_alerts FROM dispatch_setting d
              WHERE d.regency_code = t.regency_code AND (d.kind = t.kind OR d.kind IS NULL)
              ORDER BY d.kind NULLS LAST LIMIT 1), {WEEKLY_ALERTS})
"""
"""Over `task t`."""

FACTS = f"""
    m.id AS member_id, t.id AS task_id, m.name, m.available, m.quiet_from::time, m.quiet_to::time,
    m.last_latitude, m.last_longitude, m.last_fix_at, m.home_latitude, m.home_longitude, m.last_alerted_at,
    (SELECT r.time_zone FROM region r WHERE r.code = t.regency_code) AS time_zone,
    ARRAY(SELECT DISTINCT s.region_id FROM membership s
          WHERE s.member_id = m.id AND s.role = 'VOLUNTEER') AS regions,
    ARRAY(SELECT c.code FROM capability c WHERE c.member_id = m.id ORDER BY c.code) AS codes,
    ARRAY(SELECT c.valid_until FROM capability c WHERE c.member_id = m.id ORDER BY c.code) AS valid_until,
    ARRAY(SELECT d.weekday FROM duty_shift d WHERE d.member_id = m.id ORDER BY d.id) AS weekdays,
    ARRAY(SELECT d.starts::time FROM duty_shift d WHERE d.member_id = m.id ORDER BY d.id) AS shift_starts,
    ARRAY(SELECT d.ends::time FROM duty_shift d WHERE d.member_id = m.id ORDER BY d.id) AS shift_ends,
    (SELECT c.task_id FROM claim c
     WHERE c.member_id = m.id AND c.task_id <> t.id AND c.status IN ({sql_list(LIVE)})
       AND c.starts_at < t.ends_at AND c.ends_at > t.starts_at
     ORDER BY c.starts_at LIMIT 1) AS conflicting_task_id,
    EXISTS (SELECT FROM claim c WHERE c.member_id = m.id AND c.task_id = t.id
            AND c.status IN ({sql_list(TAKING)})) AS claimed,
    EXISTS (SELECT FROM alert a WHERE a.member_id = m.id AND a.task_id = t.id AND a.status = 'DECLINED')
    OR EXISTS (SELECT FROM claim c WHERE c.member_id = m.id AND c.task_id = t.id
               AND c.status IN ({sql_list(FALLEN_AWAY)})) AS declined,
    {ALERTS_THIS_WEEK} AS alerts_this_week, {WEEKLY_BUDGET} AS weekly_alerts
"""
"""The columns of a MemberFacts, over `member m` and `task t`; $3 now."""


async def load_facts(member_ids: Collection[UUID], task_ids: Collection[UUID], now: datetime) -> list[MemberFacts]:
    """The facts of each of the members with regard to each of the tasks, in one statement."""
    rows = await get_connection("default").execute_query_dict(
        f"SELECT {FACTS} FROM member m, task t WHERE m.id = ANY($1::uuid[]) AND t.id = ANY($2::uuid[])",
        [list(member_ids), list(task_ids), now],
    )
    return [facts_of(row, now) for row in rows]


def facts_of(row: Mapping[str, Any], now: datetime) -> MemberFacts:
    """The facts in a row of the `FACTS` columns."""
    place = _place(row, now)
    return MemberFacts(
        member_id=row["member_id"],
        task_id=row["task_id"],
        name=row["name"],
        place=place,
        fix_is_stale=place is None and row["last_fix_at"] is not None,
        available=row["available"],
        shifts=tuple(map(Shift, row["weekdays"], row["shift_starts"], row["shift_ends"])),
        quiet_from=row["quiet_from"],
        quiet_to=row["quiet_to"],
        zone=ZoneInfo(row["time_zone"]),
        capabilities=dict(zip(row["codes"], row["valid_until"], strict=True)),
        regions=tuple(row["regions"]),
        conflicting_task_id=row["conflicting_task_id"],
        claimed=row["claimed"],
        declined=row["declined"],
        last_alerted_at=row["last_alerted_at"],
        alerts_this_week=row["alerts_this_week"],
        weekly_alerts=row["weekly_alerts"],
    )


def _place(row: Mapping[str, Any], now: datetime) -> Point | None:
    if row["last_fix_at"] is not None and row["last_fix_at"] >= now - FRESH_FIX:
        return Point(row["last_latitude"], row["last_longitude"])
    if row["home_latitude"] is None:
        return None
    return Point(row["home_latitude"], row["home_longitude"])
