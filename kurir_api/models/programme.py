"""Programmes: what other agencies give, and to which people are referred."""

from typing import Any
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.organization import Organization


class Programme(TenantTable):
    """`code` is unique within the regency. `organization` decides on its referrals, within `response_days` working
    days. `documents`: what is needed to decide, each {"code": "ID_CARD", "id": words, "en": words, "required": bool}.
    """

    code = fields.CharField(max_length=40)
    name_id = fields.CharField(max_length=200)
    name_en = fields.CharField(max_length=200)
    sector = fields.CharField(max_length=40)
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="programmes", on_delete=fields.RESTRICT
    )
    response_days = fields.SmallIntField()
    documents: "fields.Field[list[dict[str, Any]]]" = fields.JSONField(default=list)
    active = fields.BooleanField(default=True)

    organization_id: UUID

    class Meta:
        table = "programme"
        unique_together = (("regency_code", "code"),)
