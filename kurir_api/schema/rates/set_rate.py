"""setRate."""

from datetime import date
from typing import Annotated

import strawberry

from kurir_api.models import CostCategory, RateUnit
from kurir_api.schema.context import Info
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import MANAGERS, mutation
from kurir_api.schema.rates.results import RateResult, RateSuccess
from kurir_api.schema.scalars import Rupiah
from kurir_api.services.rates.set_rate import SetRate
from kurir_api.services.rates.set_rate import set_rate as use_case


@strawberry.input(description="What a regency covers from a day on.")
class SetRateInput:
    """See services.rates.set_rate."""

    region: str = strawberry.field(description="The regency's code, such as 33.02.")
    category: CostCategory = strawberry.field(description="What the money goes to.")
    unit: RateUnit = strawberry.field(description="What `amount` is for one of.")
    amount: Rupiah = strawberry.field(description="For each unit, 1 to 1,000,000,000.")
    max_units: int | None = strawberry.field(
        default=None,
        description="Units that are covered in a case, 1 to 10,000; null: no limit. Not with CASE. A cost is "
        "as many as its quantity, or as its amount would pay for, whichever is more.",
    )
    yearly_cap: Rupiah | None = strawberry.field(
        default=None, description="What is covered for a patient in a calendar year, not below `amount`."
    )
    care_class: int | None = strawberry.field(
        default=None, description="Only for hospital beds of this class, 1 to 3; null: for all."
    )
    valid_from: date = strawberry.field(
        description="The first day: after today, or any day since which there was no rate for the same beds, nor "
        "one for all; if this is for all, none for any."
    )
    valid_until: date | None = strawberry.field(default=None, description="The last day; null: until further.")
    source: str = strawberry.field(description="The decree that says so. At most 200 characters.")
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> SetRate:
        """The use case's input."""
        return SetRate(
            region=self.region,
            category=self.category,
            unit=self.unit,
            amount=self.amount,
            max_units=self.max_units,
            yearly_cap=self.yearly_cap,
            care_class=self.care_class,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            source=self.source,
            idempotency_key=self.idempotency_key,
        )


@mutation(
    may_call=MANAGERS,
    description="Say what the caller's regency covers. A rate that was in force is never changed, a new one begins "
    "later; one that has yet to begin is replaced by another with the same first day.",
)
async def set_rate(
    info: Info, input: Annotated[SetRateInput, strawberry.argument(description="What is covered.")]
) -> RateResult:
    """Parse, call, return."""
    return await RateSuccess.of(info, await use_case(info.context.principal, input.command()))
