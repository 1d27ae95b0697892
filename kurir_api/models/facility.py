"""Facilities: hospitals, health centres, clinics, shelters."""

from enum import StrEnum

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.region import Region


class InsuranceRule(StrEnum):
    """Which hours of the 3 x 24 after admission a hospital counts: all, or only those of working days."""

    CALENDAR_DAYS = "CALENDAR_DAYS"
    WORKING_DAYS = "WORKING_DAYS"


class Facility(TenantTable):
    """A place patients are taken to. `code` is unique; `region` is null outside the served regencies.

    `insurance_rule`: where nobody asked yet, the stricter, by which nothing is lost.
    """

    code = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=200)
    kind = fields.CharField(max_length=20)
    latitude = fields.FloatField()
    longitude = fields.FloatField()
    insurance_rule = fields.CharEnumField(
        InsuranceRule,
        max_length=13,
        default=InsuranceRule.CALENDAR_DAYS,
        db_default=InsuranceRule.CALENDAR_DAYS.value,
    )
    region: fields.ForeignKeyNullableRelation[Region] = fields.ForeignKeyField(
        "models.Region", related_name="facilities", null=True, on_delete=fields.RESTRICT
    )

    region_id: str | None

    class Meta:
        table = "facility"
