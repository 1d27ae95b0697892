"""Costs."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import strawberry

from kurir_api import models
from kurir_api.models import CostCategory, CostStatus
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.members.types import Member, Organization
from kurir_api.schema.scalars import Rupiah

if TYPE_CHECKING:
    from kurir_api.schema.tasks.types import Task

strawberry.enum(CostCategory, description="What the money went to.")
strawberry.enum(CostStatus, description="Where a cost stands.")


@strawberry.type(description="What a member spent on a task.")
class Cost(Node):
    """See models.Cost."""

    category: CostCategory = strawberry.field(description="What the money went to.")
    amount: Rupiah = strawberry.field(description="Whole rupiah.")
    in_kind: bool = strawberry.field(description="Given in goods or for free, valued at `amount`.")
    spent_on: date = strawberry.field(description="The day it was spent, in the regency's zone.")
    note: str | None = strawberry.field(description="In the member's words.")
    status: CostStatus = strawberry.field(description="Where it stands.")
    row: strawberry.Private[models.Cost]

    @classmethod
    def of(cls, row: models.Cost) -> "Cost":
        """The cost of a row."""
        return cls(
            id=global_id("Cost", row.id),
            category=row.category,
            amount=Rupiah(row.amount),
            in_kind=row.in_kind,
            spent_on=row.spent_on,
            note=row.note,
            status=CostStatus(row.status),
            row=row,
        )

    @strawberry.field(description="The task it was spent on.")
    async def task(self, info: Info) -> Annotated["Task", strawberry.lazy("kurir_api.schema.tasks.types")]:
        """Through the loader."""
        return await info.context.loaders.task.load(self.row.task_id)  # type: ignore[return-value]

    @strawberry.field(description="Who spent it.")
    async def member(self, info: Info) -> Member:
        """Through the loader."""
        return Member.of(await info.context.loaders.member.load(self.row.member_id))

    @strawberry.field(description="The partner for which the member acted.")
    async def organization(self, info: Info) -> Organization:
        """Through the loader."""
        return Organization.of(await info.context.loaders.organization.load(self.row.organization_id))
