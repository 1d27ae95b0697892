"""Facilities: hospitals, health centres, clinics, shelters."""

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.region import Region


class Facility(TenantTable):
    """A place patients are taken to. `code` is unique; `region` is null outside the served regencies."""

    code = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=200)
    kind = fields.CharField(max_length=20)
    latitude = fields.FloatField()
    longitude = fields.FloatField()
    region: fields.ForeignKeyNullableRelation[Region] = fields.ForeignKeyField(
        "models.Region", related_name="facilities", null=True, on_delete=fields.RESTRICT
    )

    region_id: str | None

    class Meta:
        table = "facility"
