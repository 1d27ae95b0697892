"""Telling coordinators of alarms that are due, again and again, until somebody acts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.dispatch.alarms import STANDS, VERIFIED_WITHIN, end_alarms
from kurir_api.dispatch.notifications import coordinators_of, notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import Alarm, AlarmReason, Task
from kurir_api.task_kinds import task_kinds
from kurir_api.telemetry.steps import count_fault

LEASE = timedelta(seconds=60)
"""How long a worker has an alarm to itself; when it dies meanwhile, another takes over after that."""

# While it is being told, its due time is the end of the lease.
TAKE = """
WITH due AS (
    SELECT alarm.id, array_position(ARRAY['EMERGENCY', 'URGENT', 'NORMAL'], task.urgency::text) AS rank, alarm.due_at
    FROM alarm JOIN task ON task.id = alarm.task_id
    WHERE alarm.due_at <= $1 ORDER BY rank, alarm.due_at LIMIT $3 FOR UPDATE OF alarm SKIP LOCKED
)
UPDATE alarm SET due_at = $2 FROM due WHERE alarm.id = due.id
RETURNING alarm.id, alarm.task_id, due.rank, due.due_at AS since
"""

ASKED = "SELECT count(DISTINCT member_id) AS people FROM alert WHERE task_id = $1"


async def tell_due_alarms(now: datetime, *, batch: int = 50) -> int:
    """Tell the coordinators of up to `batch` alarms that are due, emergencies first, each in a transaction of its
    own; how many were taken on.

    An alarm that fails is logged and comes up again when its lease ends; the others go on.
    """
    lease = now + LEASE
    taken = await get_connection("default").execute_query_dict(TAKE, [now, lease, batch])
    for row in sorted(taken, key=lambda row: (row["rank"], row["since"], row["id"])):
        try:
            await _tell(row["task_id"], row["id"], lease, now)
        except Exception:  # noqa: BLE001 - one alarm's fault must not hold up the others
            count_fault(tell_due_alarms)
            structlog.get_logger("kurir.alarms").exception("alarm failed", alarm_id=str(row["id"]))
    return len(taken)


async def _tell(task_id: UUID, alarm_id: UUID, lease: datetime, now: datetime) -> None:
    """Tell of it, unless the reason is gone or somebody else did meanwhile."""
    async with in_transaction():
        task = await Task.filter(id=task_id).select_for_update(no_key=True).get()
        alarm = await Alarm.filter(id=alarm_id).select_for_update().get_or_none()
        if alarm is None or alarm.due_at != lease:
            return
        if task.status not in STANDS[alarm.reason]:
            await end_alarms(task, now)
            return
        intervals = _intervals(task, alarm.reason)
        await Alarm.filter(id=alarm.id).update(
            raised_at=alarm.raised_at or now,
            times_told=alarm.times_told + 1,
            due_at=now + intervals[min(alarm.times_told, len(intervals) - 1)],
        )
        await notify(
            NotificationKind(alarm.reason),
            await coordinators_of(task.region_id),
            task,
            now=now,
            urgent=task.urgent and alarm.reason is not AlarmReason.NOT_VERIFIED,
            alerted=await _people_asked(task),
        )


def _intervals(task: Task, reason: AlarmReason) -> Sequence[timedelta]:
    """After which times it is told again; the last goes on for ever. That work is done is never urgent."""
    if reason is AlarmReason.NOT_VERIFIED:
        return (VERIFIED_WITHIN,)
    return task_kinds()[task.kind].deadlines[task.urgency].tell_again


async def _people_asked(task: Task) -> int:
    rows = await get_connection("default").execute_query_dict(ASKED, [task.id])
    return int(rows[0]["people"])
