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

import orjson
from tortoise.connection import get_connection

from kurir_api.dispatch.geo import Point
from kurir_api.models import FALLEN_AWAY, LIVE, TAKING, AlertStatus, Task, Urgency
from kurir_api.task_kinds import task_kinds

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
    duty whenever `available`. `alerts_this_week`: in the last seven days, but for the one of this task's present run,
    of the `weekly_alerts` that he gets at most. `capabilities`: the last valid local day by code, None: no end.
    `declined`: not if what fell away is an offer that was withdrawn before they answered.
    `regions`: where the member volunteers. `conflicting_task_id`: another task whose window overlaps and which the
    member holds.
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


def area_of(task: Task) -> Point:
    """Where those who needn't know the house may know it to be: what they are told is measured to here."""
    return Point(task.area_latitude, task.area_longitude)


def sql_list(states: Iterable[StrEnum]) -> str:
    """The states as SQL literals, so that partial indexes on them can be used."""
    return ", ".join(f"'{state}'" for state in states)


ASKED = f"""
    SELECT t.id, t.starts_at, t.ends_at, t.region_id, t.regency_code, t.urgency = 'EMERGENCY' AS emergency,
        point(t.longitude, t.latitude) AS place, r.time_zone,
        ($3::timestamptz AT TIME ZONE r.time_zone)::time AS clock,
        extract(isodow FROM $3::timestamptz AT TIME ZONE r.time_zone)::int - 1 AS weekday,
        ((t.ends_at - interval '1 microsecond') AT TIME ZONE r.time_zone)::date AS last_day,
        ARRAY(SELECT jsonb_array_elements_text($2::jsonb -> t.kind)) AS required,
        coalesce((SELECT d.weekly_alerts FROM dispatch_setting d
                  WHERE d.regency_code = t.regency_code AND (d.kind = t.kind OR d.kind IS NULL)
                  ORDER BY d.kind NULLS LAST LIMIT 1), {WEEKLY_ALERTS}) AS weekly_alerts,
        ARRAY(SELECT c.member_id FROM claim c
              WHERE c.task_id = t.id AND c.status IN ({sql_list(TAKING)})) AS claimants,
        ARRAY(SELECT c.member_id FROM claim c WHERE c.task_id = t.id AND c.status IN ({sql_list(FALLEN_AWAY)})
                AND NOT (c.takes_over_id IS NOT NULL AND EXISTS (
                    SELECT FROM transition_log l WHERE l.subject_id = c.id AND l.action = 'withdraw_hand_over'))
              UNION SELECT a.member_id FROM alert a WHERE a.task_id = t.id AND a.status = 'DECLINED') AS decliners,
        (SELECT max(w.run) FROM wave w WHERE w.task_id = t.id) AS run,
        $3::timestamptz - interval '{FRESH_FIX.seconds} seconds' AS fresh_from,
        $3::timestamptz - interval '{WEEK.days} days' AS week_from
    FROM task t JOIN region r ON r.code = t.regency_code WHERE t.id = ANY($1::uuid[])
"""
"""What is the same for all members, a row for each task. $1 tasks, $2 the required capabilities by kind, $3 now."""

LOOKED_UP = f"""
    CROSS JOIN LATERAL (
        SELECT array_agg(c.code) AS codes, array_agg(c.valid_until) AS valid_until,
            array_agg(c.code::text) FILTER (WHERE c.valid_until IS NULL OR c.valid_until >= s.last_day) AS valid_codes
        FROM capability c WHERE c.member_id = m.id
    ) capabilities
    CROSS JOIN LATERAL (
        SELECT array_agg(v.region_id) AS regions,
            bool_or(s.region_id = v.region_id OR starts_with(s.region_id, v.region_id || '.')) AS cover_task,
            bool_or(s.regency_code = v.region_id OR starts_with(s.regency_code, v.region_id || '.')
                    OR starts_with(v.region_id, s.regency_code || '.')) AS touch_regency
        FROM membership v WHERE v.member_id = m.id AND v.role = 'VOLUNTEER'
    ) memberships
    CROSS JOIN LATERAL (
        SELECT array_agg(d.weekday) AS weekdays, array_agg(d.starts::time) AS starts, array_agg(d.ends::time) AS ends,
            bool_or(CASE WHEN d.starts::time < d.ends::time
                THEN d.weekday = s.weekday AND d.starts::time <= s.clock AND s.clock < d.ends::time
                ELSE (d.weekday = s.weekday AND d.starts::time <= s.clock)
                    OR ((d.weekday + 1) % 7 = s.weekday AND s.clock < d.ends::time) END) AS now
        FROM duty_shift d WHERE d.member_id = m.id
    ) shifts
    CROSS JOIN LATERAL (
        SELECT count(*) AS this_week FROM alert a WHERE a.member_id = m.id
        AND a.created_at > s.week_from AND a.status NOT IN ({sql_list(UNSENT)})
        AND NOT (a.task_id = s.id AND (SELECT w.run FROM wave w WHERE w.id = a.wave_id) = s.run)
    ) alerts
"""
"""Joins to `member m` and to `s`, a row of `ASKED`: what other tables know of the member, each looked up once."""

FACTS = f"""
    m.id AS member_id, s.id AS task_id, m.name, m.available, m.quiet_from::time, m.quiet_to::time,
    m.last_latitude, m.last_longitude, m.last_fix_at, m.home_latitude, m.home_longitude, m.last_alerted_at,
    s.time_zone, memberships.regions, capabilities.codes, capabilities.valid_until, shifts.weekdays, shifts.starts,
    shifts.ends,
    (SELECT c.task_id FROM claim c
     WHERE c.member_id = m.id AND c.task_id <> s.id AND c.status IN ({sql_list(LIVE)})
       AND c.starts_at < s.ends_at AND c.ends_at > s.starts_at
     ORDER BY c.starts_at LIMIT 1) AS conflicting_task_id,
    m.id = ANY(s.claimants) AS claimed, m.id = ANY(s.decliners) AS declined,
    alerts.this_week AS alerts_this_week, s.weekly_alerts
"""
"""The columns of a MemberFacts, over `member m`, `s` and the joins of `LOOKED_UP`."""

LOAD = f"SELECT {FACTS} FROM ({ASKED}) s CROSS JOIN member m {LOOKED_UP} WHERE m.id = ANY($4::uuid[])"


def required_capabilities() -> str:
    """The required capabilities by kind, as `ASKED` wants them."""
    return orjson.dumps({kind.code: kind.required_capabilities for kind in task_kinds().values()}).decode()


async def load_facts(member_ids: Collection[UUID], task_ids: Collection[UUID], now: datetime) -> list[MemberFacts]:
    """The facts of each of the members with regard to each of the tasks, in one statement."""
    values = [list(task_ids), required_capabilities(), now, list(member_ids)]
    rows = await get_connection("default").execute_query_dict(LOAD, values)
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
        shifts=tuple(map(Shift, row["weekdays"] or (), row["starts"] or (), row["ends"] or ())),
        quiet_from=row["quiet_from"],
        quiet_to=row["quiet_to"],
        zone=ZoneInfo(row["time_zone"]),
        capabilities=dict(zip(row["codes"] or (), row["valid_until"] or (), strict=True)),
        regions=tuple(row["regions"] or ()),
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
