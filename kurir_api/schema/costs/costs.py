"""costs."""

from typing import Annotated

import strawberry

from kurir_api.models import CostStatus
from kurir_api.schema.context import Info
from kurir_api.schema.costs.types import Cost
from kurir_api.schema.ids import optional_row_id
from kurir_api.schema.pagination import After, Connection, First, newest_first
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.services.visibility import visible_costs, within


@query(
    may_call=EVERY_MEMBER,
    description="Costs, newest first: one's own, those of the partner one reviews, and the coordinator's regions'.",
)
async def costs(  # noqa: PLR0917 - the contract's arguments
    info: Info,
    status: Annotated[list[CostStatus] | None, strawberry.argument(description="Only in these states.")] = None,
    organization: Annotated[
        strawberry.ID | None, strawberry.argument(description="Only for which members of this partner acted.")
    ] = None,
    member: Annotated[strawberry.ID | None, strawberry.argument(description="Only what this member spent.")] = None,
    region: Annotated[str | None, strawberry.argument(description="Only in this region, by code, and below.")] = None,
    flagged: Annotated[
        bool | None, strawberry.argument(description="Only with flags (true), or without (false).")
    ] = None,
    first: First = 20,
    after: After = None,
) -> Connection[Cost]:
    """A page of the visible costs."""
    rows = visible_costs(info.context.principal)
    if status is not None:
        rows = rows.filter(status__in=status)
    if organization is not None:
        rows = rows.filter(organization_id=optional_row_id("Organization", organization, "organization"))
    if member is not None:
        rows = rows.filter(member_id=optional_row_id("Member", member, "member"))
    if region is not None:
        rows = rows.filter(within("task__region_id", frozenset({region})))
    if flagged is not None:
        rows = rows.exclude(flags=[]) if flagged else rows.filter(flags=[])
    return await newest_first(rows, Cost.of, first, after)
