"""Memberships: which member acts for which organisation, in which role and region."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.member import Member
from kurir_api.models.organization import Organization
from kurir_api.models.region import Region


class Role(StrEnum):
    """What a membership lets a person do within its region and all below it."""

    VOLUNTEER = "VOLUNTEER"
    COORDINATOR = "COORDINATOR"
    DESK_OFFICER = "DESK_OFFICER"
    PARTNER_REVIEWER = "PARTNER_REVIEWER"
    PROGRAMME_OFFICER = "PROGRAMME_OFFICER"
    ADMIN = "ADMIN"


class Membership(TenantTable):
    """Unique per member, organisation, role and region."""

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="memberships", on_delete=fields.CASCADE
    )
    organization: fields.ForeignKeyRelation[Organization] = fields.ForeignKeyField(
        "models.Organization", related_name="memberships", on_delete=fields.RESTRICT
    )
    region: fields.ForeignKeyRelation[Region] = fields.ForeignKeyField(
        "models.Region", related_name="memberships", on_delete=fields.RESTRICT
    )
    role = fields.CharEnumField(Role, max_length=17)

    member_id: UUID
    organization_id: UUID
    region_id: str

    class Meta:
        table = "membership"
        unique_together = (("member", "organization", "role", "region"),)
