"""A promise is taken back as far as no cost was settled with it."""

import asyncio
import random

import pytest

from kurir_api.auth import Principal
from kurir_api.errors import NotAllowed, NotFound, Refusal
from kurir_api.models import Organization, Pledge, Role
from kurir_api.services.needs.withdraw_pledge import WithdrawPledge, withdraw_pledge
from tests.factories import OTHER_REGENCY, make_need, principal_for
from tests.services.needs.books import agree, pledged
from tests.services.needs.spending import settled
from tests.services.refusals import problems, refused


async def withdrawn(caller: Principal, pledge: Pledge) -> Pledge:
    """The pledge afterwards."""
    return await Pledge.get(id=await withdraw_pledge(caller, WithdrawPledge(pledge_id=pledge.id)))


async def test_a_withdrawn_promise_opens_the_need_again(reviewer: Principal, lazis: Organization) -> None:
    need = await make_need(amount=100_000)
    pledge = await withdrawn(reviewer, await pledged(reviewer, need, lazis, 100_000))

    assert pledge.amount == 0
    assert pledge.withdrawn_at is not None
    await need.refresh_from_db()
    assert (need.pledged, need.closed_at) == (0, None)
    await agree(need)


async def test_what_was_settled_stays(reviewer: Principal, lazis: Organization) -> None:
    need = await make_need(amount=100_000)
    pledge = await pledged(reviewer, need, lazis, 100_000)
    await settled(need, 30_000)

    pledge = await withdrawn(reviewer, pledge)

    assert (pledge.amount, pledge.settled) == (30_000, 30_000)
    await need.refresh_from_db()
    assert need.pledged == 30_000
    await agree(need)


async def test_a_coordinator_may_for_any_partner(
    reviewer: Principal, coordinator: Principal, lazis: Organization
) -> None:
    need = await make_need()
    assert (await withdrawn(coordinator, await pledged(reviewer, need, lazis, 1))).amount == 0


async def test_nothing_is_taken_back_twice(reviewer: Principal, lazis: Organization) -> None:
    pledge = await withdrawn(reviewer, await pledged(reviewer, await make_need(), lazis, 1))
    assert await problems(withdraw_pledge(reviewer, WithdrawPledge(pledge_id=pledge.id))) == {
        "pledgeId": "Nothing is left to withdraw: all of it is settled, or was withdrawn before."
    }


@pytest.mark.parametrize("role", [Role.PARTNER_REVIEWER, Role.DESK_OFFICER])
async def test_other_partners_and_desk_officers_see_it_and_may_not(
    reviewer: Principal, lazis: Organization, role: Role
) -> None:
    pledge = await pledged(reviewer, await make_need(), lazis, 1)
    await refused(withdraw_pledge(await principal_for(role), WithdrawPledge(pledge_id=pledge.id)), NotAllowed)


async def test_in_another_regency_it_is_not_found(reviewer: Principal, lazis: Organization) -> None:
    pledge = await pledged(reviewer, await make_need(), lazis, 1)
    elsewhere = await principal_for(Role.PARTNER_REVIEWER, region=OTHER_REGENCY)
    await refused(withdraw_pledge(elsewhere, WithdrawPledge(pledge_id=pledge.id)), NotFound)


async def test_the_same_key_takes_back_once(reviewer: Principal, lazis: Organization) -> None:
    need = await make_need()
    pledge = await pledged(reviewer, need, lazis, 100_000)
    command = WithdrawPledge(pledge_id=pledge.id, idempotency_key="k")

    assert set(await asyncio.gather(*(withdraw_pledge(reviewer, command) for _ in range(4)))) == {pledge.id}

    await agree(need)


@pytest.mark.parametrize("seed", range(5))
async def test_promising_and_withdrawing_at_the_same_time_keep_the_sums(
    reviewer: Principal, lazis: Organization, seed: int
) -> None:
    chance = random.Random(seed)
    need = await make_need(amount=100)
    pledges = [await pledged(reviewer, need, lazis, 10) for _ in range(5)]

    async def one(n: int) -> None:
        try:
            if n % 2:
                await pledged(reviewer, need, lazis, chance.randint(1, 60))
            elif n % 4:
                await settled(need, chance.randint(1, 20))
            else:
                await withdrawn(reviewer, chance.choice(pledges))
        except Refusal:
            return

    await asyncio.gather(*(one(n) for n in range(40)))

    await agree(need)
