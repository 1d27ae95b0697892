"""Duty shifts: the weekly hours in which a member is on duty."""

from enum import IntEnum
from uuid import UUID

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.member import Member


class Weekday(IntEnum):
    """As `datetime.weekday` counts."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class DutyShift(TenantTable):
    """From `starts` until `ends` on `weekday` (0 is Monday), wall-clock in the regency's zone; `ends` at or before
    `starts` is on the next day. A member without shifts is on duty whenever available.
    """

    member: fields.ForeignKeyRelation[Member] = fields.ForeignKeyField(
        "models.Member", related_name="duty_shifts", on_delete=fields.CASCADE
    )
    weekday = fields.SmallIntField()
    starts = fields.TimeField()
    ends = fields.TimeField()

    member_id: UUID

    class Meta:
        table = "duty_shift"
