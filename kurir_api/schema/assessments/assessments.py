"""assessments."""

from typing import Annotated

import strawberry

from kurir_api.schema.assessments.types import Assessment
from kurir_api.schema.context import Info
from kurir_api.schema.pagination import After, Connection, First, newest_first
from kurir_api.schema.permissions import DESK, query
from kurir_api.services.visibility import visible_assessments, within


@query(may_call=DESK, description="What visits found out, newest first: the desk's regions'.")
async def assessments(
    info: Info,
    referred: Annotated[
        bool | None,
        strawberry.argument(description="Only those of which referrals were made (true), or not (false)."),
    ] = None,
    region: Annotated[str | None, strawberry.argument(description="Only in this region, by code, and below.")] = None,
    first: First = 20,
    after: After = None,
) -> Connection[Assessment]:
    """A page of the visible assessments."""
    rows = visible_assessments(info.context.principal)
    if referred is not None:
        rows = rows.filter(referred_at__isnull=not referred)
    if region is not None:
        rows = rows.filter(within("region_id", frozenset({region})))
    return await newest_first(rows, Assessment.of, first, after)
