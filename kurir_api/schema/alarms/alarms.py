"""alarms: what the office has to look at."""

from typing import Annotated

import strawberry

from kurir_api.schema.alarms.types import Alarm
from kurir_api.schema.context import Info
from kurir_api.schema.pagination import After, Connection, First, last_raised_first
from kurir_api.schema.permissions import OFFICE, query
from kurir_api.services.visibility import visible_alarms, within


@query(
    may_call=OFFICE,
    description="The alarms of the office's regions that nobody has taken on yet, the last raised first.",
)
async def alarms(
    info: Info,
    region: Annotated[str | None, strawberry.argument(description="Only in this region, by code, and below.")] = None,
    ended: Annotated[
        bool, strawberry.argument(description="Instead those that are over, by themselves or taken on.")
    ] = False,
    first: First = 20,
    after: After = None,
) -> Connection[Alarm]:
    """A page."""
    rows = visible_alarms(info.context.principal).filter(ended_at__isnull=not ended)
    if region is not None:
        rows = rows.filter(within("task__region_id", frozenset({region})))
    return await last_raised_first(rows, Alarm.of, first, after)
