"""A partner's reviewer or a coordinator decides on a cost, or its member takes it back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import NotFound
from kurir_api.models import CostStatus
from kurir_api.services.costs.amounts import refuse_another
from kurir_api.services.costs.deciding import checked_note, decide
from kurir_api.services.costs.locking import lock_costs
from kurir_api.services.costs.telling import tell_of_costs
from kurir_api.services.use_case import Command, use_case


@dataclass(frozen=True, kw_only=True)
class ReviewCost(Command):
    """`decision`: the state the cost should have. A gift that is approved becomes RECORDED. `amount`: rupiah, as
    whoever decides saw it.
    """

    cost_id: UUID
    decision: CostStatus
    note: str | None = None
    amount: int | None = None


@use_case
async def review_cost(principal: Principal, command: ReviewCost) -> UUID:
    """The id of the cost. Raises NotFound, NotAllowed, InvalidInput, InvalidTransition."""
    now = datetime.now(UTC)
    note = checked_note(command.decision, command.note)
    found = await lock_costs(principal, [command.cost_id])
    if not found:
        raise NotFound
    [cost] = found
    refuse_another("amount", command.amount, cost.amount)
    await decide(cost, command.decision, note, principal, now)
    if cost.member_id != principal.member_id:
        await tell_of_costs([cost], CostStatus(cost.status), now)
    return cost.id
