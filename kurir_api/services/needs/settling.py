"""Costs are settled against pledges, and what they took is given back.

Everything that changes a need or its pledges holds the need's lock; of several needs it takes them by id.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from tortoise.connection import get_connection
from tortoise.expressions import Q
from tortoise.functions import Sum
from tortoise.queryset import QuerySet

from kurir_api.models import Account, Cost, LedgerEntry, Need, Pledge
from kurir_api.services.needs.taking_back import take_back

CHANGE_SETTLED = """
UPDATE pledge SET settled = pledge.settled + change.amount
FROM unnest($1::uuid[], $2::int8[]) AS change (id, amount) WHERE pledge.id = change.id
"""


async def settle(cost: Cost) -> list[tuple[Pledge, int]]:
    """The pledges that bear the cost, with how many rupiah each, as they now are; what is left, nobody promised.

    `cost` has its task loaded. Money is settled against pledges of money, first of the task's need, then of the
    case's; a gift against those its own organisation made in kind. The oldest pays first. Three statements.
    """
    task = cost.task
    needs = await _locked(Need.filter(Q(task_id=task.id) | Q(task_id=None), case_id=task.case_id))
    pledges = Pledge.filter(need_id__in=[need.id for need in needs], in_kind=cost.in_kind)
    if cost.in_kind:
        pledges = pledges.filter(organization_id=cost.organization_id)
    of_task = {need.id for need in needs if need.task_id}
    shares: list[tuple[Pledge, int]] = []
    left = cost.amount
    for pledge in sorted(await pledges, key=lambda pledge: (pledge.need_id not in of_task, pledge.id)):
        share = min(left, pledge.amount - pledge.settled)
        if share:
            pledge.settled += share
            left -= share
            shares.append((pledge, share))
    await _change_settled((pledge.id, share) for pledge, share in shares)
    return shares


async def unsettle(cost: Cost, now: datetime) -> None:
    """Give the pledges back what the cost took, by the ledger: so before its entries are reversed. A pledge withdrawn
    meanwhile gets it no more; it is free again in the need. Five statements, and five for each of those.
    """
    taken = await (
        LedgerEntry.filter(cost_id=cost.id, account=Account.PLEDGED)
        .annotate(total=Sum("amount"))
        .group_by("pledge_id")
        .values_list("pledge_id", "total")
    )
    shares = {pledge_id: int(total) for pledge_id, total in taken if total}
    if not shares:
        return
    needs = await _locked(
        Need.filter(id__in=await Pledge.filter(id__in=list(shares)).values_list("need_id", flat=True))
    )
    await _change_settled((pledge_id, -share) for pledge_id, share in shares.items())
    of_id = {need.id: need for need in needs}
    for pledge in await Pledge.filter(id__in=list(shares), withdrawn_at__isnull=False).order_by("id"):
        await take_back(pledge, of_id[pledge.need_id], now)


async def _locked(needs: QuerySet[Need]) -> Sequence[Need]:
    return await needs.select_for_update(no_key=True).order_by("id")


async def _change_settled(changes: Iterable[tuple[UUID, int]]) -> None:
    changes = list(changes)
    if changes:
        pledges, amounts = zip(*changes, strict=True)
        await get_connection("default").execute_query(CHANGE_SETTLED, [list(pledges), list(amounts)])
