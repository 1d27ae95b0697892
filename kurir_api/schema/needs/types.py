"""Needs and pledges."""

from datetime import datetime
from typing import Annotated

import strawberry
from tortoise.queryset import QuerySet

from kurir_api import models
from kurir_api.auth import Principal
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id, known
from kurir_api.schema.members.types import Organization
from kurir_api.schema.places.types import Region, region
from kurir_api.schema.scalars import Rupiah
from kurir_api.schema.tasks.kinds import TaskKind
from kurir_api.services.needs.places import place_of
from kurir_api.services.visibility import visible_needs


def need_rows(principal: Principal) -> QuerySet[models.Need]:
    """The visible needs, with what their type reads."""
    return visible_needs(principal).select_related("case", "task")


@strawberry.type(description="What a partner promised for a need. Partners see one another's.")
class Pledge(Node):
    """See models.Pledge."""

    amount: Rupiah = strawberry.field(description="What is promised; of a withdrawn pledge what had been settled.")
    in_kind: bool = strawberry.field(description="To be given in goods or for free, valued at `amount`.")
    settled: Rupiah = strawberry.field(description="What of it went to costs.")
    created_at: datetime = strawberry.field(description="When it was promised.")
    withdrawn_at: datetime | None = strawberry.field(description="When it was withdrawn.")
    row: strawberry.Private[models.Pledge]

    @classmethod
    def of(cls, row: models.Pledge) -> "Pledge":
        """The pledge of a row."""
        return cls(
            id=global_id("Pledge", row.id),
            amount=Rupiah(row.amount),
            in_kind=row.in_kind,
            settled=Rupiah(row.settled),
            created_at=row.created_at,
            withdrawn_at=row.withdrawn_at,
            row=row,
        )

    @strawberry.field(description="Who promised it.")
    async def organization(self, info: Info) -> Organization:
        """Through the loader."""
        return Organization.of(await info.context.loaders.organization.load(self.row.organization_id))

    @strawberry.field(description="What it is for.")
    async def need(self, info: Info) -> Annotated["Need", strawberry.lazy("kurir_api.schema.needs.types")]:
        """Through the loader."""
        return known(await info.context.loaders.need.load(self.row.need_id))


@strawberry.type(
    description="What a case, or one of its tasks, is estimated to cost, and what partners promised. Nothing of whom "
    "it is for."
)
class Need(Node):
    """See models.Need."""

    case_id: strawberry.ID = strawberry.field(description="For `pledge`; the case itself is the desk's to read.")
    task_id: strawberry.ID | None = strawberry.field(description="The task it is for; null: the case as a whole.")
    amount: Rupiah = strawberry.field(description="What it is estimated to cost.")
    pledged: Rupiah = strawberry.field(description="What of it is promised.")
    remaining: Rupiah = strawberry.field(description="What of it nobody has promised.")
    closed_at: datetime | None = strawberry.field(description="Since when all of it is promised.")
    created_at: datetime = strawberry.field(description="When it was first estimated.")
    row: strawberry.Private[models.Need]

    @classmethod
    def of(cls, row: models.Need) -> "Need":
        """The need of a row with its case and task."""
        return cls(
            id=global_id("Need", row.id),
            case_id=global_id("Case", row.case_id),
            task_id=None if row.task_id is None else global_id("Task", row.task_id),
            amount=Rupiah(row.amount),
            pledged=Rupiah(row.pledged),
            remaining=Rupiah(row.amount - row.pledged),
            closed_at=row.closed_at,
            created_at=row.created_at,
            row=row,
        )

    @strawberry.field(description="The kind of the task it is for.")
    def kind(self, info: Info) -> TaskKind | None:
        """From the files in task_kinds."""
        return TaskKind.of(self.row.task.kind, info.context.locale) if self.row.task else None

    @strawberry.field(description="Where: for the desk the patient's village, for partners its sub-district.")
    async def region(self, info: Info) -> Region:
        """Through the loader."""
        return await region(info, place_of(info.context.principal, self.row))

    @strawberry.field(description="The promises, oldest first, whoever made them.")
    async def pledges(self, info: Info) -> list[Pledge]:
        """Through the loader."""
        return await info.context.loaders.need_pledges.load(self.row.id)
