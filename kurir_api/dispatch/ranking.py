"""Who could do a task: the members nearest to it along the ellipsoid, with every reason against each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import inf
from typing import Any
from uuid import UUID

import orjson
from tortoise.connection import get_connection

from kurir_api.dispatch.eligibility import (
    FACTS,
    FRESH_FIX,
    EligibilityReason,
    Situation,
    facts_of,
    in_quiet_hours,
    reasons_against,
)
from kurir_api.dispatch.geo import Point, degrees_within, settled_distances_m
from kurir_api.dispatch.texts import ENGLISH, FIELDS, INDONESIAN
from kurir_api.errors import REASON_WORDS, Words
from kurir_api.models import Task, Urgency
from kurir_api.task_kinds import task_kinds

SPARE = 12
GROWTH = 4
NEVER = datetime.min.replace(tzinfo=UTC)

CAPABLE = Words(id="keahlian berlaku", en="capability valid")
OVERRIDDEN = Words(id="jam tenang dilewati karena darurat", en="quiet hours overridden by the emergency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`rank` counts from 1; `distance_m` along the ellipsoid, None without a location; no reasons means eligible.

    `explanation` is one line by locale ("id", "en").
    """

    rank: int
    member_id: UUID
    name: str
    distance_m: float | None
    reasons: tuple[EligibilityReason, ...]
    explanation: Mapping[str, str]


# What a search asks of the index, one row for each task.
SEARCHES = """
    SELECT t.id, point(t.longitude, t.latitude) AS place, t.urgency = 'EMERGENCY' AS emergency,
        ($3::timestamptz AT TIME ZONE r.time_zone)::time AS clock,
        ((t.ends_at - interval '1 microsecond') AT TIME ZONE r.time_zone)::date AS last_day,
        ARRAY(SELECT jsonb_array_elements_text($6::jsonb -> t.kind)) AS required,
        CASE WHEN $5 THEN t.regency_code ELSE t.region_id END AS reached, t.regency_code
    FROM task t JOIN region r ON r.code = t.regency_code WHERE t.id = ANY($1::uuid[])
"""

# This only narrows what is loaded, and never leaves out a member whom the checks of `eligibility` would accept; the
# checks decide. OFFSET 0 keeps it a filter on the members that the index hands over: a join would go over all. And no
# counts are compared: PostgreSQL takes equality to be rare, and would not expect the walk by distance to end early.
NARROW = """
    m.active AND (m.available OR $5)
    AND EXISTS (SELECT FROM membership v WHERE v.member_id = m.id AND v.role = 'VOLUNTEER'
                AND (s.reached = v.region_id OR starts_with(s.reached, v.region_id || '.')
                     OR ($5 AND starts_with(v.region_id, s.regency_code || '.'))) OFFSET 0)
    AND ($5 OR NOT EXISTS (SELECT FROM unnest(s.required) AS needed WHERE NOT EXISTS (
            SELECT FROM capability c WHERE c.member_id = m.id AND c.code = needed
            AND (c.valid_until IS NULL OR c.valid_until >= s.last_day)) OFFSET 0))
    AND ($5 OR s.emergency OR m.quiet_from IS NULL OR NOT CASE WHEN m.quiet_from::time <= m.quiet_to::time
         THEN m.quiet_from::time <= s.clock AND s.clock < m.quiet_to::time
         ELSE m.quiet_from::time <= s.clock OR s.clock < m.quiet_to::time END)
    AND ($7 OR NOT EXISTS (SELECT FROM alert a WHERE a.task_id = s.id AND a.member_id = m.id))
"""


def _branch(point: str, located: str) -> str:
    return (
        f"SELECT m.id, {point} <-> s.place AS away FROM member m"
        f" WHERE {located} AND {NARROW}"
        f" ORDER BY {point} <-> s.place LIMIT $4"
    )


FIX_IS_FRESH = "m.last_fix_at >= $2"
HOME_COUNTS = f"m.home_latitude IS NOT NULL AND ({FIX_IS_FRESH}) IS NOT TRUE"
NEAR = f"""
    SELECT near.away, {FACTS}
    FROM ({SEARCHES}) s CROSS JOIN LATERAL (
        ({_branch("point(m.last_longitude, m.last_latitude)", FIX_IS_FRESH)})
        UNION ALL
        ({_branch("point(m.home_longitude, m.home_latitude)", HOME_COUNTS)})
        UNION ALL
        (SELECT m.id, 'Infinity' FROM member m
         WHERE $5 AND m.home_latitude IS NULL AND ({FIX_IS_FRESH}) IS NOT TRUE AND {NARROW} ORDER BY m.id LIMIT $4)
        ORDER BY away, id LIMIT $4
    ) near JOIN member m ON m.id = near.id JOIN task t ON t.id = s.id
    ORDER BY t.id, near.away, near.id
"""
"""For each task two walks of a GiST index, over the fresh fixes and over the homes of everybody else, merged; last
the unlocated.

$1 tasks, $2 from when a fix is fresh, $3 now, $4 rows for each, $5 also those who aren't eligible or without a
location, $6 the required capabilities by kind, $7 also the alerted.
"""


async def rank(
    task: Task, *, limit: int, now: datetime, include_ineligible: bool = False, exclude_alerted: bool = True
) -> list[Candidate]:
    """The `limit` members nearest to the task, in exact order along the ellipsoid; the longest unalerted first
    where distances are equal, then by id.

    Only the eligible, unless `include_ineligible`: then every volunteer of the task's regency, with the reasons,
    and those without a location last. `exclude_alerted` leaves out whoever was alerted for this task before.
    """
    ranked = await rank_many(
        [task], limit=limit, now=now, include_ineligible=include_ineligible, exclude_alerted=exclude_alerted
    )
    return ranked[task.id]


async def rank_many(
    tasks: Collection[Task],
    *,
    limit: int,
    now: datetime,
    include_ineligible: bool = False,
    exclude_alerted: bool = True,
) -> dict[UUID, list[Candidate]]:
    """`rank` for many tasks, by task id. Usually one statement; a further one, four times as long, for the tasks
    whose first rows don't yet rule out that somebody unseen comes earlier.
    """
    ranked: dict[UUID, list[Candidate]] = {}
    left, batch = {task.id: task for task in tasks}, limit + SPARE
    while left:
        found = await _nearest(left, batch, now, ineligible=include_ineligible, alerted=not exclude_alerted)
        for task_id, seen in found.items():
            task = left[task_id]
            ordered = [one for one in _ordered(task, seen, now) if include_ineligible or not one.reasons]
            proven = len(ordered) >= limit and _settled(task, ordered[limit - 1], seen[-1]["away"])
            if len(seen) < batch or proven:
                ranked[task_id] = [replace(one, rank=rank) for rank, one in enumerate(ordered[:limit], 1)]
                del left[task_id]
        batch *= GROWTH
    return ranked


async def _nearest(
    tasks: Collection[UUID], rows: int, now: datetime, *, ineligible: bool, alerted: bool
) -> dict[UUID, list[dict[str, Any]]]:
    """By task, the rows of `NEAR`."""
    required = {kind.code: kind.required_capabilities for kind in task_kinds().values()}
    values = [list(tasks), now - FRESH_FIX, now, rows, ineligible, orjson.dumps(required).decode(), alerted]
    found: dict[UUID, list[dict[str, Any]]] = {task_id: [] for task_id in tasks}
    for row in await get_connection("default").execute_query_dict(NEAR, values):
        found[row["task_id"]].append(row)
    return found


def _place(task: Task) -> Point:
    return Point(task.latitude, task.longitude)


def _ordered(task: Task, rows: list[dict[str, Any]], now: datetime) -> list[Candidate]:
    facts = [facts_of(row, now) for row in rows]
    located = [of.place for of in facts if of.place is not None]
    metres = dict(zip(located, settled_distances_m(_place(task), located), strict=True))
    situations = [
        Situation(task=task, facts=of, distance_m=metres[of.place] if of.place else None, now=now) for of in facts
    ]
    return [_candidate(rank, it) for rank, it in enumerate(sorted(situations, key=_order), 1)]


def _order(it: Situation) -> tuple[float, datetime, UUID]:
    if it.distance_m is None:
        return inf, NEVER, it.facts.member_id
    return it.distance_m, it.facts.last_alerted_at or NEVER, it.facts.member_id


def _settled(task: Task, last: Candidate, furthest_degrees: float) -> bool:
    """Whether nobody unseen, each at least as far in the plane as the last seen, can come before `last`."""
    # Those without a location come in their final order already, by id.
    return last.distance_m is None or furthest_degrees > degrees_within(_place(task), last.distance_m)


def _candidate(rank: int, it: Situation) -> Candidate:
    reasons = reasons_against(it)
    return Candidate(
        rank=rank,
        member_id=it.facts.member_id,
        name=it.facts.name,
        distance_m=it.distance_m,
        reasons=reasons,
        explanation={locale: _explanation(it, reasons, locale) for locale in (INDONESIAN, ENGLISH)},
    )


def _explanation(it: Situation, reasons: tuple[EligibilityReason, ...], locale: str) -> str:
    """One line: "2,1 km, keahlian berlaku"; or the distance and what is against it."""
    words = [REASON_WORDS[reason] for reason in reasons]
    if not words and task_kinds()[it.task.kind].required_capabilities:
        words.append(CAPABLE)
    if it.task.urgency is Urgency.EMERGENCY and in_quiet_hours(it.facts, it.now):
        words.append(OVERRIDDEN)
    distance = FIELDS["distance"]({"distance_m": it.distance_m}, locale)
    return ", ".join([*filter(None, [distance]), *(one.say(locale) for one in words)])
