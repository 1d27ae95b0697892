"""Waves: a batch of members alerted together for a task."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable, status_field
from kurir_api.models.task import Task


class WaveStatus(StrEnum):
    """PLANNED → SENDING → WAITING → one of three ends."""

    PLANNED = "PLANNED"
    SENDING = "SENDING"
    WAITING = "WAITING"
    FILLED = "FILLED"
    EXHAUSTED = "EXHAUSTED"
    CANCELLED = "CANCELLED"


class Wave(TenantTable):
    """`due_at` is when a worker acts next: sends it (PLANNED) or ends it (WAITING). Leased while worked on.

    `looked_at`: when nobody was left to ask; the wave is planned for later then, or for when somebody turns up.
    `run` counts the reasons to ask: 1 since the task was published, one more each time a slot opened again after the
    waves had ended. Nobody is alerted twice in a run.
    """

    task: fields.ForeignKeyRelation[Task] = fields.ForeignKeyField(
        "models.Task", related_name="waves", on_delete=fields.RESTRICT
    )
    number = fields.SmallIntField()
    run = fields.SmallIntField(default=1, db_default=1)
    status = status_field(WaveStatus, default=WaveStatus.PLANNED)
    due_at = fields.DatetimeField()
    leased_until = fields.DatetimeField(null=True)
    looked_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    task_id: UUID

    class Meta:
        table = "wave"
        unique_together = (("task", "number"),)
