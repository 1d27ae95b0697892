"""Who could do a task: the members nearest to it along the ellipsoid, with every reason against each."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from tortoise.connection import get_connection

from kurir_api.dispatch.candidates import Candidate, Search
from kurir_api.dispatch.facts import ALERTS_THIS_WEEK, FACTS, FRESH_FIX, WEEKLY_BUDGET, facts_of
from kurir_api.models import Task
from kurir_api.task_kinds import task_kinds

SPARE = 12
GROWTH = 4

# What a search asks of the index, one row for each task.
SEARCHES = f"""
    SELECT t.id, point(t.longitude, t.latitude) AS place, t.urgency = 'EMERGENCY' AS emergency,
        ($3::timestamptz AT TIME ZONE r.time_zone)::time AS clock,
        extract(isodow FROM $3::timestamptz AT TIME ZONE r.time_zone)::int - 1 AS weekday,
        ((t.ends_at - interval '1 microsecond') AT TIME ZONE r.time_zone)::date AS last_day,
        ARRAY(SELECT jsonb_array_elements_text($6::jsonb -> t.kind)) AS required,
        CASE WHEN $5 THEN t.regency_code ELSE t.region_id END AS reached, t.regency_code,
        {WEEKLY_BUDGET} AS budget, (SELECT max(w.run) FROM wave w WHERE w.task_id = t.id) AS run
    FROM task t JOIN region r ON r.code = t.regency_code WHERE t.id = ANY($1::uuid[])
"""

# This only narrows what is loaded, and never leaves out a member whom the checks of `eligibility` would accept; the
# checks decide. OFFSET 0 keeps it a filter on the members that the index hands over: a join would go over all. And no
# counts are compared: PostgreSQL takes equality to be rare, and would not expect the walk by distance to end early.
NARROW = f"""
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
    AND ($5 OR coalesce((
        SELECT bool_or(CASE WHEN d.starts::time < d.ends::time
            THEN d.weekday = s.weekday AND d.starts::time <= s.clock AND s.clock < d.ends::time
            ELSE (d.weekday = s.weekday AND d.starts::time <= s.clock)
                OR ((d.weekday + 1) % 7 = s.weekday AND s.clock < d.ends::time) END)
        FROM duty_shift d WHERE d.member_id = m.id), true))
    AND ($5 OR s.emergency OR {ALERTS_THIS_WEEK} < s.budget)
    AND ($7 OR NOT EXISTS (SELECT FROM alert a JOIN wave w ON w.id = a.wave_id
                        WHERE a.task_id = s.id AND a.member_id = m.id AND w.run = s.run))
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
    and those without a location last. `exclude_alerted` leaves out whoever was alerted for this task
    since it last began to look for members.
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
    left = {task.id: Search(task=task, limit=limit, ineligible=include_ineligible, now=now) for task in tasks}
    batch = limit + SPARE
    while left:
        rows = await _nearest(left, batch, now, ineligible=include_ineligible, alerted=not exclude_alerted)
        for task_id, seen in rows.items():
            found = left[task_id].found(
                [facts_of(row, now) for row in seen],
                furthest_degrees=seen[-1]["away"] if seen else 0.0,
                complete=len(seen) < batch,
            )
            if found is not None:
                ranked[task_id] = found
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
