"""Costs that somebody is about to change."""

from collections.abc import Sequence
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.models import Cost
from kurir_api.services.receipts.likeness import find_doubles
from kurir_api.services.visibility import visible_costs


async def lock_costs(principal: Principal, cost_ids: Sequence[UUID]) -> list[Cost]:
    """The visible ones among them, locked and in the order of their ids, each with its task and case. One statement.

    Whoever locks several does so in this order, and so nobody waits in a circle.
    """
    rows = visible_costs(principal).filter(id__in=cost_ids).select_related("task__case")
    return await rows.order_by("id").select_for_update(of=("cost",), no_key=True)


async def lock_doubles(cost: Cost, receipt_ids: Sequence[UUID] | None) -> list[UUID]:
    """The ids that `find_doubles` finds; these costs are locked and, if it is stored, so is this one, by id."""
    doubles = await find_doubles(cost, receipt_ids)
    if doubles:
        rows = Cost.filter(id__in=[cost.id, *doubles]).order_by("id")
        await rows.select_for_update(no_key=True).only("id")
    return doubles
