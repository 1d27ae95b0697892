"""Whom a task's next wave alerts: ranking, road times, history and the regency's policy, put together."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from tortoise.connection import get_connection

from kurir_api.dispatch.candidates import Candidate
from kurir_api.dispatch.facts import place_of
from kurir_api.dispatch.history import History, load_history
from kurir_api.dispatch.policies import DEFAULT, NextWave, Policy, WaveRequest, policies
from kurir_api.dispatch.ranking import rank
from kurir_api.dispatch.timing import plan_of
from kurir_api.dispatch.travel import Roads
from kurir_api.models import Task

POLICY = """
    SELECT policy FROM dispatch_setting WHERE regency_code = $1 AND (kind = $2 OR kind IS NULL)
    ORDER BY kind NULLS LAST LIMIT 1
"""

NOBODY = NextWave([], timedelta())


async def next_wave(task: Task, now: datetime, roads: Roads | None = None) -> NextWave:
    """Whom to alert next for the open task, and how long to wait; nobody once its window has passed.

    With `roads` it asks the router: call it outside of any transaction.
    """
    if now >= task.ends_at:
        return NOBODY
    plan = plan_of(task)
    policy = await policy_of(task)
    candidates = await rank(task, limit=max(policy.short_list, plan.size), now=now)
    if not candidates:
        return NOBODY
    return policy.choose(
        WaveRequest(
            task=task,
            candidates=await by_road(task, candidates, now, roads) if roads else candidates,
            plan=plan,
            history=await _history(policy, task, candidates, now),
            open_slots=task.slots - task.slots_taken,
            now=now,
        )
    )


async def _history(policy: Policy, task: Task, candidates: Sequence[Candidate], now: datetime) -> History:
    return await load_history(task, [one.member_id for one in candidates], now) if policy.learns else History()


async def policy_of(task: Task) -> Policy:
    """The policy that the task's regency has set for its kind, else for all kinds, else the default. A name that
    no file has is the default, too: people must be asked all the same.
    """
    rows = await get_connection("default").execute_query_dict(POLICY, [task.regency_code, task.kind])
    name = rows[0]["policy"] if rows else DEFAULT
    if name not in policies():
        structlog.get_logger("kurir.choosing").error("no such policy", policy=name, regency=task.regency_code)
    return policies().get(name) or policies()[DEFAULT]


async def by_road(task: Task, candidates: Sequence[Candidate], now: datetime, roads: Roads) -> list[Candidate]:
    """The candidates with their road times, as far as the router knows them."""
    places = list(dict.fromkeys(one.place for one in candidates if one.place is not None))
    times = dict(zip(places, await roads.times(places, place_of(task), now), strict=True))
    return [one.taking(times.get(one.place) if one.place else None) for one in candidates]
