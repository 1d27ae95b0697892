"""Tasks in time: when the window is over nobody else is looked for, and a draft is not published any more. Done by
workers."""

from datetime import datetime
from uuid import UUID

import structlog
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.dispatch.alarms import arm_alarm
from kurir_api.models import TAKING, AlarmReason, ClaimStatus, Task, TaskStatus
from kurir_api.services.tasks.staffing import claim_statuses, settle
from kurir_api.telemetry.steps import count_fault
from kurir_api.transitions import move

WAITING = (ClaimStatus.OFFERED, ClaimStatus.HELD)
"""Offers, and claims not yet started, have deadlines of their own; the task waits for them."""

FIND = """
SELECT id FROM task WHERE status IN ('DRAFT', 'OPEN') AND ends_at <= $1
AND NOT EXISTS (SELECT FROM claim WHERE claim.task_id = task.id AND claim.status IN ('OFFERED', 'HELD'))
ORDER BY ends_at LIMIT $2
"""


async def close_windows(now: datetime, *, batch: int = 100) -> int:
    """Close up to `batch` tasks that are still drafted or open after their window, each in a transaction of its own;
    how many were closed. A task that fails is logged and comes up again; the others go on.
    """
    found = await get_connection("default").execute_query_dict(FIND, [now, batch])
    closed = 0
    for row in found:
        try:
            closed += await _close(row["id"], now)
        except Exception:  # noqa: BLE001 - one task's fault must not hold up the others
            count_fault(close_windows)
            structlog.get_logger("kurir.tasks").exception("closing failed", task_id=str(row["id"]))
    return closed


async def _close(task_id: UUID, now: datetime) -> bool:
    """Whether it was done here. With nobody at work the task has expired, and its coordinators must know; else it
    goes on with those who came."""
    async with in_transaction():
        open_ones = Task.filter(id=task_id, status__in=(TaskStatus.DRAFT, TaskStatus.OPEN), ends_at__lte=now)
        task = await open_ones.select_for_update(skip_locked=True, no_key=True).first()
        if task is None:
            return False
        statuses = await claim_statuses(task)
        if any(status in WAITING for status in statuses):
            return False
        if any(status in TAKING for status in statuses):
            await move(task, "close", None, at=now, alerts_stale=True)
            await settle(task, now, now)
        else:
            await move(task, "expire", None, at=now, alerts_stale=True)
            await arm_alarm(task, AlarmReason.WINDOW_PASSED, now)
        return True
