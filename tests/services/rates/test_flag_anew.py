"""Another class of bed is another rate: what waits for a decision is flagged by it."""

import asyncio

import pytest
from tortoise.transactions import in_transaction

from kurir_api.models import Case, Cost, CostCategory, CostStatus, Role
from kurir_api.services.cases.move_case import MoveCase, move_case
from kurir_api.services.rates.limits import rate_flags
from tests.counting import Statements
from tests.factories import make_case, make_claim, make_cost, make_member, make_rate, make_task, principal_for
from tests.processes.locks import somebody_waits
from tests.services.rates.test_limits import waited

pytestmark = pytest.mark.usefixtures("db")


async def moved(case: Case, care_class: int) -> None:
    """The desk hears of the class."""
    await move_case(await principal_for(Role.DESK_OFFICER), MoveCase(case_id=case.id, care_class=care_class))


async def flags(cost: Cost) -> list[str]:
    """As they are now."""
    return (await Cost.get(id=cost.id)).flags


@pytest.mark.parametrize("status", [CostStatus.SUBMITTED, CostStatus.RETURNED, CostStatus.ENDORSED])
async def test_a_cost_that_waits_is_flagged_by_the_new_class_and_keeps_its_other_flags(status: CostStatus) -> None:
    await make_rate(care_class=3, yearly_cap=60_000)
    case = await make_case()
    cost = await waited(case, 70_000, status=status, flags=["NO_RECEIPT", "CLASS_NOT_COVERED", "PERIOD_CLOSED"])

    await moved(case, 3)
    assert await flags(cost) == ["NO_RECEIPT", "OVER_RATE", "OVER_LIMIT", "PERIOD_CLOSED"]

    await moved(case, 2)
    assert await flags(cost) == ["NO_RECEIPT", "OVER_LIMIT", "CLASS_NOT_COVERED", "PERIOD_CLOSED"]


@pytest.mark.parametrize("status", [CostStatus.APPROVED, CostStatus.PAID, CostStatus.REJECTED, CostStatus.VOID])
async def test_what_is_decided_stays_as_it_was_decided_on(status: CostStatus) -> None:
    await make_rate(care_class=3)
    case = await make_case()
    cost = await waited(case, status=status, flags=["CLASS_NOT_COVERED"])

    await moved(case, 3)

    assert await flags(cost) == ["CLASS_NOT_COVERED"]


async def test_other_cases_stay_as_they_are() -> None:
    await make_rate(care_class=3)
    other = await waited(await make_case(), flags=["CLASS_NOT_COVERED"])

    await moved(await make_case(), 3)

    assert await flags(other) == ["CLASS_NOT_COVERED"]


async def test_a_class_that_is_no_other_looks_at_nothing() -> None:
    case = await make_case(care_class=3)
    await waited(case)
    officer = await principal_for(Role.DESK_OFFICER)
    with Statements() as statements:
        await move_case(officer, MoveCase(case_id=case.id, care_class=3))
    assert not [sql for sql in statements.sent if "FROM rate" in sql]


async def test_a_cost_that_is_logged_at_the_same_moment_is_found() -> None:
    await make_rate(care_class=3)
    case, flagged = await make_case(), asyncio.Event()
    claim = await make_claim(await make_task(case, kind="WAITING_COST"), await make_member())

    async def log() -> Cost:
        async with in_transaction():
            cost = await make_cost(claim, category=CostCategory.WAITING_COST)
            cost.task = await claim.task
            await Cost.filter(id=cost.id).update(flags=await rate_flags(cost))
            flagged.set()
            await somebody_waits()
        return cost

    async def move() -> None:
        await flagged.wait()
        await moved(case, 3)

    cost, _ = await asyncio.gather(log(), move())

    assert await flags(cost) == []
