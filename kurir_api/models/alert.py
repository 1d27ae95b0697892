"""Alerts: one member asked in one wave."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable, status_field
from kurir_api.models.member import Member
from kurir_api.models.task import Task
from kurir_api.models.wave import Wave


class AlertStatus(StrEnum):
    """What is known of it: on its way, on the phone, answered."""

    SUPPRESSED = "SUPPRESSED"
    QUEUED = "QUEUED"
    SENT = "SENT"
    RECEIVED = "RECEIVED"
    OPENED = "OPENED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    FAILED = "FAILED"


class Alert(TenantTable):
    """`rank` counts from 1 within the task; `distance_m` along the ellipsoid; a member is alerted once per wave.

    `received_at` and `opened_at`: the app said so; `answered_at`: taken or declined. `fallback_due_at`: when an alert
    that wasn't received goes out another way; null: never, or done.
    """

    wave: fields.ForeignKeyRelation[Wave] = fields.ForeignKeyField(
        "models.Wave", related_name="alerts", on_delete=fields.RESTRICT
    )
    task: fields.ForeignKeyRelation[Task] = fields.ForeignKeyField(
        "models.Task", related_name="alerts", on_delete=fields.RESTRICT
    )
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="alerts", on_delete=fields.RESTRICT
    )
    rank = fields.IntField()
    distance_m = fields.FloatField()
    status = status_field(AlertStatus, default=AlertStatus.QUEUED)
    explanation: dict[str, Any] = fields.JSONField()
    sent_at = fields.DatetimeField(null=True)
    received_at = fields.DatetimeField(null=True)
    opened_at = fields.DatetimeField(null=True)
    answered_at = fields.DatetimeField(null=True)
    fallback_due_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    wave_id: UUID
    task_id: UUID
    member_id: UUID

    class Meta:
        table = "alert"
        unique_together = (("wave", "member"),)
