"""What a member laid out, and what became of it."""

from datetime import date
from typing import Any

import pytest

from kurir_api.auth import Principal, principal_of_member
from kurir_api.models import Claim, CostFlag, CostStatus, Member
from kurir_api.services.money.my_money import MOST_MISSING, my_money
from tests.counting import Statements
from tests.factories import make_claim, make_cost, make_member, make_task

pytestmark = pytest.mark.usefixtures("db")

NO_RECEIPT = [CostFlag.NO_RECEIPT.value]


@pytest.fixture
async def driver(db: None) -> Member:
    """Who lays money out."""
    return await make_member()


@pytest.fixture
async def claim(driver: Member) -> Claim:
    """What for."""
    return await make_claim(await make_task(), driver)


@pytest.fixture
async def caller(driver: Member) -> Principal:
    """The driver."""
    return await principal_of_member(driver.id)


async def test_every_state_counts_where_it_belongs(caller: Principal, claim: Claim) -> None:
    states = ("SUBMITTED", "RETURNED", "ENDORSED", "APPROVED", "RECORDED", "PAID", "REJECTED", "VOID")
    assert set(states) == set(CostStatus)
    for n, status in enumerate(states):
        await make_cost(claim, 10**n, status=CostStatus(status))
    await make_cost(claim, 10**8, in_kind=True)
    await make_cost(await make_claim(await make_task(), await make_member()), 10**9, status=CostStatus.PAID)

    money = await my_money(caller)

    assert (money.advanced, money.returned, money.approved) == (101_111, 10, 1_000)
    assert (money.paid, money.given_in_kind, money.rejected) == (100_000, 10_000, 1_000_000)


async def test_who_spent_nothing_reads_zeros(caller: Principal) -> None:
    money = await my_money(caller)
    assert (money.advanced, money.returned, money.approved, money.paid) == (0, 0, 0, 0)
    assert (money.given_in_kind, money.rejected, money.missing, money.next_step) == (0, 0, [], None)


async def test_since_a_day_only_what_was_spent_from_then_on(caller: Principal, claim: Claim) -> None:
    before: dict[str, Any] = {"spent_on": date(2026, 10, 31), "status": CostStatus.RETURNED}
    await make_cost(claim, 1, **before)
    late = await make_cost(claim, 20, **before | {"spent_on": date(2026, 11, 1)})

    money = await my_money(caller, since=date(2026, 11, 1))

    assert (money.advanced, money.returned) == (20, 20)
    assert [cost.id for cost in money.missing] == [late.id]


async def test_what_waits_for_the_member_comes_newest_first(caller: Principal, claim: Claim) -> None:
    returned = await make_cost(claim, status=CostStatus.RETURNED)
    unproven = [
        await make_cost(claim, status=status, flags=NO_RECEIPT)
        for status in (CostStatus.SUBMITTED, CostStatus.ENDORSED)
    ]
    await make_cost(claim)
    await make_cost(claim, flags=[CostFlag.OVER_RATE.value])
    for status in (CostStatus.APPROVED, CostStatus.PAID, CostStatus.RECORDED, CostStatus.REJECTED, CostStatus.VOID):
        await make_cost(claim, status=status, flags=NO_RECEIPT)

    assert [cost.id for cost in (await my_money(caller)).missing] == [unproven[1].id, unproven[0].id, returned.id]


async def test_first_what_was_sent_back_is_mended_then_receipts_are_added(caller: Principal, claim: Claim) -> None:
    await make_cost(claim, flags=NO_RECEIPT)
    step = (await my_money(caller)).next_step
    assert step
    assert step.id == "Lengkapi kuitansi: 1 biaya belum ada buktinya."
    assert step.en == "Add receipts: 1 without one."

    for _ in range(2):
        await make_cost(claim, status=CostStatus.RETURNED)
    step = (await my_money(caller)).next_step
    assert step
    assert step.id == "Perbaiki 2 biaya yang dikembalikan, lalu kirim lagi."
    assert step.en == "Correct what was sent back (2), and send it again."


async def test_it_takes_two_statements_and_names_at_most_fifty_costs(caller: Principal, claim: Claim) -> None:
    for _ in range(MOST_MISSING + 1):
        await make_cost(claim, 1, status=CostStatus.RETURNED)
    with Statements() as statements:
        money = await my_money(caller)
    assert len(statements) == 2
    assert len(money.missing) == 50
    assert money.returned == 51
