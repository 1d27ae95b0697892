"""reports."""

from typing import Annotated

import strawberry
from tortoise.expressions import Subquery

from kurir_api.models import Channel, ReportStatus
from kurir_api.schema.context import Info
from kurir_api.schema.pagination import After, Connection, First, newest_first
from kurir_api.schema.permissions import query
from kurir_api.schema.reports.types import Report
from kurir_api.services.reports.submit_report import REPORTERS
from kurir_api.services.reports.waiting import waiting_reports
from kurir_api.services.visibility import visible_reports


@query(
    may_call=frozenset(REPORTERS),
    description="Reports, newest first: the desk's regions', and what the caller took down.",
)
async def reports(  # noqa: PLR0917 - the contract's arguments, and the desk's
    info: Info,
    status: Annotated[list[ReportStatus] | None, strawberry.argument(description="Only in these states.")] = None,
    channel: Annotated[Channel | None, strawberry.argument(description="Only those that came in this way.")] = None,
    desk: Annotated[
        str | None, strawberry.argument(description="Only those for which this region's desk answers, by its code.")
    ] = None,
    waiting: Annotated[bool | None, strawberry.argument(description="True: only those with a waitingSince.")] = False,
    number: Annotated[int | None, strawberry.argument(description="Only the one with this number.")] = None,
    first: First = 20,
    after: After = None,
) -> Connection[Report]:
    """A page of the visible reports."""
    rows = visible_reports(info.context.principal)
    if waiting:
        rows = rows.filter(id__in=Subquery(waiting_reports().values("id")))
    chosen = {"channel": channel, "desk_id": desk, "number": number}
    rows = rows.filter(**{column: value for column, value in chosen.items() if value is not None})
    if status is not None:
        rows = rows.filter(status__in=status)
    return await newest_first(rows, Report.of, first, after)
