"""reports."""

from typing import Annotated

import strawberry

from kurir_api.models import Channel, ReportStatus
from kurir_api.schema.context import Info
from kurir_api.schema.pagination import After, Connection, First, newest_first
from kurir_api.schema.permissions import query
from kurir_api.schema.reports.types import Report
from kurir_api.services.reports.submit_report import REPORTERS
from kurir_api.services.visibility import visible_reports


@query(
    may_call=frozenset(REPORTERS),
    description="Reports, newest first: the desk's regions', and what the caller took down.",
)
async def reports(
    info: Info,
    status: Annotated[list[ReportStatus] | None, strawberry.argument(description="Only in these states.")] = None,
    channel: Annotated[Channel | None, strawberry.argument(description="Only those that came in this way.")] = None,
    first: First = 20,
    after: After = None,
) -> Connection[Report]:
    """A page of the visible reports."""
    rows = visible_reports(info.context.principal)
    if status is not None:
        rows = rows.filter(status__in=status)
    if channel is not None:
        rows = rows.filter(channel=channel)
    return await newest_first(rows, Report.of, first, after)
