"""closeMonth."""

from datetime import date
from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.contributions.closed_months import ClosedMonth
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, NotAllowed, NotFound
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import MANAGERS, mutation
from kurir_api.services.contributions.close_month import CloseMonth
from kurir_api.services.contributions.close_month import close_month as use_case
from kurir_api.services.visibility import visible_closed_months


@strawberry.input(description="Which month to close.")
class CloseMonthInput:
    """See services.contributions.close_month."""

    region: str = strawberry.field(description="The regency's code, such as 33.02.")
    month: date = strawberry.field(
        description="Its first day; the month after the last that is closed, at first the oldest with entries; over."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY


@strawberry.type(description="It is closed.")
class CloseMonthSuccess:
    """The month afterwards."""

    month: ClosedMonth = strawberry.field(description="The closed month.")


CloseMonthResult = Annotated[
    CloseMonthSuccess | NotFound | NotAllowed | InvalidInput | IdempotencyKeyReused,
    strawberry.union(name="CloseMonthResult", description="The month, or why nothing happened."),
]


@mutation(
    may_call=MANAGERS,
    description="Close a month of a whole regency's books: later entries count for the first open month.",
)
async def close_month(
    info: Info, input: Annotated[CloseMonthInput, strawberry.argument(description="Which month.")]
) -> CloseMonthResult:
    """Parse, call, return."""
    command = CloseMonth(region_code=input.region, month=input.month, idempotency_key=input.idempotency_key)
    principal = info.context.principal
    closed_id = await use_case(principal, command)
    return CloseMonthSuccess(month=ClosedMonth.of(await visible_closed_months(principal).get(id=closed_id)))
