"""What of a pledge is not settled is promised no more."""

from datetime import datetime

from tortoise.expressions import F

from kurir_api.models import Account, Case, Need, Pledge
from kurir_api.services.contributions.calendar import local_day
from kurir_api.services.ledger import entry, post


async def take_back(pledge: Pledge, need: Need, now: datetime) -> None:
    """Lower the pledge to what is settled, and the need's sum by as much, so that it is open again.

    The need is locked, and the pledge was read since.
    """
    unsettled = pledge.amount - pledge.settled
    pledge.amount, pledge.withdrawn_at = pledge.settled, pledge.withdrawn_at or now
    await pledge.save(update_fields=["amount", "withdrawn_at"])
    if unsettled:
        await Need.filter(id=need.id).update(pledged=F("pledged") - unsettled, closed_at=None)
        await book_promise(pledge, need, unsettled, now)


async def book_promise(pledge: Pledge, need: Need, change: int, now: datetime) -> None:
    """Book what the partner promises less (`change` above 0) or more (below), today in the regency."""
    case = await Case.get(id=need.case_id)
    await post(
        [
            entry(Account.PLEDGED, change, organization_id=pledge.organization_id, pledge_id=pledge.id),
            entry(Account.COVERED, -change, pledge_id=pledge.id),
        ],
        regency_code=pledge.regency_code,
        booked_on=await local_day(pledge.regency_code, now),
        now=now,
        region_id=case.region_id,
    )
