"""Tasks that come again."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import strawberry

from kurir_api import models
from kurir_api.models import Urgency
from kurir_api.schema.accesses.accounting import read
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.members.types import Member
from kurir_api.schema.places.types import Facility
from kurir_api.schema.tasks.kinds import TaskKind
from kurir_api.services.recurrences.repeat_task import next_starts

if TYPE_CHECKING:
    from kurir_api.schema.cases.types import Case


@strawberry.type(description="The rule by which a case's task comes again; for the desk.")
class Recurrence(Node):
    """See models.Recurrence."""

    rule: str = strawberry.field(description="A rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=MO,TH.")
    starts_at: datetime = strawberry.field(description="From when it is reckoned, by the regency's clock.")
    minutes: int = strawberry.field(description="How long each task's window is.")
    urgency: Urgency = strawberry.field(description="How fast somebody must come.")
    slots: int = strawberry.field(description="How many members are needed.")
    created_at: datetime = strawberry.field(description="When it was written down.")
    ended_at: datetime | None = strawberry.field(description="Since when it makes no more tasks; null: it does.")
    row: strawberry.Private[models.Recurrence]

    @classmethod
    def of(cls, row: models.Recurrence) -> "Recurrence":
        """The recurrence of a row."""
        return cls(
            id=global_id("Recurrence", row.id),
            rule=row.rule,
            starts_at=row.starts_at,
            minutes=row.minutes,
            urgency=row.urgency,
            slots=row.slots,
            created_at=row.created_at,
            ended_at=row.ended_at,
            row=row,
        )

    @strawberry.field(description="A few words; null: the kind's name, or the patient withdrew consent.")
    async def title(self, info: Info) -> str | None:
        """The patient's, whom it may name."""
        subject = await info.context.loaders.subject.load(self.row.case_id)
        return None if subject.withheld else self.row.title

    @strawberry.field(description="What to know and do.")
    async def instructions(self, info: Info) -> str | None:
        """Unsealed when asked for."""
        subject = await info.context.loaders.subject.load(self.row.case_id)
        return read(info, subject, "instructions", self.row.instructions)

    @strawberry.field(description="What kind of help it is.")
    def kind(self, info: Info) -> TaskKind:
        """From the files in task_kinds."""
        return TaskKind.of(self.row.kind, info.context.locale)

    @strawberry.field(description="The case.")
    async def case(self, info: Info) -> Annotated["Case", strawberry.lazy("kurir_api.schema.cases.types")] | None:
        """Through the loader."""
        return await info.context.loaders.case.load(self.row.case_id)

    @strawberry.field(description="The facility to go to; null: the case's.")
    async def destination(self, info: Info) -> Facility | None:
        """Through the loader."""
        if self.row.destination_id is None:
            return None
        return Facility.of(await info.context.loaders.facility.load(self.row.destination_id))

    @strawberry.field(description="Who wrote it down.")
    async def created_by(self, info: Info) -> Member:
        """Through the loader."""
        return Member.of(await info.context.loaders.member.load(self.row.created_by_id))

    @strawberry.field(description="When its next tasks begin, at most five; none once it ended.")
    async def next(self, info: Info) -> list[datetime]:
        """Reckoned, whether they are made already or not."""
        return await self.coming(info)

    async def coming(self, info: Info) -> list[datetime]:
        """When the next tasks begin, through the loader."""
        if self.row.ended_at is not None:
            return []
        region = await info.context.loaders.region.load(self.row.regency_code)
        return next_starts(self.row.rule, self.row.starts_at, ZoneInfo(region.time_zone), datetime.now(UTC))
