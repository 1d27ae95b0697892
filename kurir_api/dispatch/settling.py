"""After a claim, a cancellation or the end of the window: who said yes is noted, everybody else's alert is withdrawn,
and the alarms that asked for members end.

A claim only marks its task, so it stays short however many were alerted; a worker settles the rest within moments.
Locks are taken in one order everywhere: task, claims, wave, alarms, members, notifications, alerts.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import structlog
from tortoise.transactions import in_transaction

from kurir_api.dispatch.alarms import end_alarms
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.dispatch.waves import stop_waves
from kurir_api.errors import InvalidTransition
from kurir_api.models import TAKING, Alert, AlertStatus, Claim, ClaimStatus, Notification, Task, TaskStatus
from kurir_api.telemetry.steps import count_fault
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
            count_fault(settle_stale_alerts)
            structlog.get_logger("kurir.settling").exception("settling failed", task_id=str(task_id))
    return settled


async def _settle(task_id: object, now: datetime) -> bool:
    """Whether it was done here, and not by another worker."""
    async with in_transaction():
        rows = Task.filter(id=task_id, alerts_stale=True).select_for_update(skip_locked=True, no_key=True)
        task = await rows.first()
        if task is None:
            return False
        takers = {claim.member_id: claim for claim in await Claim.filter(task_id=task.id, status__in=TAKING)}
        await _note_acceptance(task, [claim for claim in takers.values() if claim.status != ClaimStatus.OFFERED], now)
        if task.status not in WANTING:
            await stop_waves(task)
            await end_alarms(task, now)
            await _withdraw_alerts(task, now, keep=takers)
        await Task.filter(id=task.id).update(alerts_stale=False)
        return True


async def _note_acceptance(task: Task, claims: Collection[Claim], now: datetime) -> None:
    """Each member's last alert led to the claim; earlier ones were for other reasons."""
    said_yes_at = {claim.member_id: claim.claimed_at if claim.assigned_by_id is None else now for claim in claims}
    asked = await Alert.filter(task_id=task.id, member_id__in=list(said_yes_at)).order_by("rank")
    last = {alert.member_id: alert for alert in asked}
    for alert in sorted(last.values(), key=lambda alert: alert.id):
        if alert.status in {*ANSWERABLE, AlertStatus.FAILED, AlertStatus.DECLINED}:
            await move(alert, "accept", None, answered_at=said_yes_at[alert.member_id])


async def _withdraw_alerts(task: Task, now: datetime, *, keep: Collection[UUID]) -> None:
    """Take back the alerts of everybody but `keep` and those who declined: phones that may show one are told
    silently to withdraw it, and what was not sent yet never is.
    """
    stale = Alert.filter(task_id=task.id, status__in=ANSWERABLE).exclude(member_id__in=list(keep)).order_by("id")
    sendings = (
        await Notification.filter(
            alert_id__in=[alert.id for alert in await stale], kind=NotificationKind.TASK_ALERT, due_at__isnull=False
        )
        .order_by("id")
        .select_for_update()
    )
    await Notification.filter(id__in=[one.id for one in sendings]).update(
        due_at=None, leased_until=None, failure=WITHDRAWN
    )
    # Read again: until the notifications were locked, a worker may have gone on sending, and phones answering.
    alerts = await stale
    pushes = {one.alert_id: one for one in sendings if one.channel == "push"}
    for alert in alerts:
        if alert.id in pushes:
            with suppress(InvalidTransition):  # it is on the phone already, though nobody recorded that it was sent
                await move(alert, "suppress", None)
    await Alert.filter(id__in=[alert.id for alert in alerts]).update(fallback_due_at=None)
    await _tell_phones(task, alerts, pushes, now)


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
            now=now,
            alert_ids=alert_ids,
            due_at=due_at,
            silent=True,
        )
