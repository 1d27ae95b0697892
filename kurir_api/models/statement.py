"""Statements: what was issued to a partner, so that anybody who is shown it can check it."""

from typing import Any
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.member import Member
from kurir_api.models.organization import Organization


class Statement(TenantTable):
    """Of `organization` from `first_day` to `last_day`, both included. `code` is printed on it, not to be guessed.

    `digest`: SHA-256, 64 hex digits, of its lines; `totals` are its sums by name. The same lines are issued once.
    """

    code = fields.CharField(max_length=26, unique=True)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="statements", on_delete=fields.RESTRICT
    )
    first_day = fields.DateField()
    last_day = fields.DateField()
    digest = fields.CharField(max_length=64)
    totals: "fields.Field[dict[str, Any]]" = fields.JSONField()
    issued_at = fields.DatetimeField()
    issued_by: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="statements_issued", on_delete=fields.RESTRICT
    )

    organization_id: UUID
    issued_by_id: UUID

    class Meta:
        table = "statement"
        unique_together = (("organization", "first_day", "last_day", "digest"),)
