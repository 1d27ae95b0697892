"""A past time, from the database: its tasks, today's people, and what really happened. Read only.

Names of patients and members, addresses and words are not even read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from tortoise.connection import get_connection

from kurir_api.database.moment import one_moment
from kurir_api.dispatch.facts import UNSENT, WEEKLY_ALERTS, Shift, sql_list
from kurir_api.dispatch.geo import Point
from kurir_api.models import FALLEN_AWAY, HOLDING, TaskStatus, Urgency
from kurir_api.simulate.demand import ZONE, Need
from kurir_api.simulate.measures import Load, Opening, Outcome
from kurir_api.simulate.replay import Known, Past
from kurir_api.task_kinds import task_kinds

TASKS = """
    SELECT id, kind, urgency, region_id, latitude, longitude, published_at, starts_at, ends_at, slots, status
    FROM task WHERE regency_code = $1 AND published_at >= $2 AND published_at < $3 ORDER BY published_at, id
"""
MEMBERS = f"""
    SELECT m.id, m.available, m.quiet_from::time, m.quiet_to::time,
        coalesce(m.home_latitude, m.last_latitude) AS latitude,
        coalesce(m.home_longitude, m.last_longitude) AS longitude,
        ARRAY(SELECT DISTINCT s.region_id FROM membership s
              WHERE s.member_id = m.id AND s.role = 'VOLUNTEER' ORDER BY s.region_id) AS regions,
        ARRAY(SELECT c.code FROM capability c WHERE c.member_id = m.id ORDER BY c.code) AS codes,
        ARRAY(SELECT c.valid_until FROM capability c WHERE c.member_id = m.id ORDER BY c.code) AS valid_until,
        ARRAY(SELECT d.weekday FROM duty_shift d WHERE d.member_id = m.id ORDER BY d.id) AS weekdays,
        ARRAY(SELECT d.starts::time FROM duty_shift d WHERE d.member_id = m.id ORDER BY d.id) AS starts,
        ARRAY(SELECT d.ends::time FROM duty_shift d WHERE d.member_id = m.id ORDER BY d.id) AS ends,
        coalesce((SELECT d.weekly_alerts FROM dispatch_setting d WHERE d.regency_code = $1 AND d.kind IS NULL),
                 {WEEKLY_ALERTS}) AS weekly_alerts
    FROM member m
    WHERE m.active AND EXISTS (SELECT FROM membership v WHERE v.member_id = m.id AND v.role = 'VOLUNTEER'
        AND (v.region_id = $1 OR starts_with(v.region_id, $1 || '.') OR starts_with($1, v.region_id || '.')))
    ORDER BY m.id
"""
ALERTS = f"""
    SELECT member_id, task_id, created_at, distance_m, status FROM alert
    WHERE regency_code = $1 AND created_at >= $2 AND status NOT IN ({sql_list(UNSENT)}) ORDER BY created_at, id
"""
# Of the claims that became one: when. Of those, also when they fell away. An offer that came to nothing is neither.
MOVES = f"""
    SELECT l.task_id, l.target = 'HELD' AS claimed, l.at, c.member_id
    FROM transition_log l JOIN claim c ON c.id = l.subject_id
    WHERE l.machine = 'claim' AND l.task_id = ANY($1::uuid[])
        AND (l.target = 'HELD' OR l.target IN ({sql_list(FALLEN_AWAY)}) AND l.source IN ({sql_list(HOLDING)}))
    ORDER BY l.at, l.id
"""
ALARMS = """
    SELECT task_id, raised_at FROM alarm WHERE task_id = ANY($1::uuid[]) AND raised_at IS NOT NULL
        AND reason IN ('UNCLAIMED', 'NOBODY_LEFT') ORDER BY raised_at
"""

DAY = timedelta(days=1)
Rows = list[dict[str, Any]]


async def load_past(regency: str, start: datetime, end: datetime, now: datetime) -> Past:
    """The tasks published from start to end whose windows are over, today's volunteers, and what happened. As few
    statements for many tasks as for one."""
    async with one_moment():
        published = await _rows(TASKS, regency, start, end)
        tasks = [row for row in published if _is_over(row, now)]
        members = await _rows(MEMBERS, regency)
        alerts = await _rows(ALERTS, regency, start)
        moves = await _rows(MOVES, [row["id"] for row in tasks])
        alarms = await _rows(ALARMS, [row["id"] for row in tasks])
    placed = [row for row in members if row["latitude"] is not None]
    until = max((row["ends_at"] for row in tasks), default=end)
    known = tuple(_known(row, start, max(until, end)) for row in placed)
    alerted = _by("member_id", alerts)
    of_task = [_by("task_id", rows) for rows in (moves, alerts, alarms)]
    return Past(
        regency=regency,
        start=start,
        end=end,
        needs=tuple(need for row in tasks for need in _needs(row)),
        members=known,
        weekly_alerts=members[0]["weekly_alerts"] if members else WEEKLY_ALERTS,
        happened=Outcome(
            tuple(one for row in tasks for one in _openings(row, *(rows[row["id"]] for rows in of_task))),
            tuple(
                Load.of((alert["created_at"] for alert in alerted[one.id]), one.switches, start, end) for one in known
            ),
        ),
        left_out=len(published) - len(tasks),
        nowhere=len(members) - len(placed),
    )


async def _rows(statement: str, *values: object) -> Rows:
    return list(await get_connection("default").execute_query_dict(statement, list(values)))


def _is_over(row: Mapping[str, Any], now: datetime) -> bool:
    return row["ends_at"] <= now and row["status"] != TaskStatus.CANCELLED and row["kind"] in task_kinds()


def _by(column: str, rows: Rows) -> dict[UUID, Rows]:
    by: dict[UUID, Rows] = defaultdict(list)
    for row in rows:
        by[row[column]].append(row)
    return by


def _needs(row: Mapping[str, Any]) -> list[Need]:
    """One for each slot."""
    return [
        Need(
            id=uuid5(row["id"], str(slot)) if slot else row["id"],
            kind=row["kind"],
            urgency=Urgency(row["urgency"]),
            region_id=row["region_id"],
            latitude=row["latitude"],
            longitude=row["longitude"],
            published_at=row["published_at"],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
        )
        for slot in range(row["slots"])
    ]


def _known(row: Mapping[str, Any], start: datetime, end: datetime) -> Known:
    shifts = list(map(Shift, row["weekdays"], row["starts"], row["ends"]))
    quiet_from, quiet_to = row["quiet_from"], row["quiet_to"]
    return Known(
        id=row["id"],
        regions=tuple(row["regions"]),
        place=Point(row["latitude"], row["longitude"]),
        capabilities=dict(zip(row["codes"], row["valid_until"], strict=True)),
        quiet=(quiet_from, quiet_to) if quiet_from and quiet_to else None,
        switches=on_duty(shifts, start, end) if row["available"] else [],
    )


def on_duty(shifts: Sequence[Shift], start: datetime, end: datetime) -> list[datetime]:
    """When these weekly shifts begin and end, in turn, all that touch the time from start to end; without any, on
    duty all the time."""
    if not shifts:
        return [start, end]
    first = start.astimezone(ZONE).date() - DAY
    days = [first + number * DAY for number in range((end - start) // DAY + 3)]
    stretches = sorted(
        (datetime.combine(day, shift.starts, ZONE), datetime.combine(ends_on, shift.ends, ZONE))
        for day in days
        for shift in shifts
        if shift.weekday == day.weekday()
        for ends_on in [day if shift.starts < shift.ends else day + DAY]
    )
    switches: list[datetime] = []
    for begins, ends in stretches:
        if switches and begins <= switches[-1]:
            switches[-1] = max(switches[-1], ends)
        else:
            switches += [begins, ends]
    return [at.astimezone(start.tzinfo) for at in switches]


@dataclass(slots=True)
class _Slot:
    """From when a slot opened until somebody took it."""

    opened_at: datetime
    claimed_at: datetime | None = None
    member_id: UUID | None = None

    def is_open(self, at: datetime) -> bool:
        return self.opened_at <= at and (self.claimed_at is None or at <= self.claimed_at)


def _openings(row: Mapping[str, Any], moves: Rows, alerts: Rows, alarms: Rows) -> list[Opening]:
    """How it went with a task's slots. Of several that were open, an alert counts for the one open longest."""
    slots = [_Slot(row["published_at"]) for _ in range(row["slots"])]
    for move in moves:
        vacant = next((slot for slot in slots if slot.claimed_at is None), None)
        if not move["claimed"]:
            slots.append(_Slot(move["at"]))
        elif vacant:
            vacant.claimed_at, vacant.member_id = move["at"], move["member_id"]
    slots = [slot for slot in slots if slot.opened_at < row["ends_at"]]
    asked: dict[int, Rows] = defaultdict(list)
    for alert in alerts:
        open_ones = [place for place, slot in enumerate(slots) if slot.is_open(alert["created_at"])]
        asked[open_ones[0] if open_ones else len(slots) - 1].append(alert)
    return [
        Opening.of(
            _needs(row)[0],
            slot.opened_at,
            claimed_at=slot.claimed_at,
            told_at=next((alarm["raised_at"] for alarm in alarms if slot.is_open(alarm["raised_at"])), None),
            alerts=len(asked[place]),
            distance_m=_distance(slot.member_id, alerts),
        )
        for place, slot in enumerate(slots)
    ]


def _distance(member_id: UUID | None, alerts: Iterable[Mapping[str, Any]]) -> float | None:
    """The claimant's, as his last alert said; None: he wasn't alerted."""
    return next((alert["distance_m"] for alert in reversed(list(alerts)) if alert["member_id"] == member_id), None)
