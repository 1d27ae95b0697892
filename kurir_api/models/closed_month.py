"""Closed months: what was booked in them is frozen."""

from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.member import Member


class ClosedMonth(TenantTable):
    """`month` is its first day; every month up to it is closed, too. `digest`: SHA-256, 64 hex digits, of the digest
    before it and of all entries booked up to the month's end since then.
    """

    month = fields.DateField()
    digest = fields.CharField(max_length=64)
    closed_at = fields.DatetimeField()
    closed_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="months_closed", on_delete=fields.RESTRICT
    )

    closed_by_id: UUID

    class Meta:
        table = "closed_month"
