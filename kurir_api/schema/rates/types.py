"""Rates."""

from datetime import date

import strawberry

from kurir_api import models
from kurir_api.models import CostCategory, RateUnit
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.places.types import Region, region
from kurir_api.schema.scalars import Rupiah

strawberry.enum(RateUnit, description="What a rate is for one of.")


@strawberry.type(description="What a regency covers of a category of costs.")
class Rate(Node):
    """See models.Rate."""

    category: CostCategory = strawberry.field(description="What the money goes to.")
    unit: RateUnit = strawberry.field(description="What `amount` is for one of.")
    amount: Rupiah = strawberry.field(description="At most, for each unit; above it a cost is flagged OVER_RATE.")
    max_units: int | None = strawberry.field(
        description="Units that are covered in a case since the rate began; null: no limit."
    )
    yearly_cap: Rupiah | None = strawberry.field(
        description="What is covered of the category for a patient in a calendar year; null: no limit."
    )
    care_class: int | None = strawberry.field(
        description="Only for hospital beds of this class, 1 to 3; null: for all that have no rate of their own."
    )
    valid_from: date = strawberry.field(description="The first day on which it holds.")
    valid_until: date | None = strawberry.field(description="The last day on which it holds; null: until further.")
    source: str = strawberry.field(description="The decree that says so.")
    row: strawberry.Private[models.Rate]

    @classmethod
    def of(cls, row: models.Rate) -> "Rate":
        """The rate of a row."""
        return cls(
            id=global_id("Rate", row.id),
            category=row.category,
            unit=row.unit,
            amount=Rupiah(row.amount),
            max_units=row.max_units,
            yearly_cap=None if row.yearly_cap is None else Rupiah(row.yearly_cap),
            care_class=row.care_class,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            source=row.source,
            row=row,
        )

    @strawberry.field(description="The regency.")
    async def region(self, info: Info) -> Region:
        """Through the loader."""
        return await region(info, self.row.regency_code)
