"""For which organisation a cost counts, and since when money may have been spent."""

from datetime import UTC, datetime, timedelta

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.errors import NotAllowed
from kurir_api.models import Claim, ClaimStatus, Cost, CostCategory
from kurir_api.services.costs.edit_cost import EditCost, edit_cost
from kurir_api.services.costs.log_cost import LogCost, log_cost
from tests.factories import make_claim, make_cost, make_member, make_organization, make_task
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

C = ClaimStatus
TAKEN = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
"""In the regency it is the 21st already."""
TOO_EARLY = {"spentOn": "The task was taken on 21 November 2026 only; give that day or a later one."}


def spent(claim: Claim, day: int) -> LogCost:
    """Fuel of that day of November."""
    spent_on = TAKEN.date().replace(day=day)
    return LogCost(task_id=claim.task_id, category=CostCategory.FUEL, amount=50_000, spent_on=spent_on)


async def test_nothing_is_spent_before_the_task_is_taken() -> None:
    claim = await make_claim(await make_task(), await make_member(), claimed_at=TAKEN)
    driver = await principal_of_member(claim.member_id)

    assert await problems(log_cost(driver, spent(claim, 20))) == TOO_EARLY
    assert (await Cost.get(id=await log_cost(driver, spent(claim, 21)))).spent_on.day == 21


async def test_nor_is_it_corrected_to_a_day_before() -> None:
    claim = await make_claim(await make_task(), await make_member(), claimed_at=TAKEN)
    driver, cost = await principal_of_member(claim.member_id), await make_cost(claim)

    earlier = EditCost(cost_id=cost.id, spent_on=spent(claim, 20).spent_on)
    assert await problems(edit_cost(driver, earlier)) == TOO_EARLY
    await edit_cost(driver, EditCost(cost_id=cost.id, spent_on=spent(claim, 21).spent_on))
    await cost.refresh_from_db()
    assert cost.spent_on.day == 21


@pytest.mark.parametrize("status", [C.REVOKED, C.NO_SHOW, C.RELEASED])
async def test_what_was_started_and_then_fell_away_may_have_cost_something(status: ClaimStatus) -> None:
    claim = await make_claim(await make_task(), await make_member(), status, claimed_at=TAKEN, started_at=TAKEN)

    cost_id = await log_cost(await principal_of_member(claim.member_id), spent(claim, 21))

    assert (await Cost.get(id=cost_id)).organization_id == claim.organization_id


@pytest.mark.parametrize("status", [C.OFFERED, C.REVOKED, C.NO_SHOW, C.RELEASED, C.DECLINED, C.EXPIRED])
async def test_what_was_never_started_may_not(status: ClaimStatus) -> None:
    claim = await make_claim(await make_task(), await make_member(), status, claimed_at=TAKEN)

    await refused(log_cost(await principal_of_member(claim.member_id), spent(claim, 21)), NotAllowed)


async def test_a_cost_counts_for_the_organisation_of_the_last_claim_taken_by_that_day() -> None:
    lazis, pmi = await make_organization("Lazis Serayu"), await make_organization("PMI")
    task, driver = await make_task(), await make_member()
    first = await make_claim(task, driver, C.REVOKED, lazis, claimed_at=TAKEN, started_at=TAKEN)
    await make_claim(task, driver, C.COMPLETED, pmi, claimed_at=TAKEN + timedelta(days=2))
    principal = await principal_of_member(driver.id)

    costs = [await Cost.get(id=await log_cost(principal, spent(first, day))) for day in (22, 23)]

    assert [cost.organization_id for cost in costs] == [lazis.id, pmi.id]
