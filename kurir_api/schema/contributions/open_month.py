"""openMonth: which month of the books is closed next, and what still waits in it."""

from datetime import date
from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.permissions import MANAGERS, query
from kurir_api.schema.scalars import Rupiah
from kurir_api.services.contributions.open_month import open_month as find


@strawberry.type(description="The month of a regency's books that is to be closed next.")
class OpenMonth:
    """See services.contributions.open_month."""

    month: date = strawberry.field(description="Its first day.")
    pending_costs: int = strawberry.field(
        description="How many costs of its days or earlier ones are not decided on; approved once it is closed, they "
        "count in the month after."
    )
    pending_amount: Rupiah = strawberry.field(description="Their sum.")
    disputed_lines: int = strawberry.field(description="How many of its lines are disputed and stand.")


@query(
    may_call=MANAGERS,
    description="What closeMonth would close, before one does; null for who may not close the regency's months.",
)
async def open_month(
    info: Info, region: Annotated[str, strawberry.argument(description="The regency's code, such as 33.02.")]
) -> OpenMonth | None:
    """Parse, call, return."""
    found = await find(info.context.principal, region)
    if found is None:
        return None
    return OpenMonth(
        month=found.month,
        pending_costs=found.pending_costs,
        pending_amount=Rupiah(found.pending_amount),
        disputed_lines=found.disputed_lines,
    )
