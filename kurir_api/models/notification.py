"""Notifications: a member's inbox, and the outbox from which workers push and text."""

from typing import Any
from uuid import UUID

from tortoise import fields

from kurir_api.models.alert import Alert
from kurir_api.models.base import TenantTable
from kurir_api.models.member import Member
from kurir_api.models.message import Message
from kurir_api.models.task import Task
from kurir_api.vault import Sealed


class Notification(TenantTable):
    """Its words are rendered from `kind` and `data` in the reader's language, and hold no patient data.

    `channel`: "push", or "fallback" for a text message, which is not listed. It may answer somebody who is no member:
    then it has `phone` (E.164, sealed, kept until it ends) instead, or it carries a `message` of a report's thread,
    which goes back the way the reporter wrote. A silent one only withdraws or refreshes what a phone shows, and is
    not listed. `due_at` null: nothing left to send; then `sent_at` or `failure` says how it
    ended, and `failed_at` that somebody should look. Leased while a worker sends it. Of what is due the lowest
    `priority` goes first.
    """

    member: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="notifications", null=True, on_delete=fields.CASCADE
    )
    phone_sealed = fields.BinaryField(null=True)
    phone_index = fields.CharField(max_length=64, null=True)
    phone = Sealed(indexed=True)
    kind = fields.CharField(max_length=30)
    task: fields.ForeignKeyNullableRelation[Task] = fields.ForeignKeyField(
        "models.Task", related_name="notifications", null=True, on_delete=fields.CASCADE
    )
    alert: fields.ForeignKeyNullableRelation[Alert] = fields.ForeignKeyField(
        "models.Alert", related_name="notifications", null=True, on_delete=fields.CASCADE
    )
    message: fields.ForeignKeyNullableRelation[Message] = fields.ForeignKeyField(
        "models.Message", related_name="notifications", null=True, on_delete=fields.CASCADE
    )
    data: dict[str, Any] = fields.JSONField()
    channel = fields.CharField(max_length=10, default="push", db_default="push")
    silent = fields.BooleanField(default=False)
    urgent = fields.BooleanField(default=False)
    priority = fields.SmallIntField(default=2, db_default=2)
    expires_at = fields.DatetimeField()
    created_at = fields.DatetimeField()
    read_at = fields.DatetimeField(null=True)
    due_at = fields.DatetimeField(null=True)
    leased_until = fields.DatetimeField(null=True)
    attempts = fields.SmallIntField(default=0)
    sent_at = fields.DatetimeField(null=True)
    failure = fields.CharField(max_length=200, null=True)
    failed_at = fields.DatetimeField(null=True)

    member_id: UUID | None
    task_id: UUID | None
    alert_id: UUID | None
    message_id: UUID | None

    class Meta:
        table = "notification"
