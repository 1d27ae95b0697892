"""What coordinators see of dispatch: candidates, waves, alerts."""

from datetime import datetime
from uuid import UUID

import strawberry

from kurir_api import models
from kurir_api.models import AlertStatus, Role, WaveStatus
from kurir_api.schema.context import Info
from kurir_api.schema.errors import EligibilityReason
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.members.types import Member
from kurir_api.schema.pagination import checked

strawberry.enum(WaveStatus, description="Where a wave stands.")
strawberry.enum(AlertStatus, description="What is known of an alert.")


@strawberry.type(description="A member who could do a task, with what speaks against it.")
class Candidate:
    """See dispatch.ranking."""

    rank: int = strawberry.field(description="From 1, nearest first.")
    distance_m: int | None = strawberry.field(description="Metres along the WGS 84 ellipsoid to the task's place.")
    eligible: bool = strawberry.field(description="Whether the member would be alerted.")
    reasons: list[EligibilityReason] = strawberry.field(description="Why not.")
    explanation: str = strawberry.field(description="In one line, in the caller's language.")
    member_id: strawberry.Private[UUID]

    @strawberry.field(description="The member.")
    async def member(self, info: Info) -> Member:
        """Through the loader."""
        return Member.of(await info.context.loaders.member.load(self.member_id))

    @classmethod
    async def ranked(cls, task: models.Task, info: Info, first: int | None) -> "list[Candidate]":
        """The nearest members of the task's region, if the caller coordinates it."""
        limit = checked(first)
        if not info.context.principal.reaches(task.region_id, Role.COORDINATOR) or not limit:
            return []
        found = await info.context.loaders.candidates.load((task, limit))
        return [
            cls(
                rank=candidate.rank,
                distance_m=None if candidate.distance_m is None else round(candidate.distance_m),
                eligible=not candidate.reasons,
                reasons=list(candidate.reasons),
                explanation=candidate.explanation[info.context.locale],
                member_id=candidate.member_id,
            )
            for candidate in found
        ]


@strawberry.type(description="A member asked in a wave.")
class Alert(Node):
    """See models.Alert."""

    rank: int = strawberry.field(description="From 1 within the task, nearest first.")
    distance_m: int | None = strawberry.field(description="Metres to the middle of the task's area, when asked.")
    status: AlertStatus = strawberry.field(description="What is known of it.")
    sent_at: datetime | None = strawberry.field(description="When it left for the phone.")
    row: strawberry.Private[models.Alert]

    @classmethod
    def of(cls, row: models.Alert) -> "Alert":
        """The alert of a row."""
        return cls(
            id=global_id("Alert", row.id),
            rank=row.rank,
            distance_m=round(row.distance_m),
            status=AlertStatus(row.status),
            sent_at=row.sent_at,
            row=row,
        )

    @strawberry.field(description="Who was asked.")
    async def member(self, info: Info) -> Member:
        """Through the loader."""
        return Member.of(await info.context.loaders.member.load(self.row.member_id))

    @strawberry.field(description="Why this member, in one line.")
    def explanation(self, info: Info) -> str:
        """In the caller's language."""
        said: str = self.row.explanation[info.context.locale]
        return said


@strawberry.type(description="Members alerted together.")
class Wave:
    """See models.Wave."""

    number: int = strawberry.field(description="From 1 within the task.")
    status: WaveStatus = strawberry.field(description="Where it stands.")
    due_at: datetime = strawberry.field(description="When it is sent, or given up for the next.")
    row: strawberry.Private[models.Wave]

    @classmethod
    def of(cls, row: models.Wave) -> "Wave":
        """The wave of a row."""
        return cls(number=row.number, status=WaveStatus(row.status), due_at=row.due_at, row=row)

    @strawberry.field(description="Who was asked, nearest first.")
    async def alerts(self, info: Info) -> list[Alert]:
        """Through the loader."""
        return [Alert.of(row) for row in await info.context.loaders.alerts.load(self.row.id)]
