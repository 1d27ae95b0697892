"""What the mutations on costs share."""

from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.costs.types import Cost
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, InvalidTransition, NotAllowed, NotFound
from kurir_api.services.visibility import visible_costs


@strawberry.type(description="It is done.")
class CostSuccess:
    """The cost afterwards."""

    cost: Cost = strawberry.field(description="The cost as it is now.")

    @classmethod
    async def of(cls, info: Info, cost_id: UUID) -> "CostSuccess":
        """The success for a cost the caller has just changed."""
        return cls(cost=Cost.of(await visible_costs(info.context.principal).get(id=cost_id)))


CostResult = Annotated[
    CostSuccess | NotFound | NotAllowed | InvalidInput | InvalidTransition | IdempotencyKeyReused,
    strawberry.union(name="CostResult", description="The cost, or why nothing happened."),
]
