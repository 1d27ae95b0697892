"""After a claim or a cancellation: who said yes is noted, and everybody else's alert is withdrawn.

A claim only marks its task, so it stays short however many were alerted; a worker settles the rest within moments.
Locks are taken in one order everywhere: task, wave, members, notifications, alerts.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import structlog
from tortoise.transactions import in_transaction

from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.dispatch.waves import stop_waves
from kurir_api.errors import InvalidTransition
from kurir_api.models import TAKING, Alert, AlertStatus, Claim, ClaimStatus, Notification, Task, TaskStatus
from kurir_api.transitions import move

ANSWERABLE = (AlertStatus.QUEUED, AlertStatus.SENT, AlertStatus.RECEIVED, AlertStatus.OPENED)
WANTING = (TaskStatus.DRAFT, TaskStatus.OPEN)
"""A task in these states goes on looking for members: its alerts stand."""

WITHDRAWN = "withdrawn before it was sent"


async def settle_stale_alerts(now: datetime, *, batch: int = 100) -> int:
    """Settle up to `batch` tasks whose claims changed, each in a transaction of its own; how many were settled.

    A task that fails is logged and comes up again; the others go on.
    """
    stale = await Task.filter(alerts_stale=True).order_by("id").limit(batch).values_list("id", flat=True)
    settled = 0
    for task_id in stale:
        try:
            settled += await _settle(task_id, now)
        except Exception:  # noqa: BLE001 - one task's fault must not hold up the others
            structlog.get_logger("kurir.settling").exception("settling failed", task_id=str(task_id))
    return settled


async def _settle(task_id: object, now: datetime) -> bool:
    """Whether it was done here, and not by another worker."""
    async with in_transaction():
        rows = Task.filter(id=task_id, alerts_stale=True).select_for_update(skip_locked=True, no_key=True)
        task = await rows.first()
        if task is None:
            return False
        takers = dict(await Claim.filter(task_id=task.id, status__in=TAKING).values_list("member_id", "status"))
        await _note_acceptance(task, [member for member, status in takers.items() if status != ClaimStatus.OFFERED])
        if task.status not in WANTING:
            await stop_waves(task, filled=task.status != TaskStatus.CANCELLED)
            await _withdraw_alerts(task, now, keep=takers)
        await Task.filter(id=task.id).update(alerts_stale=False)
        return True


async def _note_acceptance(task: Task, members: Collection[UUID]) -> None:
    open_ones = (*ANSWERABLE, AlertStatus.FAILED, AlertStatus.DECLINED)
    for alert in await Alert.filter(task_id=task.id, member_id__in=members, status__in=open_ones).order_by("id"):
        await move(alert, "accept", None)


async def _withdraw_alerts(task: Task, now: datetime, *, keep: Collection[UUID]) -> None:
    """Take back the alerts of everybody but `keep` and those who declined: phones that may show one are told
    silently to withdraw it, and what was not sent yet never is.
    """
    stale = Alert.filter(task_id=task.id, status__in=ANSWERABLE).exclude(member_id__in=list(keep)).order_by("id")
    sendings = {
        sending.alert_id: sending
        for sending in await Notification.filter(
            alert_id__in=[alert.id for alert in await stale], kind=NotificationKind.TASK_ALERT, due_at__isnull=False
        )
        .order_by("id")
        .select_for_update()
    }
    await Notification.filter(id__in=[one.id for one in sendings.values()]).update(
        due_at=None, leased_until=None, failure=WITHDRAWN
    )
    # Read again: until the notifications were locked, a worker may have gone on sending.
    alerts = await stale
    for alert in alerts:
        if alert.id in sendings:
            with suppress(InvalidTransition):  # it is on the phone already, though nobody recorded that it was sent
                await move(alert, "suppress", None)
    await _tell_phones(task, alerts, sendings, now)


async def _tell_phones(
    task: Task, alerts: list[Alert], sendings: Mapping[UUID | None, Notification], now: datetime
) -> None:
    """Once per alert that a phone may show: sent, or tried, which may have arrived. What is being sent at this
    moment is withdrawn when its lease is over, so that the withdrawal can't overtake it."""
    told = await Notification.filter(
        alert_id__in=[alert.id for alert in alerts], kind=NotificationKind.TASK_TAKEN
    ).values_list("alert_id", flat=True)
    due: dict[datetime, dict[UUID, UUID]] = {}
    for alert in alerts:
        sending = sendings.get(alert.id)
        if alert.id not in told and (sending is None or sending.attempts > 0):
            lease = sending.leased_until if sending else None
            due.setdefault(max(lease or now, now), {})[alert.member_id] = alert.id
    for due_at, alert_ids in due.items():
        await notify(
            NotificationKind.TASK_TAKEN,
            alert_ids,
            task,
            regency_code=task.regency_code,
            now=now,
            alert_ids=alert_ids,
            due_at=due_at,
            silent=True,
        )
