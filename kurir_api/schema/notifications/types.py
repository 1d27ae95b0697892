"""Notifications."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader

from kurir_api import models
from kurir_api.dispatch.notifications import TROUBLE
from kurir_api.dispatch.outbox import EXPIRED
from kurir_api.dispatch.texts import render
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.members.types import Member

if TYPE_CHECKING:
    from kurir_api.schema.costs.types import Cost
    from kurir_api.schema.tasks.types import Task


@strawberry.type(description="Something a member was told. It holds nothing about a patient.")
class Notification(Node):
    """See models.Notification."""

    kind: str = strawberry.field(description="What it is about, for programs, such as TASK_ALERT.")
    created_at: datetime = strawberry.field(description="When it was written.")
    read_at: datetime | None = strawberry.field(description="When the member said to have read it.")
    row: strawberry.Private[models.Notification]

    @classmethod
    def of(cls, row: models.Notification) -> "Notification":
        """The notification of a row."""
        return cls(
            id=global_id("Notification", row.id),
            kind=row.kind,
            created_at=row.created_at,
            read_at=row.read_at,
            row=row,
        )

    @strawberry.field(description="In the caller's language.")
    def title(self, info: Info) -> str:
        """As phones show it."""
        return render(self.row.kind, info.context.locale, self.row.data).title

    @strawberry.field(description="In the caller's language.")
    def body(self, info: Info) -> str:
        """As phones show it."""
        return render(self.row.kind, info.context.locale, self.row.data).body

    @strawberry.field(description="The task it is about, as far as the caller may still know of it.")
    async def task(self, info: Info) -> Annotated["Task", strawberry.lazy("kurir_api.schema.tasks.types")] | None:
        """Through the loader."""
        return None if self.row.task_id is None else await info.context.loaders.task.load(self.row.task_id)

    @strawberry.field(description="The cost it is about; null where it is about several.")
    async def cost(self, info: Info) -> Annotated["Cost", strawberry.lazy("kurir_api.schema.costs.types")] | None:
        """Through the loader."""
        cost_id = self.row.data.get("cost_id")
        return None if cost_id is None else await info.context.loaders.cost.load(UUID(cost_id))

    @strawberry.field(
        description="What it is about, as far as the caller may still know of it: the report, case or referral, "
        "else the task, else the cost."
    )
    async def about(self, info: Info) -> Node | None:
        """Through the loader of its kind."""
        loaders, data = info.context.loaders, self.row.data
        ids: tuple[tuple[DataLoader[UUID, Any], Any], ...] = (
            (loaders.report, data.get("report_id")),
            (loaders.case, data.get("case_id")),
            (loaders.referral, data.get("referral_id")),
            (loaders.task, self.row.task_id),
            (loaders.cost, data.get("cost_id")),
        )
        for loader, row_id in ids:
            if row_id is not None:
                found: Node | None = await loader.load(UUID(str(row_id)))
                return found
        return None


@strawberry.type(description="A notification or text message that reached nobody, and isn't tried any more.")
class DeadLetter(Node):
    """See models.Notification."""

    kind: str = strawberry.field(description="What it was about, for programs, such as TASK_ALERT.")
    channel: str = strawberry.field(description="push: to the app; fallback: a text message to the phone number.")
    reason: str = strawberry.field(description="What the vendor said, or what was missing.")
    attempts: int = strawberry.field(description="How often it was tried.")
    created_at: datetime = strawberry.field(description="When it was written.")
    failed_at: datetime | None = strawberry.field(description="When it was given up.")
    row: strawberry.Private[models.Notification]

    @classmethod
    def of(cls, row: models.Notification) -> "DeadLetter":
        """The dead letter of a row."""
        return cls(
            id=global_id("DeadLetter", row.id),
            kind=row.kind,
            channel=row.channel,
            reason="; ".join(filter(None, (row.failure, row.data.get(TROUBLE) if row.failure == EXPIRED else None))),
            attempts=row.attempts,
            created_at=row.created_at,
            failed_at=row.failed_at,
            row=row,
        )

    @strawberry.field(description="Whom it should have reached.")
    async def member(self, info: Info) -> Member | None:
        """Through the loader."""
        return (
            None
            if self.row.member_id is None
            else Member.of(await info.context.loaders.member.load(self.row.member_id))
        )

    @strawberry.field(description="The task it was about.")
    async def task(self, info: Info) -> Annotated["Task", strawberry.lazy("kurir_api.schema.tasks.types")] | None:
        """Through the loader."""
        return None if self.row.task_id is None else await info.context.loaders.task.load(self.row.task_id)
