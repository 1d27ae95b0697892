"""Waves: who is asked when. Planned by use cases as rows, run by workers, ended when the task is taken.

Locks are taken in one order everywhere: task, claims, wave, alarms, members, notifications, alerts.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.dispatch.alarms import arm_alarm, arm_unclaimed
from kurir_api.dispatch.candidates import Candidate
from kurir_api.dispatch.choosing import NOBODY, next_wave
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.policies import NextWave
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.dispatch.travel import Roads
from kurir_api.models import (
    AlarmReason,
    Alert,
    Member,
    Notification,
    Task,
    TaskStatus,
    Urgency,
    Wave,
    WaveStatus,
    new_id,
)
from kurir_api.transitions import move

LEASE = timedelta(seconds=60)
"""How long a worker has a wave to itself; when it dies meanwhile, another takes over after that."""

UNSENT = (WaveStatus.PLANNED, WaveStatus.SENDING)
GOING_ON = (*UNSENT, WaveStatus.WAITING)

PLAN = """
INSERT INTO wave (id, regency_code, task_id, number, run, status, due_at, created_at)
SELECT $1, $2, $3, coalesce(max(number), 0) + 1, coalesce(max(run), 0) + $5, 'PLANNED', $4, $4
FROM wave WHERE task_id = $3
HAVING count(*) FILTER (WHERE status IN ('PLANNED', 'SENDING', 'WAITING')) = 0
"""

OVERTAKEN = "the member is asked again"

TAKEN = (TaskStatus.FILLED, TaskStatus.IN_PROGRESS, TaskStatus.DONE, TaskStatus.VERIFIED)
"""The states of a task that found its members."""

TAKE = """
WITH due AS (
    SELECT id FROM wave
    WHERE status IN ('PLANNED', 'SENDING', 'WAITING') AND due_at <= $1
      AND (leased_until IS NULL OR leased_until <= $1)
    ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
)
UPDATE wave SET leased_until = $2 FROM due WHERE wave.id = due.id
RETURNING wave.id, wave.task_id, wave.status, wave.due_at
"""


async def seek_members(task: Task, now: datetime) -> None:
    """Ask for members from now on, and alarm the coordinators if they don't come. For the transaction that opens the
    task or a slot; it must have changed or locked the task's row.
    """
    await plan_wave(task, now)
    await arm_unclaimed(task, now)


async def plan_wave(task: Task, now: datetime) -> None:
    """Plan a wave, due now, for a new reason: whoever was alerted before may be alerted again. Unless one is going
    on, which then serves the new reason, too.

    The transaction must have changed or locked the task's row, so that two of them can't both plan.
    """
    await _plan(task, now, new_run=True)


async def go_on_asking(task: Task, now: datetime) -> None:
    """Plan a wave, due now, for those who weren't alerted in this run yet, unless one is going on. As `plan_wave`."""
    await _plan(task, now, new_run=False)


async def _plan(task: Task, now: datetime, *, new_run: bool) -> None:
    values = [new_id(), task.regency_code, task.id, now, int(new_run)]
    await get_connection("default").execute_query(PLAN, values)


async def stop_waves(task: Task) -> None:
    """End the task's waves: nobody else is alerted. The task must be locked, and in a state that wants nobody."""
    for wave in await Wave.filter(task_id=task.id, status__in=GOING_ON).order_by("number").select_for_update():
        await _end(wave, task)


async def _end(wave: Wave, task: Task) -> None:
    await move(wave, "fill" if task.status in TAKEN else "cancel", None, leased_until=None)


async def run_due_waves(now: datetime, roads: Roads | None = None, *, batch: int = 20) -> int:
    """Run up to `batch` waves that are due, each in a transaction of its own; how many were taken on.

    A wave that fails is logged and comes up again when its lease ends; the others go on.
    """
    taken = await get_connection("default").execute_query_dict(TAKE, [now, now + LEASE, batch])
    for row in sorted(taken, key=lambda row: row["due_at"]):
        try:
            # Chosen before anything is locked, since it may ask a router. While the lease lasts, nobody else alerts.
            task = await Task.get(id=row["task_id"])
            following = await next_wave(task, now, roads) if row["status"] in UNSENT else NOBODY
            await _run(task.id, row["id"], following, now)
        except Exception:  # noqa: BLE001 - one wave's fault must not hold up the others
            structlog.get_logger("kurir.waves").exception("wave failed", wave_id=str(row["id"]))
    return len(taken)


async def _run(task_id: UUID, wave_id: UUID, following: NextWave, now: datetime) -> None:
    """Do what is due for the wave, unless somebody else did meanwhile."""
    async with in_transaction():
        task = await Task.filter(id=task_id).select_for_update(no_key=True).get()
        wave = await Wave.filter(id=wave_id).select_for_update().get()
        if wave.status not in GOING_ON or wave.due_at > now:
            return
        if task.status == TaskStatus.OPEN and wave.status in UNSENT:
            await _send(task, wave, following, now)
        elif task.status == TaskStatus.OPEN:
            await move(wave, "exhaust", None, leased_until=None)
            await go_on_asking(task, now)
        else:
            await _end(wave, task)


async def _send(task: Task, wave: Wave, following: NextWave, now: datetime) -> None:
    """Alert the next members and wait for their answers; with nobody left to ask, alarm the coordinators."""
    await move(wave, "send", None)
    if following.candidates:
        await _alert(task, wave, following.candidates, now)
        await move(wave, "wait", None, due_at=now + following.wait, leased_until=None)
        return
    await move(wave, "exhaust", None, leased_until=None)
    if now < task.ends_at:
        await arm_alarm(task, AlarmReason.NOBODY_LEFT, now)


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
    await _overtake_withdrawals(task, alerts)
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


async def _overtake_withdrawals(task: Task, alerts: list[Alert]) -> None:
    """Of members asked for a new reason, what would take back the last alert must not take back this one."""
    members = [alert.member_id for alert in alerts]
    on_their_way = Notification.filter(
        task_id=task.id, member_id__in=members, kind=NotificationKind.TASK_TAKEN, due_at__isnull=False
    )
    await on_their_way.update(due_at=None, leased_until=None, failure=OVERTAKEN)


async def _note_alerted(members: list[UUID], now: datetime) -> None:
    # In order of their ids, so that two waves that alert the same people never wait for each other.
    await Member.filter(id__in=members).order_by("id").select_for_update(no_key=True).only("id")
    await Member.filter(id__in=members).update(last_alerted_at=now)
