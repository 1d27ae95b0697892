"""The books of money: entries that sum up to zero, and their reversals. Entries are never changed."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from kurir_api.models import Account, Cost, LedgerEntry, new_id
from kurir_api.services.contributions.calendar import local_day


def entry(
    account: Account,
    amount: int,
    *,
    organization_id: UUID | None = None,
    member_id: UUID | None = None,
    pledge_id: UUID | None = None,
) -> LedgerEntry:
    """`amount` rupiah, debits positive; what it shares with others of its transaction `post` fills in."""
    return LedgerEntry(
        account=account,
        amount=amount,
        organization_id=organization_id,
        member_id=member_id,
        pledge_id=pledge_id,
    )


async def post(
    entries: Sequence[LedgerEntry],
    *,
    regency_code: str,
    booked_on: date,
    now: datetime,
    cost: Cost | None = None,
    region_id: str | None = None,
) -> None:
    """Book one transaction. `cost`, with its task loaded: what it is about; else `region_id`, where. One statement.

    The database refuses what doesn't sum up to zero, and moves `booked_on` into the first open month.
    """
    transaction_id = new_id()
    for one in entries:
        one.id = new_id()
        one.transaction_id = transaction_id
        one.regency_code = regency_code
        one.booked_on = booked_on
        one.recorded_at = now
        one.region_id = region_id
        if cost is not None:
            one.cost_id = cost.id
            one.kind = cost.task.kind
            one.category = cost.category
            one.region_id = cost.task.region_id
    await LedgerEntry.bulk_create(entries)


async def reverse_cost(cost_id: UUID, now: datetime) -> None:
    """Take back every entry of the cost that wasn't yet: on the days they were booked on, but a payment today, as the
    money came back no sooner. Three statements.

    Raises IntegrityError when somebody else does so at the same time.
    """
    entries = LedgerEntry.filter(cost_id=cost_id, reverses_id__isnull=True, reversals__id__isnull=True)
    standing = await entries.order_by("id")
    transactions: dict[UUID, UUID] = {}
    paid = {one.transaction_id for one in standing if one.account == Account.FUNDS}
    today = await local_day(standing[0].regency_code, now) if paid else None
    await LedgerEntry.bulk_create(
        LedgerEntry(
            regency_code=one.regency_code,
            transaction_id=transactions.setdefault(one.transaction_id, new_id()),
            account=one.account,
            amount=-one.amount,
            booked_on=today if one.transaction_id in paid else one.booked_on,
            recorded_at=now,
            organization_id=one.organization_id,
            member_id=one.member_id,
            cost_id=one.cost_id,
            pledge_id=one.pledge_id,
            kind=one.kind,
            category=one.category,
            region_id=one.region_id,
            reverses_id=one.id,
        )
        for one in standing
    )
