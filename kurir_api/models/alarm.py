"""Alarms: a task that needs a coordinator, until one of them acts."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.member import Member
from kurir_api.models.task import Task


class AlarmReason(StrEnum):
    """Why a person has to look."""

    NOBODY_LEFT = "NOBODY_LEFT"
    UNCLAIMED = "UNCLAIMED"
    WINDOW_PASSED = "WINDOW_PASSED"
    NOT_STARTED = "NOT_STARTED"
    NOT_VERIFIED = "NOT_VERIFIED"
    DID_NOT_COME = "DID_NOT_COME"


class Alarm(TenantTable):
    """One open alarm per task and reason. It is armed ahead: `due_at` says when the coordinators are told, for the
    first time and again; null once it is over, then `ended_at` says since when.

    `raised_at`: when they were first told; null: armed only, nobody need know of it. `ended_by`: the coordinator who
    took it on; null: it ended by itself.
    """

    task: fields.ForeignKeyRelation[Task] = fields.ForeignKeyField(
        "models.Task", related_name="alarms", on_delete=fields.CASCADE
    )
    reason = fields.CharEnumField(AlarmReason, max_length=13)
    raised_at = fields.DatetimeField(null=True)
    due_at = fields.DatetimeField(null=True)
    times_told = fields.SmallIntField(default=0)
    ended_at = fields.DatetimeField(null=True)
    ended_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="alarms_ended", null=True, on_delete=fields.RESTRICT
    )

    task_id: UUID
    ended_by_id: UUID | None

    class Meta:
        table = "alarm"
