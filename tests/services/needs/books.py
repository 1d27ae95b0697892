"""What the ledger says of promises."""

from collections import defaultdict
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.models import Account, LedgerEntry, Need, Organization, Pledge
from kurir_api.services.needs.pledge import MakePledge
from kurir_api.services.needs.pledge import pledge as make


async def pledged(
    principal: Principal, need: Need, organization: Organization, amount: int, **values: object
) -> Pledge:
    """A promise made by the use case."""
    command = MakePledge(
        case_id=need.case_id,
        task_id=need.task_id,
        organization_id=organization.id,
        amount=amount,
        **values,  # type: ignore[arg-type]
    )
    return await Pledge.get(id=await make(principal, command))


async def outstanding() -> dict[UUID, int]:
    """By pledge, what is promised and not settled, as booked; checked against its other side."""
    sums: dict[Account, dict[UUID, int]] = defaultdict(lambda: defaultdict(int))
    for entry in await LedgerEntry.filter(account__in=[Account.PLEDGED, Account.COVERED]):
        assert entry.pledge_id
        sums[entry.account][entry.pledge_id] += entry.amount
    promised = {pledge_id: -amount for pledge_id, amount in sums[Account.PLEDGED].items()}
    assert promised == sums[Account.COVERED]
    return promised


async def agree(need: Need) -> None:
    """Fails unless need, pledges and ledger say the same."""
    await need.refresh_from_db()
    pledges = await Pledge.filter(need_id=need.id)
    assert need.pledged == sum(pledge.amount for pledge in pledges) <= need.amount
    assert (need.closed_at is not None) == (need.pledged == need.amount)
    assert {pledge.id: pledge.amount - pledge.settled for pledge in pledges} == {
        pledge_id: amount
        for pledge_id, amount in (await outstanding()).items()
        if pledge_id in {pledge.id for pledge in pledges}
    }
