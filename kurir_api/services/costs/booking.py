"""What the decisions on a cost write into the books."""

from datetime import date, datetime

from tortoise.functions import Sum

from kurir_api.models import Account, Cost, LedgerEntry, LineReview
from kurir_api.services.contributions.disputes import tell_of_settled
from kurir_api.services.ledger import entry, post, reverse_cost
from kurir_api.services.needs.settling import settle, unsettle


async def book_spending(cost: Cost, now: datetime) -> None:
    """The cost counts, and the pledges for its need bear what they can of it. On the day it was spent."""
    spent, owed = (Account.IN_KIND, Account.GIVEN) if cost.in_kind else (Account.EXPENSE, Account.OWED)
    entries = [_of_member(spent, cost.amount, cost), _of_member(owed, -cost.amount, cost)]
    for pledge, amount in await settle(cost):
        entries += [
            entry(Account.PLEDGED, amount, organization_id=pledge.organization_id, pledge_id=pledge.id),
            entry(Account.COVERED, -amount, pledge_id=pledge.id),
        ]
    await post(entries, regency_code=cost.regency_code, booked_on=cost.spent_on, now=now, cost=cost)


async def book_payment(cost: Cost, paid_on: date, now: datetime) -> None:
    """The member has the money: from those whose pledges bore the cost, the rest from the member's organisation."""
    borne = (
        LedgerEntry.filter(cost_id=cost.id, account=Account.PLEDGED)
        .annotate(borne=Sum("amount"))
        .group_by("pledge_id", "organization_id")
        .order_by("pledge_id")
    )
    entries = [_of_member(Account.OWED, cost.amount, cost)]
    rest = cost.amount
    for pledge_id, organization_id, amount in await borne.values_list("pledge_id", "organization_id", "borne"):
        if amount:
            entries.append(entry(Account.FUNDS, -amount, organization_id=organization_id, pledge_id=pledge_id))
            rest -= amount
    if rest:
        entries.append(entry(Account.FUNDS, -rest, organization_id=cost.organization_id))
    await post(entries, regency_code=cost.regency_code, booked_on=paid_on, now=now, cost=cost)


async def book_void(cost: Cost, now: datetime) -> None:
    """The cost never counted, and pledges have back what it took."""
    await unsettle(cost, now)
    await reverse_cost(cost.id, now)
    await tell_of_settled(LineReview.filter(ledger_entry__cost_id=cost.id), now)


def _of_member(account: Account, amount: int, cost: Cost) -> LedgerEntry:
    return entry(account, amount, organization_id=cost.organization_id, member_id=cost.member_id)
