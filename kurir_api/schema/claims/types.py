"""Claims."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from kurir_api import models
from kurir_api.models import ClaimStatus
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.members.types import Member, Organization
from kurir_api.schema.pagination import Connection

if TYPE_CHECKING:
    from kurir_api.schema.tasks.types import Task

LAZY = "kurir_api.schema.claims.types"

strawberry.enum(ClaimStatus, description="Where a claim stands.")


@strawberry.type(description="A member's hold on one slot of a task.")
class Claim(Node):
    """See models.Claim."""

    status: ClaimStatus = strawberry.field(description="Where it stands.")
    claimed_at: datetime = strawberry.field(description="When it was claimed or offered.")
    expires_at: datetime | None = strawberry.field(description="By when an offer should be answered.")
    started_at: datetime | None = strawberry.field(description="When the member set off.")
    completed_at: datetime | None = strawberry.field(description="When the member was done.")
    row: strawberry.Private[models.Claim]

    @classmethod
    def of(cls, row: models.Claim) -> "Claim":
        """The claim of a row."""
        return cls(
            id=global_id("Claim", row.id),
            status=ClaimStatus(row.status),
            claimed_at=row.claimed_at,
            expires_at=row.expires_at,
            started_at=row.started_at,
            completed_at=row.completed_at,
            row=row,
        )

    @strawberry.field(description="The task.")
    async def task(self, info: Info) -> Annotated["Task", strawberry.lazy("kurir_api.schema.tasks.types")]:
        """Through the loader."""
        return await info.context.loaders.task.load(self.row.task_id)  # type: ignore[return-value]

    @strawberry.field(description="Who holds it.")
    async def member(self, info: Info) -> Member:
        """Through the loader."""
        return await _member(info, self.row.member_id)

    @strawberry.field(description="The partner for which the member acts.")
    async def organization(self, info: Info) -> Organization:
        """Through the loader."""
        return Organization.of(await info.context.loaders.organization.load(self.row.organization_id))

    @strawberry.field(description="Who assigned it; null when the member claimed it.")
    async def assigned_by(self, info: Info) -> Member | None:
        """Through the loader."""
        return None if self.row.assigned_by_id is None else await _member(info, self.row.assigned_by_id)

    @strawberry.field(description="Whose claim this one takes over, or took over; null for all others.")
    async def takes_over(self, info: Info) -> Annotated["Claim", strawberry.lazy(LAZY)] | None:
        """Through the loader."""
        other = self.row.takes_over_id
        return None if other is None else await info.context.loaders.claim.load(other)


async def _member(info: Info, member_id: UUID) -> Member:
    return Member.of(await info.context.loaders.member.load(member_id))


ClaimConnection = Connection[Claim]
