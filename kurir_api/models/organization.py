"""Partner organisations and agencies."""

from enum import StrEnum

from tortoise import fields

from kurir_api.models.base import TenantTable


class OrganizationKind(StrEnum):
    """The kinds of partner of a regency."""

    VERTICAL_AGENCY = "VERTICAL_AGENCY"
    REGENCY_AGENCY = "REGENCY_AGENCY"
    ZAKAT_CHARITY = "ZAKAT_CHARITY"
    FOUNDATION = "FOUNDATION"
    CSR = "CSR"
    SOCIAL_ORGANIZATION = "SOCIAL_ORGANIZATION"
    WELFARE_INSTITUTION = "WELFARE_INSTITUTION"
    COMMUNITY = "COMMUNITY"


class Organization(TenantTable):
    """A partner; its name is unique within the regency."""

    name = fields.CharField(max_length=200)
    kind = fields.CharEnumField(OrganizationKind, max_length=20)

    class Meta:
        table = "organization"
