"""submitReport."""

from typing import Annotated

import strawberry

from kurir_api.models import Channel
from kurir_api.schema.context import Info
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import mutation
from kurir_api.schema.reports.results import ReportResult, ReportSuccess
from kurir_api.schema.scalars import GeoPointInput, point_of
from kurir_api.services.reports.submit_report import REPORTERS, SubmitReport
from kurir_api.services.reports.submit_report import submit_report as use_case


@strawberry.input(description="What was said, by whom, and where help is needed.")
class SubmitReportInput:
    """See services.reports.submit_report."""

    channel: Channel = strawberry.field(description="How it came in.")
    text: str = strawberry.field(description="In the reporter's words. At most 10,000 characters.")
    reporter_name: str | None = strawberry.field(default=None, description="At most 120 characters.")
    reporter_phone: str | None = strawberry.field(
        default=None, description="As people write it, such as 0812-3456-7890."
    )
    region: str | None = strawberry.field(
        default=None,
        description="A region's code, as small as is known; default that of the caller's desk, else the regency.",
    )
    location: GeoPointInput | None = strawberry.field(default=None, description="Where help is needed.")
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> SubmitReport:
        """The use case's input."""
        return SubmitReport(
            channel=self.channel,
            text=self.text,
            reporter_name=self.reporter_name,
            reporter_phone=self.reporter_phone,
            region=self.region,
            location=point_of(self.location, "location"),
            idempotency_key=self.idempotency_key,
        )


@mutation(may_call=frozenset(REPORTERS), description="Take down a call for help.")
async def submit_report(
    info: Info, input: Annotated[SubmitReportInput, strawberry.argument(description="What was said.")]
) -> ReportResult:
    """Parse, call, return."""
    return await ReportSuccess.of(info, await use_case(info.context.principal, input.command()))
