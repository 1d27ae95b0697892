"""holidays: when offices are closed."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.schema.places.types import Holiday
from kurir_api.services.places.find_holidays import find_holidays


@query(
    may_call=EVERY_MEMBER,
    description="The days of a year on which offices are closed, besides weekends: the nation's, and those of the "
    "regencies the caller works in. None for a year whose decree is not recorded yet.",
)
async def holidays(
    info: Info, year: Annotated[int, strawberry.argument(description="2000 to 2100.")]
) -> list[Holiday]:
    """One statement."""
    return [Holiday.of(row, info.context.locale) for row in await find_holidays(info.context.principal, year)]
