"""Receipts: what shows that money was spent."""

from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.cost import Cost
from kurir_api.models.member import Member


class Receipt(TenantTable):
    """A cleaned picture or document of `member`'s, kept in the storage under the row's id; without `cost` it is not
    used yet, and swept after a while.

    `sha256` is of the bytes as they were sent, `size` bytes of what is kept. `likeness`: a difference hash of the
    first page, 256 bits as 64 hex digits; alike pictures differ in few bits.
    """

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="receipts", on_delete=fields.RESTRICT
    )
    cost: fields.ForeignKeyNullableRelation[Cost] = fields.ForeignKeyField(
        "models.Cost", related_name="receipts", null=True, on_delete=fields.RESTRICT
    )
    sha256 = fields.CharField(max_length=64)
    content_type = fields.CharField(max_length=40)
    size = fields.IntField()
    likeness = fields.CharField(max_length=64)
    created_at = fields.DatetimeField()

    member_id: UUID
    cost_id: UUID | None

    class Meta:
        table = "receipt"
