"""Capabilities: what a member is able and licensed to do, and until when."""

from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.member import Member


class Capability(TenantTable):
    """`code` such as AMBULANCE_LICENCE; `valid_until` is the last valid day in the regency's zone, null: no end."""

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="capabilities", on_delete=fields.CASCADE
    )
    code = fields.CharField(max_length=40)
    valid_until = fields.DateField(null=True)

    member_id: UUID

    class Meta:
        table = "capability"
        unique_together = (("member", "code"),)
