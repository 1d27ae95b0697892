"""resolveReport."""

from typing import Annotated

import strawberry

from kurir_api.models import ReportStatus
from kurir_api.schema.context import Info
from kurir_api.schema.ids import optional_row_id, row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.schema.reports.results import ReportResult, ReportSuccess
from kurir_api.services.reports.resolve_report import ResolveReport
from kurir_api.services.reports.resolve_report import resolve_report as use_case


@strawberry.input(description="What a report becomes.")
class ResolveReportInput:
    """See services.reports.resolve_report."""

    report_id: strawberry.ID = strawberry.field(description="The report.")
    as_: ReportStatus = strawberry.field(
        name="as",
        description="LINKED, DUPLICATE, REJECTED or UNREACHABLE; RECEIVED takes it up again.",
    )
    duplicate_of: strawberry.ID | None = strawberry.field(
        default=None, description="For DUPLICATE: the original, of the same regency."
    )
    case: strawberry.ID | None = strawberry.field(default=None, description="For LINKED: the case it belongs to.")
    reason: str | None = strawberry.field(
        default=None, description="For REJECTED, which only coordinators may do: why. At most 2,000 characters."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> ResolveReport:
        """The use case's input."""
        return ResolveReport(
            report_id=row_id("Report", self.report_id),
            into=self.as_,
            duplicate_of=optional_row_id("Report", self.duplicate_of, "duplicateOf"),
            case_id=optional_row_id("Case", self.case, "case"),
            reason=self.reason,
            idempotency_key=self.idempotency_key,
        )


@mutation(may_call=DESK, description="Decide what becomes of a report, unless a case is opened from it.")
async def resolve_report(
    info: Info, input: Annotated[ResolveReportInput, strawberry.argument(description="What it becomes.")]
) -> ReportResult:
    """Parse, call, return."""
    return await ReportSuccess.of(info, await use_case(info.context.principal, input.command()))
