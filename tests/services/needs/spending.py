"""Costs that are settled, and booked as when they are approved."""

from datetime import UTC, datetime
from typing import Any

from tortoise.transactions import in_transaction

from kurir_api.models import Account, Cost, Need, Organization, Pledge, Task
from kurir_api.services.ledger import entry, post, reverse_cost
from kurir_api.services.needs.settling import settle, unsettle
from tests.factories import make_claim, make_cost, make_member, make_task


async def spent(need: Need, amount: int, organization: Organization | None = None, **values: Any) -> Cost:
    """A cost of the need's task, or of one of its case, with the task loaded."""
    task = await Task.get(id=need.task_id) if need.task_id else await make_task(await need.case)
    claim = await make_claim(task, await make_member(), "COMPLETED", organization)
    cost = await make_cost(claim, amount, **values)
    cost.task = task
    return cost


async def bear(cost: Cost) -> list[tuple[Pledge, int]]:
    """Settle the cost, and book what each pledge bears."""
    async with in_transaction():
        shares = await settle(cost)
        entries = [
            one
            for pledge, share in shares
            for one in (
                entry(Account.PLEDGED, share, organization_id=pledge.organization_id, pledge_id=pledge.id),
                entry(Account.COVERED, -share, pledge_id=pledge.id),
            )
        ]
        if entries:
            await post(
                entries,
                regency_code=cost.regency_code,
                booked_on=cost.spent_on,
                now=datetime.now(UTC),
                cost=cost,
            )
    return shares


async def settled(need: Need, amount: int, **values: Any) -> Cost:
    """A cost that was approved."""
    cost = await spent(need, amount, **values)
    await bear(cost)
    return cost


async def give_back(cost: Cost) -> None:
    """As when the cost is void."""
    now = datetime.now(UTC)
    async with in_transaction():
        await unsettle(cost, now)
        await reverse_cost(cost.id, now)
