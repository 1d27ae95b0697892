"""reviewCosts."""

from typing import Annotated

import strawberry

from kurir_api.errors import refusal_from
from kurir_api.models import CostStatus
from kurir_api.schema.context import Info
from kurir_api.schema.costs.review_cost import DECISION, NOTE
from kurir_api.schema.costs.types import Cost
from kurir_api.schema.errors import CODE, MESSAGE, IdempotencyKeyReused, InvalidInput, NotAllowed
from kurir_api.schema.ids import global_id, known, optional_row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import ASSIGNERS, mutation
from kurir_api.schema.scalars import Rupiah
from kurir_api.services.costs.review_costs import MOST, ReviewCosts, Reviewed
from kurir_api.services.costs.review_costs import review_costs as use_case


@strawberry.input(description="One decision on many costs.")
class ReviewCostsInput:
    """See services.costs.review_costs."""

    cost_ids: list[strawberry.ID] = strawberry.field(description=f"1 to {MOST} costs.")
    decision: CostStatus = strawberry.field(description=DECISION)
    note: str | None = strawberry.field(default=None, description=NOTE)
    total: Rupiah | None = strawberry.field(
        default=None,
        description="Of all the costs' amounts, as the caller saw them: if it is another by now, nothing is decided.",
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> ReviewCosts:
        """The use case's input."""
        ids = [optional_row_id("Cost", one, "costIds") for one in self.cost_ids]
        return ReviewCosts(
            cost_ids=tuple(one for one in ids if one),
            decision=self.decision,
            note=self.note,
            total=self.total,
            idempotency_key=self.idempotency_key,
        )


@strawberry.type(description="A cost that stays as it was, and why.")
class RefusedCost:
    """The refusal that `reviewCost` would have answered."""

    cost_id: strawberry.ID = strawberry.field(description="The cost's id, as it was asked for.")
    code: str = strawberry.field(description=CODE)
    message: str = strawberry.field(description=MESSAGE)


@strawberry.type(description="Each cost was decided on by itself.")
class ReviewCostsSuccess:
    """What became of each."""

    costs: list[Cost] = strawberry.field(description="Those the decision was made on, as they are now, in order.")
    refused: list[RefusedCost] = strawberry.field(description="The others, in order.")

    @classmethod
    async def of(cls, info: Info, reviewed: Reviewed) -> "ReviewCostsSuccess":
        """The success for costs the caller has just decided on."""
        info.context.renew()
        costs = await info.context.loaders.cost.load_many(reviewed.done)
        return cls(
            costs=[known(cost) for cost in costs],
            refused=[
                RefusedCost(
                    cost_id=global_id("Cost", one.cost_id),
                    code=refusal.code,
                    message=refusal.message(info.context.locale),
                )
                for one in reviewed.refused
                for refusal in [refusal_from(one.refusal, one.payload)]
            ],
        )


ReviewCostsResult = Annotated[
    ReviewCostsSuccess | NotAllowed | InvalidInput | IdempotencyKeyReused,
    strawberry.union(name="ReviewCostsResult", description="What became of each cost, or why nothing happened."),
]


@mutation(
    may_call=ASSIGNERS,
    description="Make the same decision on up to 100 costs; a member hears once of all of theirs.",
)
async def review_costs(
    info: Info, input: Annotated[ReviewCostsInput, strawberry.argument(description="The decision.")]
) -> ReviewCostsResult:
    """Parse, call, return."""
    return await ReviewCostsSuccess.of(info, await use_case(info.context.principal, input.command()))
