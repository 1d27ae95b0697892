"""Notifications on their way out, and how they end."""

from datetime import datetime

from kurir_api.dispatch.senders import Delivery, Outcome
from kurir_api.models import Alert, AlertStatus, Notification
from tests.factories import NOW, make_alert, make_device, make_member, make_notification, make_task, make_wave

GONE = Delivery(Outcome.TOKEN_GONE, "unregistered")
BUSY = Delivery(Outcome.RETRY, "busy")
MALFORMED = Delivery(Outcome.FAILED, "malformed")


async def waiting(*tokens: str, locale: str = "id", **values) -> Notification:
    """A notification that is due, to a member with phones of these tokens."""
    member = await make_member(locale=locale)
    for token in tokens:
        await make_device(member, token)
    return await make_notification(member, **{"due_at": NOW} | values)


async def alerted(*tokens: str, status: AlertStatus = AlertStatus.QUEUED, **values) -> tuple[Alert, Notification]:
    """An alert and the notification that carries it, due, to a member with phones of these tokens."""
    task = await make_task()
    notification = await waiting(*tokens, kind="TASK_ALERT", task=task, **values)
    alert = await make_alert(await make_wave(task), await notification.member, status=status)
    await Notification.filter(id=notification.id).update(alert_id=alert.id)
    return alert, notification


async def ending(notification: Notification) -> tuple[datetime | None, datetime | None, str | None, int]:
    """When it is due again, when it was sent, why not, and after how many attempts; nobody works on it."""
    await notification.refresh_from_db()
    assert notification.leased_until is None
    return notification.due_at, notification.sent_at, notification.failure, notification.attempts


async def now_is(alert: Alert) -> tuple[AlertStatus, datetime | None]:
    """Its state, and when it was sent."""
    await alert.refresh_from_db()
    return alert.status, alert.sent_at
