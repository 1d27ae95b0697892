"""rates: what is covered."""

from datetime import date
from typing import Annotated

import strawberry

from kurir_api.models import CostCategory
from kurir_api.schema.context import Info
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.schema.rates.types import Rate
from kurir_api.services.rates.find_rates import find_rates


@query(
    may_call=EVERY_MEMBER,
    description="What a regency covers: the rates in force on a day, by category; of each category those for all "
    "classes of beds last.",
)
async def rates(
    info: Info,
    region: Annotated[
        str | None, strawberry.argument(description="A region's code: the rates of its regency; null: the caller's.")
    ] = None,
    category: Annotated[CostCategory | None, strawberry.argument(description="Only of this category.")] = None,
    on: Annotated[date | None, strawberry.argument(description="The day; null: today.")] = None,
) -> list[Rate]:
    """Two statements."""
    return [Rate.of(row) for row in await find_rates(info.context.principal, region, category, on)]
