"""placeReport."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.ids import row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.schema.reports.results import ReportResult, ReportSuccess
from kurir_api.schema.scalars import GeoPointInput, point_of
from kurir_api.services.reports.place_report import PlaceReport
from kurir_api.services.reports.place_report import place_report as use_case


@strawberry.input(description="Where help is needed.")
class PlaceReportInput:
    """See services.reports.place_report."""

    report_id: strawberry.ID = strawberry.field(description="A report that is to be taken up.")
    region: str = strawberry.field(
        description="The code of a village or sub-district of the caller's desk, in the report's regency."
    )
    location: GeoPointInput | None = strawberry.field(
        default=None, description="Where exactly; without it, it stays as it was."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> PlaceReport:
        """The use case's input."""
        return PlaceReport(
            report_id=row_id("Report", self.report_id),
            region=self.region,
            location=point_of(self.location, "location"),
            idempotency_key=self.idempotency_key,
        )


@mutation(
    may_call=DESK,
    description="Say where help is needed. The desk there answers for the report from then on, or, where it was "
    "handed up, the one around it.",
)
async def place_report(
    info: Info, input: Annotated[PlaceReportInput, strawberry.argument(description="Which report, and where.")]
) -> ReportResult:
    """Parse, call, return."""
    return await ReportSuccess.of(info, await use_case(info.context.principal, input.command()))
