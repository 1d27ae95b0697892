"""Recurrences: the rule by which a case's task comes again, such as dialysis on Mondays and Thursdays."""

from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.case import Case
from kurir_api.models.facility import Facility
from kurir_api.models.member import Member
from kurir_api.models.task import Urgency
from kurir_api.vault import Sealed


class Recurrence(TenantTable):
    """`rule`: an RRULE of RFC 5545, reckoned from `starts_at` by the regency's clock. Each occurrence is a task of
    `kind` that lasts `minutes`, drafted and published ahead; `made_until`: those that begin before it are made.
    `due_at`: when a worker makes the next; null once it ended, then `ended_at` says since when.
    """

    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "models.Case", related_name="recurrences", on_delete=fields.RESTRICT
    )
    kind = fields.CharField(max_length=40)
    rule = fields.CharField(max_length=200)
    starts_at = fields.DatetimeField()
    minutes = fields.IntField()
    urgency = fields.CharEnumField(Urgency, max_length=9)
    slots = fields.SmallIntField(default=1)
    title_sealed = fields.BinaryField(null=True)
    title = Sealed()
    instructions_sealed = fields.BinaryField(null=True)
    instructions = Sealed()
    destination: fields.ForeignKeyNullableRelation[Facility] = fields.ForeignKeyField(
        "models.Facility", related_name="recurrences", null=True, on_delete=fields.RESTRICT
    )
    created_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="recurrences_created", on_delete=fields.RESTRICT
    )
    created_at = fields.DatetimeField()
    made_until = fields.DatetimeField()
    due_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    case_id: UUID
    destination_id: UUID | None
    created_by_id: UUID

    class Meta:
        table = "recurrence"
