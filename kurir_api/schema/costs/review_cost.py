"""reviewCost."""

from typing import Annotated

import strawberry

from kurir_api.models import CostStatus
from kurir_api.schema.context import Info
from kurir_api.schema.costs.results import CostResult, CostSuccess
from kurir_api.schema.ids import row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.schema.scalars import Rupiah
from kurir_api.services.costs.review_cost import ReviewCost
from kurir_api.services.costs.review_cost import review_cost as use_case

DECISION = (
    "ENDORSED: by the partner's reviewer, or a coordinator in their place. "
    "APPROVED: by a coordinator; a gift becomes RECORDED. RETURNED or REJECTED: by either. PAID: by a coordinator. "
    "VOID: by a coordinator after approval, when the money of a PAID one is back; or by its member, as long as it is "
    "SUBMITTED or RETURNED."
)
NOTE = (
    "At most 2,000 characters; needed for RETURNED, REJECTED, a coordinator's VOID and ENDORSED. "
    "The member reads it, and the case's timeline keeps it."
)


@strawberry.input(description="A decision on a cost.")
class ReviewCostInput:
    """See services.costs.review_cost."""

    cost_id: strawberry.ID = strawberry.field(description="The cost.")
    decision: CostStatus = strawberry.field(description=DECISION)
    note: str | None = strawberry.field(default=None, description=NOTE)
    amount: Rupiah | None = strawberry.field(
        default=None,
        description="The cost's, as the caller saw it: if it is another by now, the decision is refused.",
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY


@mutation(
    may_call=EVERY_MEMBER,
    description="Decide on a cost of somebody else's, as a reviewer or coordinator; or withdraw one's own.",
)
async def review_cost(
    info: Info, input: Annotated[ReviewCostInput, strawberry.argument(description="The decision.")]
) -> CostResult:
    """Parse, call, return."""
    command = ReviewCost(
        cost_id=row_id("Cost", input.cost_id),
        decision=input.decision,
        note=input.note,
        amount=input.amount,
        idempotency_key=input.idempotency_key,
    )
    return await CostSuccess.of(info, await use_case(info.context.principal, command))
