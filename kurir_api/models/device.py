"""Devices: the phones a member's notifications go to."""

from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.member import Member


class Device(TenantTable):
    """A push token, unique; whoever registered it last owns it."""

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="devices", on_delete=fields.CASCADE
    )
    token = fields.CharField(max_length=4096)
    platform = fields.CharField(max_length=20)
    app_version = fields.CharField(max_length=40, null=True)
    locale = fields.CharField(max_length=2, null=True)
    registered_at = fields.DatetimeField()

    member_id: UUID

    class Meta:
        table = "device"
