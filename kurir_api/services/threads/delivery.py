"""How far a message to a reporter has come."""

from enum import StrEnum

from kurir_api.models import Notification


class MessageDelivery(StrEnum):
    """By the notification that carries it."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    FAILED = "FAILED"


def delivery_of(notification: Notification) -> MessageDelivery:
    """What its notification says."""
    if notification.due_at is not None:
        return MessageDelivery.QUEUED
    return MessageDelivery.FAILED if notification.sent_at is None else MessageDelivery.SENT
