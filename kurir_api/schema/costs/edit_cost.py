"""editCost."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
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
    amount: Rupiah | None = strawberry.field(default=None, description="1 to 1,000,000,000; null: as it was.")
    note: str | None = strawberry.field(
        default=None, description="At most 2,000 characters; null: as it was; blank: none."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY


@mutation(
    may_call=EVERY_MEMBER,
    description="Correct a cost of the caller's; it is SUBMITTED again, though it was endorsed before.",
)
async def edit_cost(
    info: Info, input: Annotated[EditCostInput, strawberry.argument(description="What to correct.")]
) -> CostResult:
    """Parse, call, return."""
    command = EditCost(
        cost_id=row_id("Cost", input.cost_id),
        amount=input.amount,
        note=input.note,
        idempotency_key=input.idempotency_key,
    )
    return await CostSuccess.of(info, await use_case(info.context.principal, command))
