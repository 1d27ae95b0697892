"""Idempotency keys: what a retried mutation is answered with."""

from typing import Any
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import Table
from kurir_api.models.member import Member


class IdempotencyKey(Table):
    """Unique per member, mutation and key. `fingerprint` is a keyed digest of the input.

    `outcome` is {"done": ...} or {"refused": class, "payload": {...}}, written in the effect's transaction.
    """

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="idempotency_keys", on_delete=fields.CASCADE
    )
    mutation = fields.CharField(max_length=40)
    key = fields.CharField(max_length=200)
    fingerprint = fields.CharField(max_length=64)
    outcome: dict[str, Any] | None = fields.JSONField(null=True)
    created_at = fields.DatetimeField()

    member_id: UUID

    class Meta:
        table = "idempotency_key"
        unique_together = (("member", "mutation", "key"),)
