"""needs: what partners may promise."""

from typing import Annotated

import strawberry

from kurir_api.models import subdistrict_of
from kurir_api.schema.context import Info
from kurir_api.schema.needs.types import Need, need_rows
from kurir_api.schema.pagination import After, Connection, First, newest_first
from kurir_api.schema.permissions import NEED_READERS, query
from kurir_api.services.needs.over import OPEN, SETTLED_OR_OVER
from kurir_api.services.visibility import within


@query(
    may_call=NEED_READERS,
    description="What cases and tasks are estimated to cost, newest first: for the desk those of its regions, for "
    "partners all of the regency.",
)
async def needs(
    info: Info,
    open: Annotated[
        bool | None,
        strawberry.argument(
            description="Only those that may still be promised, or the others: all is promised, the case is closed, "
            "or the task is cancelled, expired or failed."
        ),
    ] = None,
    region: Annotated[
        str | None,
        strawberry.argument(
            description="Only in this region, by code, and below; of a village all its sub-district."
        ),
    ] = None,
    first: First = 20,
    after: After = None,
) -> Connection[Need]:
    """A page of the visible needs. What is asked of one village would tell partners where the patient lives."""
    rows = need_rows(info.context.principal)
    if open is not None:
        rows = rows.filter(OPEN if open else SETTLED_OR_OVER)
    if region is not None:
        rows = rows.filter(within("case__region_id", frozenset({subdistrict_of(region)})))
    return await newest_first(rows, Need.of, first, after)
