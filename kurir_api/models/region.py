"""Regions: the tree of province, regency, sub-district and village."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

REGENCY_CODE_LENGTH = len("33.02")
SUBDISTRICT_CODE_LENGTH = len("33.02.23")


class RegionLevel(StrEnum):
    """How deep in the tree; the Kemendagri code has one part more per level."""

    PROVINCE = "PROVINCE"
    REGENCY = "REGENCY"
    SUBDISTRICT = "SUBDISTRICT"
    VILLAGE = "VILLAGE"


class Region(Model):
    """A region by its Kemendagri code, such as 33, 33.02, 33.02.23, 33.02.23.2004. Centre in WGS 84 degrees.

    `drilled_at`: when a regency last had its test alert, whoever was on duty then.
    """

    code = fields.CharField(max_length=13, primary_key=True)
    name = fields.CharField(max_length=100)
    level = fields.CharEnumField(RegionLevel, max_length=11)
    parent: fields.ForeignKeyNullableRelation["Region"] = fields.ForeignKeyField(
        "models.Region", related_name="children", null=True, on_delete=fields.RESTRICT
    )
    latitude = fields.FloatField(null=True)
    longitude = fields.FloatField(null=True)
    time_zone = fields.CharField(max_length=40, default="Asia/Jakarta")
    drilled_at = fields.DatetimeField(null=True)

    parent_id: str | None

    class Meta:
        table = "region"


def regency_of(code: str) -> str:
    """The regency's code within a region code: "33.02.23.2004" → "33.02"."""
    return code[:REGENCY_CODE_LENGTH]


def subdistrict_of(code: str) -> str:
    """The sub-district's code within a region code: "33.02.23.2004" → "33.02.23"; a larger region's own."""
    return code[:SUBDISTRICT_CODE_LENGTH]


def region_and_above(code: str) -> list[str]:
    """A region's code and those of all regions it lies in: "33.02.23" → ["33", "33.02", "33.02.23"]."""
    parts = code.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]


def lies_within(code: str, scope: str) -> bool:
    """Whether region `code` is `scope` or below it."""
    return code == scope or code.startswith(f"{scope}.")
