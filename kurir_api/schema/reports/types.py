"""Reports."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from kurir_api import models
from kurir_api.models import Channel, ReportStatus
from kurir_api.schema.cases.types import Case, TimelineConnection
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.pagination import After, Connection, First
from kurir_api.schema.places.types import Region, region
from kurir_api.schema.reports.messages import Message
from kurir_api.schema.scalars import GeoPoint

if TYPE_CHECKING:
    from kurir_api.schema.referrals.types import Referral

strawberry.enum(Channel, description="How a report came in.")
strawberry.enum(ReportStatus, description="What became of a report.")


@strawberry.type(description="A call for help, as it came in.")
class Report(Node):
    """See models.Report."""

    number: int = strawberry.field(description="For people; also in the answer to who reported.")
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
            number=row.number,
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

    @strawberry.field(description="The region whose desk answers for it: its own, or one above.")
    async def desk(self, info: Info) -> Region:
        """Through the loader."""
        return await region(info, self.row.desk_id)

    @strawberry.field(
        description="The villages and sub-districts of its regency that its words name, closest first. Where there "
        "are several, or none was set, placeReport sets one."
    )
    async def region_candidates(self, info: Info) -> list[Region]:
        """Through the loader."""
        return [Region.of(row) for row in await info.context.loaders.region_candidates.load(self.row)]

    @strawberry.field(
        description="The resident's first word, since which they wait; null once nobody waits any more."
    )
    async def waiting_since(self, info: Info) -> datetime | None:
        """Through the loader."""
        waiting = await info.context.loaders.still_waiting.load(self.row.id)
        return self.row.waiting_since if waiting else None

    @strawberry.field(
        description="At most 5 others that may be about the same need, likeliest first: by sender, names, place, "
        "words and time, within 14 days. As far as the caller may know."
    )
    async def possible_duplicates(self, info: Info) -> list["Report"]:
        """Through the loader."""
        return [Report.of(row) for row in await info.context.loaders.possible_duplicates.load(self.row)]

    @strawberry.field(description="What happened, last recorded first; for the desk, empty for others.")
    async def timeline(self, info: Info, first: First = 50, after: After = None) -> TimelineConnection:
        """A page."""
        return TimelineConnection.of(await info.context.loaders.report_events.load((self.row.id, first, after)))

    @strawberry.field(
        description="The conversation with who reported, last recorded first, whenever it was sent; for the desk, "
        "empty for others."
    )
    async def messages(self, info: Info, first: First = 50, after: After = None) -> Connection[Message]:
        """A page."""
        return await info.context.loaders.report_messages.load((self.row.id, first, after))

    @strawberry.field(description="The case it led to, or was linked to; null when the caller may not know of it.")
    async def case(self, info: Info) -> Case | None:
        """Through the loader."""
        return None if self.row.case_id is None else await info.context.loaders.case.load(self.row.case_id)

    @strawberry.field(description="To which programmes somebody was referred from it, newest first; for the desk.")
    async def referrals(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[Annotated["Referral", strawberry.lazy("kurir_api.schema.referrals.types")]]:
        """A page."""
        return await info.context.loaders.report_referrals.load((self.row.id, first, after))
