"""Holidays: the days on which offices are closed, besides weekends."""

from enum import StrEnum

from tortoise import fields

from kurir_api.models.base import Table


class HolidayKind(StrEnum):
    """By whom the day is given."""

    NATIONAL = "NATIONAL"
    COLLECTIVE_LEAVE = "COLLECTIVE_LEAVE"
    LOCAL = "LOCAL"


class Holiday(Table):
    """One row a day, for the nation where `regency_code` is empty, or for one regency."""

    day = fields.DateField()
    regency_code = fields.CharField(max_length=5, default="")
    kind = fields.CharEnumField(HolidayKind, max_length=16)
    name_id = fields.CharField(max_length=120)
    name_en = fields.CharField(max_length=120)

    class Meta:
        table = "holiday"
        unique_together = (("day", "regency_code"),)
