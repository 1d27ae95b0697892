"""Drills: a test alert, to learn whom alerts reach and how fast."""

from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.member import Member


class Drill(TenantTable):
    """`received_at`: when the app or a reply confirmed it; null: not, or not yet."""

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="drills", on_delete=fields.CASCADE
    )
    sent_at = fields.DatetimeField()
    received_at = fields.DatetimeField(null=True)

    member_id: UUID

    class Meta:
        table = "drill"
