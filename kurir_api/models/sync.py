"""Syncs: one for each phone that keeps what its member may see."""

from uuid import UUID

from tortoise import fields

from kurir_api.models.base import Table
from kurir_api.models.member import Member


class Sync(Table):
    """What it was sent is in `Synced`, numbered from 1 to `last_seq`. `forgotten_seq`: the last number of a deletion
    that was acknowledged and is forgotten; a phone that stands before it would miss it.
    """

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="syncs", on_delete=fields.CASCADE
    )
    created_at = fields.DatetimeField()
    used_at = fields.DatetimeField()
    last_seq = fields.BigIntField(default=0)
    forgotten_seq = fields.BigIntField(default=0)

    member_id: UUID

    class Meta:
        table = "sync"
