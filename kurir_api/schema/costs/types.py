"""Costs."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from kurir_api import models
from kurir_api.models import CostCategory, CostStatus, Role
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.members.types import Member, Organization
from kurir_api.schema.receipts.types import Receipt
from kurir_api.schema.scalars import Rupiah

if TYPE_CHECKING:
    from kurir_api.schema.tasks.types import Task

strawberry.enum(CostCategory, description="What the money went to.")
strawberry.enum(CostStatus, description="Where a cost stands.")

FLAGS = (
    "What a reviewer should look at; a flag blocks nothing. NO_RECEIPT: money without one. "
    "DUPLICATE_RECEIPT: the same file with another cost. SIMILAR_RECEIPT: a picture much like another cost's. "
    "OVER_RATE: above the rate for so many units. "
    "OVER_LIMIT: with what is logged already above what a case or a patient's year may have. "
    "CLASS_NOT_COVERED: no rate for the class of the bed. "
    "UNUSUAL_AMOUNT: more than 3 times the median of the 365 days before, from 10 accepted costs of the category "
    "and the kind of task on; gifts are compared with gifts. "
    "PERIOD_CLOSED: the books of its month were closed when it came, so it counts in the first open month."
)


@strawberry.type(description="What one partner bears of a cost (patungan).")
class CostShare:
    """From the books."""

    amount: Rupiah = strawberry.field(description="Whole rupiah; all shares sum up to the cost.")
    organization_id: strawberry.Private[UUID]

    @strawberry.field(description="The partner: one whose pledge the cost is settled against, or the member's own.")
    async def organization(self, info: Info) -> Organization:
        """Through the loader."""
        return Organization.of(await info.context.loaders.organization.load(self.organization_id))


@strawberry.type(description="What a member spent on a task.")
class Cost(Node):
    """See models.Cost. What may tell of a patient, a partner's reviewer doesn't see."""

    category: CostCategory = strawberry.field(description="What the money went to.")
    amount: Rupiah = strawberry.field(description="Whole rupiah.")
    quantity: int | None = strawberry.field(description="Of the rate's units, such as days; null counts as one.")
    in_kind: bool = strawberry.field(description="Given in goods or for free, valued at `amount`.")
    spent_on: date = strawberry.field(description="The day it was spent, in the regency's zone.")
    status: CostStatus = strawberry.field(description="Where it stands.")
    flags: list[str] = strawberry.field(description=FLAGS)
    created_at: datetime = strawberry.field(description="When it was logged.")
    approved_at: datetime | None = strawberry.field(description="When it was approved, or recorded.")
    paid_at: datetime | None = strawberry.field(description="When it was paid out.")
    row: strawberry.Private[models.Cost]

    @classmethod
    def of(cls, row: models.Cost) -> "Cost":
        """The cost of a row."""
        return cls(
            id=global_id("Cost", row.id),
            category=row.category,
            amount=Rupiah(row.amount),
            quantity=row.quantity,
            in_kind=row.in_kind,
            spent_on=row.spent_on,
            status=CostStatus(row.status),
            flags=row.flags,
            created_at=row.created_at,
            approved_at=row.approved_at,
            paid_at=row.paid_at,
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

    @strawberry.field(description="In the member's words; for the member and the task's coordinators.")
    async def note(self, info: Info) -> str | None:
        """Null for others."""
        return self.row.note if await self._trusted(info) else None

    @strawberry.field(
        description="What was said last in review; for the member, the task's coordinators, and who said it."
    )
    async def review_note(self, info: Info) -> str | None:
        """Null for others."""
        said_it = self.row.reviewed_by_id == info.context.principal.member_id
        return self.row.review_note if said_it or await self._trusted(info) else None

    @strawberry.field(
        description="Pictures may show the patient: for the member and the task's coordinators; empty for others."
    )
    async def receipts(self, info: Info) -> list[Receipt]:
        """Through the loader."""
        if not await self._trusted(info):
            return []
        rows = await info.context.loaders.cost_receipts.load(self.row.id)
        return [Receipt.of(row, info) for row in rows]

    @strawberry.field(description="How many receipts there are.")
    async def receipt_count(self, info: Info) -> int:
        """Through the loader."""
        return await info.context.loaders.receipt_count.load(self.row.id)

    @strawberry.field(description="Who bears it, once it is approved or recorded, and until it is voided.")
    async def shares(self, info: Info) -> list[CostShare]:
        """Through the loader."""
        return [
            CostShare(amount=Rupiah(amount), organization_id=organization_id)
            for organization_id, amount in await info.context.loaders.cost_shares.load(self.row.id)
        ]

    async def _trusted(self, info: Info) -> bool:
        """Whether the caller spent it, or coordinates the task's region."""
        principal = info.context.principal
        if self.row.member_id == principal.member_id:
            return True
        if not principal.has_any((Role.COORDINATOR,)):
            return False
        task = await info.context.loaders.task.load(self.row.task_id)
        return task is not None and principal.reaches(task.row.region_id, Role.COORDINATOR)
