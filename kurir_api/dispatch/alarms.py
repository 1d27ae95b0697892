"""Alarms as rows: armed and ended in the transaction of what causes them, told later by a worker (alarming.py).

Locks are taken in one order everywhere: task, claims, wave, alarms, members, notifications, alerts.
"""

from datetime import datetime, timedelta

from tortoise.connection import get_connection

from kurir_api.models import AlarmReason, Task, TaskStatus, new_id
from kurir_api.task_kinds import task_kinds

OVERRUN = timedelta(minutes=30)
"""How long after its window's end a task may still be under way before the coordinators hear of it; guessed."""

VERIFIED_WITHIN = timedelta(hours=24)
"""How long after it was done a task may stay unverified before the coordinators hear of it, and again."""

STANDS = {
    AlarmReason.NOBODY_LEFT: frozenset({TaskStatus.OPEN}),
    AlarmReason.UNCLAIMED: frozenset({TaskStatus.OPEN}),
    AlarmReason.NOT_STARTED: frozenset({TaskStatus.OPEN}),
    AlarmReason.WINDOW_PASSED: frozenset(
        {TaskStatus.DRAFT, TaskStatus.OPEN, TaskStatus.FILLED, TaskStatus.IN_PROGRESS, TaskStatus.EXPIRED}
    ),
    AlarmReason.NOT_VERIFIED: frozenset({TaskStatus.DONE}),
    AlarmReason.DID_NOT_COME: frozenset({TaskStatus.OPEN, TaskStatus.FILLED, TaskStatus.IN_PROGRESS}),
}
"""The states of a task in which the reason stands; in any other the alarm is over by itself."""

RUN_BEGAN = "(SELECT w.created_at FROM wave w WHERE w.task_id = {task} ORDER BY w.run DESC, w.number LIMIT 1)"
"""When the office last said that the task needs members: who took an alarm on since then answers for it."""

# Whoever is told already is told again when it is due, not sooner.
_ARM = """
INSERT INTO alarm (id, regency_code, task_id, reason, due_at, times_told)
SELECT $1::uuid, $2::text, $3::uuid, $4::text, $5::timestamptz, 0 {where}
ON CONFLICT (task_id, reason) WHERE ended_at IS NULL
DO UPDATE SET due_at = least(alarm.due_at, excluded.due_at) WHERE alarm.raised_at IS NULL
"""
ARM = _ARM.format(where="WHERE true")
ARM_UNLESS_TAKEN_ON = _ARM.format(
    where=f"""
WHERE NOT EXISTS (SELECT FROM alarm a WHERE a.task_id = $3 AND a.reason = $4 AND a.ended_by_id IS NOT NULL
                  AND a.ended_at >= {RUN_BEGAN.format(task="$3")})
"""
)

END = """
WITH unheard AS (
    DELETE FROM alarm WHERE task_id = $1 AND reason = ANY($2::text[]) AND ended_at IS NULL AND raised_at IS NULL
)
UPDATE alarm SET ended_at = $3, due_at = NULL
WHERE task_id = $1 AND reason = ANY($2::text[]) AND ended_at IS NULL AND raised_at IS NOT NULL
"""


async def arm_alarm(task: Task, reason: AlarmReason, at: datetime) -> None:
    """Have the task's coordinators told of `reason` at `at`, and again until one acts or the reason is gone. One
    alarm per reason: what was armed for later comes at `at`, what was told stays.
    """
    await get_connection("default").execute_query(ARM, [new_id(), task.regency_code, task.id, reason, at])


async def arm_nobody_left(task: Task, now: datetime) -> None:
    """Nobody is left to ask: somebody must look at once, unless a coordinator took this on since the task last began
    to look for members."""
    values = [new_id(), task.regency_code, task.id, AlarmReason.NOBODY_LEFT, now]
    await get_connection("default").execute_query(ARM_UNLESS_TAKEN_ON, values)


async def arm_window_passed(task: Task) -> None:
    """For the transaction that drafts the task: unless it is done soon after its window, somebody must look."""
    await arm_alarm(task, AlarmReason.WINDOW_PASSED, task.ends_at + OVERRUN)


async def arm_not_verified(task: Task, now: datetime) -> None:
    """For the transaction that ends the work: unless it is verified within a day, somebody must look."""
    await arm_alarm(task, AlarmReason.NOT_VERIFIED, now + VERIFIED_WITHIN)


async def arm_unclaimed(task: Task, now: datetime) -> None:
    """For the transaction that opens the task or a slot: if it is still open after the usual time, where its kind and
    urgency have one, somebody must look."""
    unclaimed = task_kinds()[task.kind].deadlines[task.urgency].unclaimed
    if unclaimed is not None:
        await arm_alarm(task, AlarmReason.UNCLAIMED, now + unclaimed)


async def end_alarms(task: Task, now: datetime) -> None:
    """End the alarms for which the locked task, in its present state, gives no reason any more. What nobody was told
    of leaves no trace.
    """
    over = [reason.value for reason, states in STANDS.items() if task.status not in states]
    await get_connection("default").execute_query(END, [task.id, over, now])
