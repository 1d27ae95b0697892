"""statistics: what is done and spent, counted."""

from datetime import UTC, datetime
from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.contributions.types import PeriodInput
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.schema.statistics.types import Statistics
from kurir_api.services.statistics.statistics import statistics as counted


@query(
    may_call=EVERY_MEMBER,
    description="The figures of a period. Who is not of the regions' office may ask for whole months that are over, "
    "and for nothing smaller than a sub-district.",
)
async def statistics(
    info: Info,
    period: Annotated[PeriodInput, strawberry.argument(description="At most ten years.")],
    region: Annotated[
        str | None,
        strawberry.argument(
            description="The code of a region, with all below it, such as 33.02; default all regencies that the "
            "caller works in."
        ),
    ] = None,
) -> Statistics:
    """Ten statements."""
    regions = [] if region is None else [region]
    return Statistics.of(await counted(info.context.principal, period.period(), regions, datetime.now(UTC)))
