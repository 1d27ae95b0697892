"""Alarms."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from kurir_api import models
from kurir_api.models import AlarmReason
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.members.types import Member

if TYPE_CHECKING:
    from kurir_api.schema.tasks.types import Task

strawberry.enum(
    AlarmReason,
    description="Why a coordinator has to look.",
)


@strawberry.type(
    description="A task needs a coordinator: all of its region are told, again and again, until one acts."
)
class Alarm(Node):
    """See models.Alarm."""

    reason: AlarmReason = strawberry.field(description="Why.")
    raised_at: datetime = strawberry.field(description="When the coordinators were first told.")
    next_at: datetime | None = strawberry.field(description="When they are told again; null when it is over.")
    times_told: int = strawberry.field(description="How often they were told.")
    ended_at: datetime | None = strawberry.field(description="Since when it is over.")
    row: strawberry.Private[models.Alarm]

    @classmethod
    def of(cls, row: models.Alarm) -> "Alarm":
        """The alarm of a row that was raised."""
        return cls(
            id=global_id("Alarm", row.id),
            reason=row.reason,
            raised_at=row.raised_at,  # type: ignore[arg-type]  # visible ones are raised
            next_at=row.due_at,
            times_told=row.times_told,
            ended_at=row.ended_at,
            row=row,
        )

    @strawberry.field(description="The task.")
    async def task(self, info: Info) -> Annotated["Task", strawberry.lazy("kurir_api.schema.tasks.types")]:
        """Through the loader."""
        return await info.context.loaders.task.load(self.row.task_id)  # type: ignore[return-value]

    @strawberry.field(description="The coordinator who took it on; null when it ended by itself.")
    async def ended_by(self, info: Info) -> Member | None:
        """Through the loader."""
        if self.row.ended_by_id is None:
            return None
        return Member.of(await info.context.loaders.member.load(self.row.ended_by_id))
