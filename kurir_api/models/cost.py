"""Costs: what a member spent on a task."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable, status_field
from kurir_api.models.member import Member
from kurir_api.models.organization import Organization
from kurir_api.models.task import Task
from kurir_api.vault import Sealed


class CostCategory(StrEnum):
    """What the money went to."""

    FUEL = "FUEL"
    TOLL_PARKING = "TOLL_PARKING"
    MEAL = "MEAL"
    WAITING_COST = "WAITING_COST"
    LODGING = "LODGING"
    MEDICINE = "MEDICINE"
    DOCUMENT_FEE = "DOCUMENT_FEE"
    STAPLES = "STAPLES"
    EQUIPMENT = "EQUIPMENT"
    OTHER = "OTHER"


class CostStatus(StrEnum):
    """From the volunteer's word to money paid, or the ways it ends otherwise."""

    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    ENDORSED = "ENDORSED"
    APPROVED = "APPROVED"
    RECORDED = "RECORDED"
    PAID = "PAID"
    REJECTED = "REJECTED"
    VOID = "VOID"


class Cost(TenantTable):
    """`amount` is whole rupiah, positive. `organization` is the one the member acted for in the claim."""

    task: fields.ForeignKeyRelation[Task] = fields.ForeignKeyField(
        "models.Task", related_name="costs", on_delete=fields.RESTRICT
    )
    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="costs", on_delete=fields.RESTRICT
    )
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="costs", on_delete=fields.RESTRICT
    )
    category = fields.CharEnumField(CostCategory, max_length=12)
    amount = fields.BigIntField()
    in_kind = fields.BooleanField(default=False)
    spent_on = fields.DateField()
    note_sealed = fields.BinaryField(null=True)
    note = Sealed()
    status = status_field(CostStatus, default=CostStatus.SUBMITTED)
    created_at = fields.DatetimeField()

    task_id: UUID
    member_id: UUID
    organization_id: UUID

    class Meta:
        table = "cost"
