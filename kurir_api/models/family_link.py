"""Family links: what lets a patient's family see what is coming, without an account."""

from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.case import Case
from kurir_api.models.member import Member


class FamilyLink(TenantTable):
    """Of the token only `token_index`, a blind index, is kept. Valid until `expires_at` unless `revoked_at`."""

    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField(
        "models.Case", related_name="family_links", on_delete=fields.CASCADE
    )
    token_index = fields.CharField(max_length=64, unique=True)
    created_by: fields.ForeignKeyNullableRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="family_links_made", null=True, on_delete=fields.RESTRICT
    )
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)
    last_opened_at = fields.DatetimeField(null=True)

    case_id: UUID
    created_by_id: UUID | None

    class Meta:
        table = "family_link"
