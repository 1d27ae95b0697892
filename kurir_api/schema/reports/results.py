"""What the mutations on reports share."""

from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, InvalidTransition, NotAllowed, NotFound
from kurir_api.schema.ids import known
from kurir_api.schema.reports.types import Report


@strawberry.type(description="It is done.")
class ReportSuccess:
    """The report afterwards."""

    report: Report = strawberry.field(description="The report as it is now.")

    @classmethod
    async def of(cls, info: Info, report_id: UUID) -> "ReportSuccess":
        """The success for a report the caller has just changed."""
        info.context.renew()
        return cls(report=known(await info.context.loaders.report.load(report_id)))


ReportResult = Annotated[
    ReportSuccess | NotFound | NotAllowed | InvalidInput | InvalidTransition | IdempotencyKeyReused,
    strawberry.union(name="ReportResult", description="The report, or why nothing happened."),
]
