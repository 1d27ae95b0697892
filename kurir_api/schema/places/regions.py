"""regions: where things may lie."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.schema.places.types import Region
from kurir_api.services.places.find_regions import find_regions


@query(
    may_call=EVERY_MEMBER,
    description="At most 200 regions, by code. Without arguments, the provinces and regencies the caller works in.",
)
async def regions(
    info: Info,
    parent: Annotated[
        str | None, strawberry.argument(description="The code of a region: what lies directly in it, such as 33.02.")
    ] = None,
    search: Annotated[
        str | None,
        strawberry.argument(
            description="A part of the name, in any case, 2 to 100 characters; anywhere within `parent` if given."
        ),
    ] = None,
) -> list[Region]:
    """One statement."""
    return [Region.of(row) for row in await find_regions(info.context.principal, parent, search)]
