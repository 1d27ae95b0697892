"""Who could do a task: the members nearest to it along the ellipsoid, with every reason against each."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.dispatch.candidates import Candidate, Search
from kurir_api.dispatch.facts import ASKED, FACTS, LOOKED_UP, facts_of, required_capabilities
from kurir_api.dispatch.nearest import GROWTH, SPARE
from kurir_api.models import Task

FEWEST_ROWS = 16
"""Of one statement. It has as many or four times, sixteen times ... as many: so few statements differ that PostgreSQL
keeps their plans."""

# These only narrow what is loaded, and never leave out a member whom the checks of `eligibility` would accept; the
# checks decide. What the member's own row tells comes first, while the index is walked. CASE, since PostgreSQL takes
# that to be true for every second row; it expects next to nobody where arrays are compared or counts are equal, and
# then wouldn't walk by distance, which ends early.
READY = """
    m.active AND m.available
    AND (s.emergency OR m.quiet_from IS NULL OR NOT CASE WHEN m.quiet_from::time <= m.quiet_to::time
         THEN m.quiet_from::time <= s.clock AND s.clock < m.quiet_to::time
         ELSE m.quiet_from::time <= s.clock OR s.clock < m.quiet_to::time END)
"""
ELIGIBLE = """
    CASE WHEN s.required = '{}' THEN true ELSE s.required <@ capabilities.valid_codes END
    AND coalesce(shifts.now, true)
    AND CASE WHEN s.emergency THEN true ELSE alerts.this_week < s.weekly_alerts END
    AND memberships.cover_task
"""
ANYBODY = "memberships.touch_regency"
NOT_ALERTED = """
    AND NOT EXISTS (SELECT FROM alert a JOIN wave w ON w.id = a.wave_id
                    WHERE a.task_id = s.id AND a.member_id = m.id AND w.run = s.run)
"""

FIX_IS_FRESH = "m.last_fix_at >= s.fresh_from"
FIXES = (
    "point(m.last_longitude, m.last_latitude)",
    "m.last_fix_at IS NOT NULL AND tstzrange(m.last_fix_at, m.last_fix_at, '[]') && tstzrange(s.fresh_from, NULL)",
)
HOMES = (
    "point(m.home_longitude, m.home_latitude)",
    f"m.home_latitude IS NOT NULL AND ({FIX_IS_FRESH}) IS NOT TRUE",
)
UNLOCATED = f"m.home_latitude IS NULL AND ({FIX_IS_FRESH}) IS NOT TRUE"

NO_LIMIT = "(SELECT 1000000000)"
"""PostgreSQL doesn't look into it, and expects a tenth of the rows: few enough that it walks the index as far as it
is asked to, instead of sorting all."""


@cache
def near(rows: int, *, ineligible: bool, alerted: bool) -> str:
    """The statement for the facts of so many members around each task: two walks of GiST indexes, over the fresh
    fixes and over the homes of everybody else, merged. With the `ineligible` also, last, the unlocated.

    $1 to $3 are those of `ASKED`; $4 how many tasks.
    """
    walked = "m.active" if ineligible else READY
    walks = [
        f"(SELECT {point} <-> s.place AS away, m.* FROM member m WHERE {located} AND {walked}"
        f" ORDER BY {point} <-> s.place LIMIT {NO_LIMIT})"
        for point, located in (FIXES, HOMES)
    ]
    if ineligible:
        walks.append(f"(SELECT 'Infinity', m.* FROM member m WHERE {UNLOCATED} AND m.active ORDER BY m.id)")
    # A task's row is made once, not for each member. The limit changes nothing but what PostgreSQL expects: one row,
    # however many tasks are asked for. So the plan that it keeps looks as good as one for these very values.
    return f"""
        WITH s AS MATERIALIZED ({ASKED} LIMIT $4)
        SELECT near.* FROM s CROSS JOIN LATERAL (
            SELECT m.away, {FACTS} FROM ({" UNION ALL ".join(walks)}) m {LOOKED_UP}
            WHERE {ANYBODY if ineligible else ELIGIBLE} {"" if alerted else NOT_ALERTED}
            ORDER BY m.away, m.id LIMIT {rows}
        ) near ORDER BY near.task_id, near.away, near.member_id
    """


def rows_for(limit: int) -> int:
    """How many rows for each task are fetched at first, to rank so many members."""
    rows = FEWEST_ROWS
    while rows < limit + SPARE:
        rows *= GROWTH
    return rows


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
    batch = rows_for(limit)
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
            # Long lists of many tasks take seconds: whoever else is waiting gets a turn in between.
            await asyncio.sleep(0)
        batch *= GROWTH
    return ranked


async def _nearest(
    tasks: Collection[UUID], rows: int, now: datetime, *, ineligible: bool, alerted: bool
) -> dict[UUID, list[dict[str, Any]]]:
    """By task, the rows of `near`."""
    values = [list(tasks), required_capabilities(), now, len(tasks)]
    statement = near(rows, ineligible=ineligible, alerted=alerted)
    found: dict[UUID, list[dict[str, Any]]] = {task_id: [] for task_id in tasks}
    for row in await get_connection("default").execute_query_dict(statement, values):
        found[row["task_id"]].append(row)
    return found
