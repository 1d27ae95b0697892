"""Tasks: one need of a case, with place, time and slots."""

from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable, status_field
from kurir_api.models.case import CarePhase, Case
from kurir_api.models.facility import Facility
from kurir_api.models.member import Member
from kurir_api.models.region import Region
from kurir_api.vault import Sealed

if TYPE_CHECKING:
    from kurir_api.models.recurrence import Recurrence


class Urgency(StrEnum):
    """How fast somebody must come; waves wait accordingly."""

    EMERGENCY = "EMERGENCY"
    URGENT = "URGENT"
    NORMAL = "NORMAL"


class TaskStatus(StrEnum):
    """From draft to verified, or one of three ways to end without."""

    DRAFT = "DRAFT"
    OPEN = "OPEN"
    FILLED = "FILLED"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    VERIFIED = "VERIFIED"
    CANCELLED = "CANCELLED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


class FamilyWord(StrEnum):
    """What the patient's family said of the help."""

    CAME = "CAME"
    DID_NOT_COME = "DID_NOT_COME"


class Task(TenantTable):
    """`kind` is the code of a file in task_kinds. The window [starts_at, ends_at) is half-open, UTC.

    `slots_taken` is kept by a trigger on claim and can't pass `slots`. `alerts_stale`: claims changed, or it was
    cancelled, and a worker has yet to settle what its alerts and waves say. The point, WGS 84 degrees, is the
    patient's or else the region's centre; it and the sealed instructions are for holders and coordinators. Everybody
    else measures to the area's point, which tells no more than the village.

    `recurrence`: the rule that made it, once for each start. `waiting_since`: since when the resident waits for it.
    `family_word`: the family's last, at `family_said_at`.
    """

    number = fields.IntField(unique=True)
    kind = fields.CharField(max_length=40)
    status = status_field(TaskStatus, default=TaskStatus.DRAFT)
    urgency = fields.CharEnumField(Urgency, max_length=9)
    phase = fields.CharEnumField(CarePhase, max_length=15, null=True)
    title_sealed = fields.BinaryField(null=True)
    title = Sealed()
    instructions_sealed = fields.BinaryField(null=True)
    instructions = Sealed()
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "models.Case", related_name="tasks", on_delete=fields.RESTRICT
    )
    region: fields.ForeignKeyRelation[Region] = fields.ForeignKeyField(
        "models.Region", related_name="tasks", on_delete=fields.RESTRICT
    )
    latitude = fields.FloatField()
    longitude = fields.FloatField()
    area_latitude = fields.FloatField()
    area_longitude = fields.FloatField()
    destination: fields.ForeignKeyNullableRelation[Facility] = fields.ForeignKeyField(
        "models.Facility", related_name="tasks", null=True, on_delete=fields.RESTRICT
    )
    starts_at = fields.DatetimeField()
    ends_at = fields.DatetimeField()
    slots = fields.SmallIntField(default=1)
    slots_taken = fields.SmallIntField(default=0)
    alerts_stale = fields.BooleanField(default=False)
    recurrence: fields.ForeignKeyNullableRelation["Recurrence"] = fields.ForeignKeyField(
        "models.Recurrence", related_name="tasks", null=True, on_delete=fields.RESTRICT
    )
    family_word = fields.CharEnumField(FamilyWord, max_length=12, null=True)
    family_said_at = fields.DatetimeField(null=True)
    waiting_since = fields.DatetimeField()
    published_at = fields.DatetimeField(null=True)
    created_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="tasks_created", null=True, on_delete=fields.RESTRICT
    )
    created_at = fields.DatetimeField()

    case_id: UUID
    region_id: str
    destination_id: UUID | None
    recurrence_id: UUID | None
    created_by_id: UUID | None

    @property
    def urgent(self) -> bool:
        """Whether somebody must come soon."""
        return self.urgency is not Urgency.NORMAL

    class Meta:
        table = "task"
