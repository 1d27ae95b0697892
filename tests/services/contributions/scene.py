"""Work and money on the books, for the tests of what is made of them."""

from datetime import date
from typing import Any

from kurir_api.models import (
    Claim,
    ClaimStatus,
    CostCategory,
    CostStatus,
    LedgerEntry,
    Member,
    Organization,
    Patient,
    WorkEntry,
)
from kurir_api.services.contributions.totals import Period
from tests.factories import (
    NOW,
    make_case,
    make_claim,
    make_cost,
    make_ledger_entries,
    make_task,
    make_work_entry,
)

TODAY = NOW.date()
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))


async def done_for(organization: Organization, member: Member, patient: Patient | None = None, **task: Any) -> Claim:
    """A completed claim of the member's for the organisation, with nothing on the books yet."""
    case = await make_case(patient, status="CLOSED", outcome="RECOVERED", closed_at=NOW)
    return await make_claim(await make_task(case, **task), member, ClaimStatus.COMPLETED, organization)


async def worked(
    organization: Organization,
    member: Member,
    patient: Patient | None = None,
    *,
    minutes: int = 90,
    distance_m: int = 12_000,
    on: date = TODAY,
    **task: Any,
) -> WorkEntry:
    """Work of the member's for the organisation, on the books."""
    claim = await done_for(organization, member, patient, **task)
    return await make_work_entry(claim, minutes, distance_m, booked_on=on)


async def spent(
    organization: Organization,
    member: Member,
    amount: int,
    category: CostCategory = CostCategory.FUEL,
    on: date = TODAY,
    *,
    in_kind: bool = False,
    **task: Any,
) -> list[LedgerEntry]:
    """An approved cost, or a recorded gift, on the books: the entry that counts first."""
    claim = await done_for(organization, member, **task)
    cost = await make_cost(
        claim,
        amount,
        category=category,
        spent_on=on,
        in_kind=in_kind,
        status=CostStatus.RECORDED if in_kind else CostStatus.APPROVED,
        approved_at=NOW,
    )
    return await make_ledger_entries(cost)
