"""editCost."""

from datetime import date
from typing import Annotated

import strawberry

from kurir_api.models import CostCategory
from kurir_api.schema.context import Info
from kurir_api.schema.costs.log_cost import receipt_rows
from kurir_api.schema.costs.results import CostResult, CostSuccess
from kurir_api.schema.ids import row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.schema.scalars import Rupiah
from kurir_api.services.costs.edit_cost import EditCost
from kurir_api.services.costs.edit_cost import edit_cost as use_case


@strawberry.input(description="What to correct of a cost; at least one thing.")
class EditCostInput:
    """See services.costs.edit_cost."""

    cost_id: strawberry.ID = strawberry.field(description="One of the caller's own costs, not yet approved.")
    category: CostCategory | None = strawberry.field(default=None, description="Null: as it was.")
    amount: Rupiah | None = strawberry.field(default=None, description="1 to 1,000,000,000; null: as it was.")
    quantity: int | None = strawberry.field(
        default=None, description="How many of the rate's units, such as days: 1 to 10,000; null: as it was."
    )
    spent_on: date | None = strawberry.field(default=None, description="As in logCost; null: as it was.")
    note: str | None = strawberry.field(
        default=None, description="At most 2,000 characters; null: as it was; blank: none."
    )
    receipt_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="All the receipts it shall have, at most 10; null: as they were; empty: none."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> EditCost:
        """The use case's input."""
        return EditCost(
            cost_id=row_id("Cost", self.cost_id),
            category=self.category,
            amount=self.amount,
            quantity=self.quantity,
            spent_on=self.spent_on,
            note=self.note,
            receipt_ids=None if self.receipt_ids is None else receipt_rows(self.receipt_ids),
            idempotency_key=self.idempotency_key,
        )


@mutation(
    may_call=EVERY_MEMBER,
    description="Correct a cost of the caller's; it is SUBMITTED again, though it was endorsed before; "
    "unless only the note is new.",
)
async def edit_cost(
    info: Info, input: Annotated[EditCostInput, strawberry.argument(description="What to correct.")]
) -> CostResult:
    """Parse, call, return."""
    return await CostSuccess.of(info, await use_case(info.context.principal, input.command()))
