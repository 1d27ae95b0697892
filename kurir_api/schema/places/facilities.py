"""facilities: where patients may be taken."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.schema.places.types import Facility
from kurir_api.schema.scalars import GeoPointInput, point_of
from kurir_api.services.places.find_facilities import find_facilities


@query(
    may_call=EVERY_MEMBER,
    description="At most 100 facilities of the regencies the caller works in: nearest first, else by name.",
)
async def facilities(
    info: Info,
    near: Annotated[
        GeoPointInput | None, strawberry.argument(description="Order by exact distance from here.")
    ] = None,
    kind: Annotated[
        str | None, strawberry.argument(description="hospital, puskesmas, clinic, shelter or landmark.")
    ] = None,
) -> list[Facility]:
    """Usually one statement."""
    return [Facility.of(row) for row in await find_facilities(info.context.principal, point_of(near, "near"), kind)]
