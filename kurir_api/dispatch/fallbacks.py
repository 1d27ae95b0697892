"""The other way: an urgent alert that isn't received in time goes out as a text message."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.dispatch.notifications import TEXT, notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import Alert, Task
from kurir_api.telemetry.steps import count_fault

FALLBACK_AFTER = timedelta(minutes=3)
"""How long the app has to say that an urgent alert arrived; one whose push failed for good doesn't wait."""

AGAIN_AFTER = timedelta(minutes=1)

TAKE = """
WITH due AS (
    SELECT id FROM alert WHERE fallback_due_at <= $1 ORDER BY fallback_due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE alert SET fallback_due_at = NULL FROM due WHERE alert.id = due.id RETURNING alert.*
)
SELECT taken.id, taken.task_id, taken.member_id, taken.distance_m,
    taken.status IN ('QUEUED', 'SENT', 'FAILED') AND task.status = 'OPEN' AND task.ends_at > $1
    AND NOT EXISTS (SELECT FROM notification n WHERE n.alert_id = taken.id AND n.channel = 'fallback') AS wanted
FROM taken JOIN task ON task.id = taken.task_id ORDER BY taken.id
"""
"""Wanted: nobody answered it, the task still looks for members, and no text was queued before."""


async def send_due_fallbacks(now: datetime, *, batch: int = 200) -> int:
    """Queue text messages for up to `batch` alerts whose time to be received is over; how many were looked at.

    One transaction: whatever dies, an alert is texted once or comes up again. A task's fault is logged and holds up
    no other; its alerts come up again a minute later.
    """
    async with in_transaction():
        due = await get_connection("default").execute_query_dict(TAKE, [now, batch])
        by_task: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
        for row in due:
            if row["wanted"]:
                by_task[row["task_id"]].append(row)
        for task in await Task.filter(id__in=list(by_task)).order_by("id"):
            alerts = by_task[task.id]
            try:
                async with in_transaction():
                    await _text(task, alerts, now)
            except Exception:  # noqa: BLE001 - one task's fault must not hold up the others
                count_fault(send_due_fallbacks)
                structlog.get_logger("kurir.fallbacks").exception("text not queued", task_id=str(task.id))
                await Alert.filter(id__in=[alert["id"] for alert in alerts]).update(fallback_due_at=now + AGAIN_AFTER)
    return len(due)


async def _text(task: Task, alerts: Sequence[Mapping[str, Any]], now: datetime) -> None:
    await notify(
        NotificationKind.TASK_ALERT,
        [alert["member_id"] for alert in alerts],
        task,
        now=now,
        alert_ids={alert["member_id"]: alert["id"] for alert in alerts},
        distances_m={alert["member_id"]: alert["distance_m"] for alert in alerts},
        channel=TEXT,
        urgent=True,
    )
