"""endRate."""

from datetime import date
from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.ids import row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import MANAGERS, mutation
from kurir_api.schema.rates.results import RateResult, RateSuccess
from kurir_api.services.rates.end_rate import EndRate
from kurir_api.services.rates.end_rate import end_rate as use_case


@strawberry.input(description="A rate, and how long it still holds.")
class EndRateInput:
    """See services.rates.end_rate."""

    rate_id: strawberry.ID = strawberry.field(description="A rate that has not ended, and doesn't end today.")
    valid_until: date = strawberry.field(description="The last day on which it holds: today or later.")
    idempotency_key: str | None = IDEMPOTENCY_KEY


@mutation(
    may_call=MANAGERS,
    description="Say how long a rate of the caller's regency still holds. Afterwards one that began before it, and "
    "still holds, is in force again.",
)
async def end_rate(
    info: Info, input: Annotated[EndRateInput, strawberry.argument(description="The rate and its last day.")]
) -> RateResult:
    """Parse, call, return."""
    command = EndRate(
        rate_id=row_id("Rate", input.rate_id),
        valid_until=input.valid_until,
        idempotency_key=input.idempotency_key,
    )
    return await RateSuccess.of(info, await use_case(info.context.principal, command))
