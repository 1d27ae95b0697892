"""Rates: what a regency covers of a category of costs."""

from enum import StrEnum

from tortoise import fields

from kurir_api.models.base import TenantTable
from kurir_api.models.cost import CostCategory


class RateUnit(StrEnum):
    """What a rate is for one of."""

    DAY = "DAY"
    NIGHT = "NIGHT"
    KILOMETRE = "KILOMETRE"
    ITEM = "ITEM"
    CASE = "CASE"


class Rate(TenantTable):
    """`amount` rupiah for each unit. `max_units` at most in a case, `yearly_cap` rupiah at most for a patient in a
    calendar year. `care_class` null: whatever the class of the bed. `source`: the decree that says so.

    In force from `valid_from` to `valid_until`, both included; of several the one that began last.
    """

    category = fields.CharEnumField(CostCategory, max_length=12)
    unit = fields.CharEnumField(RateUnit, max_length=9)
    amount = fields.BigIntField()
    max_units = fields.SmallIntField(null=True)
    yearly_cap = fields.BigIntField(null=True)
    care_class = fields.SmallIntField(null=True)
    valid_from = fields.DateField()
    valid_until = fields.DateField(null=True)
    source = fields.CharField(max_length=200)

    class Meta:
        table = "rate"
