"""Needs: what a case or one of its tasks is estimated to cost."""

from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.case import Case
from kurir_api.models.member import Member
from kurir_api.models.task import Task


class Need(TenantTable):
    """One per case, and one per task. `pledged` of its `amount`, both rupiah, is promised; `closed_at`: since when
    all of it is.
    """

    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "models.Case", related_name="needs", on_delete=fields.RESTRICT
    )
    task: fields.ForeignKeyNullableRelation[Task] = fields.ForeignKeyField(
        "models.Task", related_name="needs", null=True, on_delete=fields.RESTRICT
    )
    amount = fields.BigIntField()
    pledged = fields.BigIntField(default=0)
    estimated_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="needs_estimated", on_delete=fields.RESTRICT
    )
    created_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)

    case_id: UUID
    task_id: UUID | None
    estimated_by_id: UUID

    class Meta:
        table = "need"
