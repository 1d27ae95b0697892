"""Pledges: what a partner promises for a need."""

from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.member import Member
from kurir_api.models.need import Need
from kurir_api.models.organization import Organization


class Pledge(TenantTable):
    """`settled` of its `amount`, both rupiah, went to costs. Withdrawn, its `amount` becomes what was settled."""

    need: fields.ForeignKeyRelation[Need] = fields.ForeignKeyField(
        "models.Need", related_name="pledges", on_delete=fields.RESTRICT
    )
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="pledges", on_delete=fields.RESTRICT
    )
    amount = fields.BigIntField()
    in_kind = fields.BooleanField(default=False)
    settled = fields.BigIntField(default=0)
    made_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="pledges_made", on_delete=fields.RESTRICT
    )
    created_at = fields.DatetimeField()
    withdrawn_at = fields.DatetimeField(null=True)

    need_id: UUID
    organization_id: UUID
    made_by_id: UUID

    class Meta:
        table = "pledge"
