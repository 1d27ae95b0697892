"""Costs: what a member spent on a task."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

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


UNDECIDED = (CostStatus.SUBMITTED, CostStatus.RETURNED, CostStatus.ENDORSED)
"""Costs that wait for a decision, or for their member."""


class CostFlag(StrEnum):
    """What a reviewer should look at; a flag blocks nothing."""

    NO_RECEIPT = "NO_RECEIPT"
    DUPLICATE_RECEIPT = "DUPLICATE_RECEIPT"
    SIMILAR_RECEIPT = "SIMILAR_RECEIPT"
    OVER_RATE = "OVER_RATE"
    OVER_LIMIT = "OVER_LIMIT"
    CLASS_NOT_COVERED = "CLASS_NOT_COVERED"
    UNUSUAL_AMOUNT = "UNUSUAL_AMOUNT"
    PERIOD_CLOSED = "PERIOD_CLOSED"


class Cost(TenantTable):
    """`amount` is whole rupiah, positive. `organization` is the one the member acted for in the claim. `quantity`: of
    the rate's units, such as days. `review_note` is what `reviewed_by` said last.
    """

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
    quantity = fields.SmallIntField(null=True)
    in_kind = fields.BooleanField(default=False)
    spent_on = fields.DateField()
    note_sealed = fields.BinaryField(null=True)
    note = Sealed()
    status = status_field(CostStatus, default=CostStatus.SUBMITTED)
    flags: "fields.Field[list[str]]" = ArrayField(element_type="text", default=list)
    review_note_sealed = fields.BinaryField(null=True)
    review_note = Sealed()
    reviewed_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="costs_reviewed", null=True, on_delete=fields.RESTRICT
    )
    approved_at = fields.DatetimeField(null=True)
    paid_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    task_id: UUID
    member_id: UUID
    organization_id: UUID
    reviewed_by_id: UUID | None

    class Meta:
        table = "cost"
