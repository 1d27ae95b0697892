"""Notifications."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from kurir_api import models
from kurir_api.dispatch.texts import render
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id

if TYPE_CHECKING:
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
