"""Reports."""

from datetime import datetime

import strawberry

from kurir_api import models
from kurir_api.models import Channel, ReportStatus
from kurir_api.schema.cases.types import Case
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.places.types import Region, region
from kurir_api.schema.scalars import GeoPoint

strawberry.enum(Channel, description="How a report came in.")
strawberry.enum(ReportStatus, description="What became of a report.")


@strawberry.type(description="A call for help, as it came in.")
class Report(Node):
    """See models.Report."""

    channel: Channel = strawberry.field(description="How it came in.")
    status: ReportStatus = strawberry.field(description="What became of it.")
    received_at: datetime = strawberry.field(description="When it came in.")
    location: GeoPoint | None = strawberry.field(description="Where help is needed, where known.")
    row: strawberry.Private[models.Report]

    @classmethod
    def of(cls, row: models.Report) -> "Report":
        """The report of a row."""
        return cls(
            id=global_id("Report", row.id),
            channel=row.channel,
            status=ReportStatus(row.status),
            received_at=row.received_at,
            location=GeoPoint.of(row.latitude, row.longitude),
            row=row,
        )

    @strawberry.field(description="In the reporter's words.")
    def text(self) -> str:
        """Unsealed when asked for."""
        return self.row.text or ""

    @strawberry.field(description="Who reported; this may not be the patient.")
    def reporter_name(self) -> str | None:
        """Unsealed when asked for."""
        return self.row.reporter_name

    @strawberry.field(description="Where the reporter can be called, E.164.")
    def reporter_phone(self) -> str | None:
        """Unsealed when asked for."""
        return self.row.reporter_phone

    @strawberry.field(description="Where help is needed, as closely as is known.")
    async def region(self, info: Info) -> Region | None:
        """Through the loader."""
        return await region(info, self.row.region_id)

    @strawberry.field(description="The case it led to, or was linked to; null when the caller may not know of it.")
    async def case(self, info: Info) -> Case | None:
        """Through the loader."""
        return None if self.row.case_id is None else await info.context.loaders.case.load(self.row.case_id)
