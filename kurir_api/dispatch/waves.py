"""Waves: who is asked when. Planned by use cases as rows, run by workers, ended when the task is taken.

Locks are taken in one order everywhere: task, wave, members, notifications, alerts.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.dispatch.notifications import coordinators_of, notify
from kurir_api.dispatch.policies import DEFAULT, policies
from kurir_api.dispatch.ranking import Candidate, rank
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import (
    Alert,
    Member,
    Task,
    TaskStatus,
    Urgency,
    Wave,
    WaveStatus,
    new_id,
)
from kurir_api.task_kinds import WavePlan, task_kinds
from kurir_api.transitions import move

SHORT_LIST = 50
"""How many of the nearest a policy chooses from."""

SHORTEST_WAIT = timedelta(minutes=1)
LEASE = timedelta(seconds=60)
"""How long a worker has a wave to itself; when it dies meanwhile, another takes over after that."""

GOING_ON = (WaveStatus.PLANNED, WaveStatus.SENDING, WaveStatus.WAITING)

PLAN = """
INSERT INTO wave (id, regency_code, task_id, number, status, due_at, created_at)
SELECT $1, $2, $3, coalesce(max(number), 0) + 1, 'PLANNED', $4, $4 FROM wave WHERE task_id = $3
HAVING count(*) FILTER (WHERE status IN ('PLANNED', 'SENDING', 'WAITING')) = 0
"""

TAKE = """
WITH due AS (
    SELECT id FROM wave
    WHERE status IN ('PLANNED', 'SENDING', 'WAITING') AND due_at <= $1
      AND (leased_until IS NULL OR leased_until <= $1)
    ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
)
UPDATE wave SET leased_until = $2 FROM due WHERE wave.id = due.id RETURNING wave.id, wave.task_id, wave.due_at
"""


async def plan_wave(task: Task, now: datetime) -> None:
    """Plan the task's next wave, due now, unless one is going on. For the transaction that opens the task or a slot.

    The transaction must have changed or locked the task's row, so that two of them can't both plan.
    """
    await get_connection("default").execute_query(PLAN, [new_id(), task.regency_code, task.id, now])


async def stop_waves(task: Task, *, filled: bool) -> None:
    """End the task's waves: nobody else is alerted. FILLED, or else CANCELLED. The task must be locked."""
    for wave in await Wave.filter(task_id=task.id, status__in=GOING_ON).order_by("number").select_for_update():
        await move(wave, "fill" if filled else "cancel", None)


async def run_due_waves(now: datetime, *, batch: int = 20) -> int:
    """Run up to `batch` waves that are due, each in a transaction of its own; how many were taken on.

    A wave that fails is logged and comes up again when its lease ends; the others go on.
    """
    taken = await get_connection("default").execute_query_dict(TAKE, [now, now + LEASE, batch])
    for row in sorted(taken, key=lambda row: row["due_at"]):
        try:
            await _run(row["task_id"], row["id"], now)
        except Exception:  # noqa: BLE001 - one wave's fault must not hold up the others
            structlog.get_logger("kurir.waves").exception("wave failed", wave_id=str(row["id"]))
    return len(taken)


async def _run(task_id: UUID, wave_id: UUID, now: datetime) -> None:
    """Do what is due for the wave, unless somebody else did meanwhile."""
    async with in_transaction():
        task = await Task.filter(id=task_id).select_for_update(no_key=True).get()
        wave = await Wave.filter(id=wave_id).select_for_update().get()
        if wave.status not in GOING_ON or wave.due_at > now:
            return
        if task.status == TaskStatus.OPEN:
            await (_end_wait if wave.status == WaveStatus.WAITING else _send)(task, wave, now)
        else:
            await move(wave, "cancel" if task.status == TaskStatus.CANCELLED else "fill", None, leased_until=None)


async def _send(task: Task, wave: Wave, now: datetime) -> None:
    """Alert the next members and wait for their answers; with nobody left to ask, tell the coordinators."""
    await move(wave, "send", None)
    plan = task_kinds()[task.kind].waves[task.urgency]
    candidates = await rank(task, limit=max(SHORT_LIST, plan.size), now=now) if now < task.ends_at else []
    chosen = policies()[DEFAULT](task, candidates, plan)
    if chosen:
        await _alert(task, wave, chosen, now)
        await move(wave, "wait", None, due_at=now + waiting_time(plan, task, now), leased_until=None)
    else:
        await move(wave, "exhaust", None, leased_until=None)
        await _tell_coordinators(task, now)


async def _end_wait(task: Task, wave: Wave, now: datetime) -> None:
    """Nobody came in time: on to the next wave, at once."""
    await move(wave, "exhaust", None, leased_until=None)
    await plan_wave(task, now)


def waiting_time(plan: WavePlan, task: Task, now: datetime) -> timedelta:
    """How long a wave waits for answers: as planned, but at most a quarter of the time left until the task starts,
    so that near the window several waves still fit; at least a minute."""
    return min(plan.wait, max((task.starts_at - now) / 4, SHORTEST_WAIT))


async def _alert(task: Task, wave: Wave, chosen: list[Candidate], now: datetime) -> None:
    await _note_alerted([candidate.member_id for candidate in chosen], now)
    asked_before = await Alert.filter(task_id=task.id).count()
    alerts = [
        Alert(
            regency_code=task.regency_code,
            wave=wave,
            task=task,
            member_id=candidate.member_id,
            rank=rank,
            distance_m=candidate.distance_m,
            explanation=dict(candidate.explanation),
            created_at=now,
        )
        for rank, candidate in enumerate(chosen, asked_before + 1)
    ]
    await Alert.bulk_create(alerts)
    await notify(
        NotificationKind.TASK_ALERT,
        [alert.member_id for alert in alerts],
        task,
        regency_code=task.regency_code,
        now=now,
        alert_ids={alert.member_id: alert.id for alert in alerts},
        distances_m={alert.member_id: alert.distance_m for alert in alerts},
        urgent=task.urgency is not Urgency.NORMAL,
    )


async def _note_alerted(members: list[UUID], now: datetime) -> None:
    # In order of their ids, so that two waves that alert the same people never wait for each other.
    await Member.filter(id__in=members).order_by("id").select_for_update(no_key=True).only("id")
    await Member.filter(id__in=members).update(last_alerted_at=now)


async def _tell_coordinators(task: Task, now: datetime) -> None:
    """Once per run of waves: the run ends here, and only a newly opened slot begins another."""
    await notify(
        NotificationKind.NOBODY_FOUND,
        await coordinators_of(task.region_id),
        task,
        regency_code=task.regency_code,
        now=now,
        urgent=task.urgency is not Urgency.NORMAL,
        alerted=await Alert.filter(task_id=task.id).count(),
    )
