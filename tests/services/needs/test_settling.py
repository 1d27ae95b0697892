"""Costs use promises up, the oldest first, and give them back when they are void."""

import asyncio

import pytest

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput
from kurir_api.models import Organization, Pledge
from kurir_api.services.needs.withdraw_pledge import WithdrawPledge, withdraw_pledge
from tests.factories import make_need, make_organization, make_task
from tests.services.needs.books import agree, outstanding, pledged
from tests.services.needs.spending import bear, give_back, settled, spent

pytestmark = pytest.mark.usefixtures("db")


async def test_the_oldest_promise_is_used_up_first(coordinator: Principal, lazis: Organization) -> None:
    need, other = await make_need(), await make_organization()
    first = await pledged(coordinator, need, lazis, 30_000)
    second = await pledged(coordinator, need, other, 100_000)

    shares = await bear(await spent(need, 50_000))

    assert [(pledge.id, pledge.settled, share) for pledge, share in shares] == [
        (first.id, 30_000, 30_000),
        (second.id, 20_000, 20_000),
    ]
    assert await outstanding() == {first.id: 0, second.id: 80_000}
    await agree(need)


async def test_what_nobody_promised_is_left_over(coordinator: Principal, lazis: Organization) -> None:
    need = await make_need()
    pledge = await pledged(coordinator, need, lazis, 30_000)
    assert [(one.id, share) for one, share in await bear(await spent(need, 50_000))] == [(pledge.id, 30_000)]
    assert await bear(await spent(need, 50_000)) == []
    assert await bear(await spent(await make_need(), 50_000)) == []


async def test_the_need_of_the_task_comes_before_that_of_the_case(
    coordinator: Principal, lazis: Organization
) -> None:
    task = await make_task()
    of_case, of_task = await make_need(await task.case), await make_need(task=task)
    older = await pledged(coordinator, of_case, lazis, 100_000)
    newer = await pledged(coordinator, of_task, lazis, 30_000)

    shares = await bear(await spent(of_task, 50_000))

    assert [(pledge.id, share) for pledge, share in shares] == [(newer.id, 30_000), (older.id, 20_000)]
    await agree(of_case)
    await agree(of_task)


async def test_the_need_of_another_task_bears_nothing(coordinator: Principal, lazis: Organization) -> None:
    task = await make_task()
    need, of_other = await make_need(task=task), await make_need(task=await make_task(await task.case))
    await pledged(coordinator, of_other, lazis, 100_000)
    assert await bear(await spent(need, 50_000)) == []


async def test_money_uses_no_promise_in_kind_and_a_gift_only_its_own_partners(
    coordinator: Principal, lazis: Organization
) -> None:
    need, other = await make_need(), await make_organization()
    await pledged(coordinator, need, lazis, 10_000)
    in_kind = await pledged(coordinator, need, lazis, 20_000, in_kind=True)
    await pledged(coordinator, need, other, 40_000, in_kind=True)

    shares = await bear(await spent(need, 50_000, lazis, in_kind=True))
    assert [(pledge.id, share) for pledge, share in shares] == [(in_kind.id, 20_000)]
    assert [share for _, share in await bear(await spent(need, 50_000))] == [10_000]


async def test_a_void_cost_gives_its_promises_back(coordinator: Principal, lazis: Organization) -> None:
    need = await make_need()
    pledge = await pledged(coordinator, need, lazis, 100_000)
    cost, other = await settled(need, 60_000), await settled(need, 10_000)

    await give_back(cost)

    assert (await Pledge.get(id=pledge.id)).settled == 10_000
    await agree(need)
    await give_back(other)
    assert (await Pledge.get(id=pledge.id)).settled == 0
    await agree(need)


async def test_given_back_again_it_gives_nothing(coordinator: Principal, lazis: Organization) -> None:
    need = await make_need()
    pledge = await pledged(coordinator, need, lazis, 100_000)
    cost = await settled(need, 60_000)
    await settled(need, 10_000)
    await give_back(cost)
    await give_back(cost)
    assert (await Pledge.get(id=pledge.id)).settled == 10_000


async def test_a_promise_withdrawn_meanwhile_gets_nothing_back(coordinator: Principal, lazis: Organization) -> None:
    need = await make_need(amount=100_000)
    pledge = await pledged(coordinator, need, lazis, 100_000)
    cost = await settled(need, 60_000)
    await withdraw_pledge(coordinator, WithdrawPledge(pledge_id=pledge.id))
    withdrawn_at = (await Pledge.get(id=pledge.id)).withdrawn_at

    await give_back(cost)

    pledge = await Pledge.get(id=pledge.id)
    assert (pledge.amount, pledge.settled, pledge.withdrawn_at) == (0, 0, withdrawn_at)
    await need.refresh_from_db()
    assert need.pledged == 0
    await agree(need)


async def test_costs_at_the_same_time_use_a_promise_once(coordinator: Principal, lazis: Organization) -> None:
    need = await make_need()
    pledge = await pledged(coordinator, need, lazis, 100_000)
    costs = [await spent(need, 30_000) for _ in range(6)]

    shares = await asyncio.gather(*(bear(cost) for cost in costs))

    assert sorted(share for found in shares for _, share in found) == [10_000, 30_000, 30_000, 30_000]
    assert (await Pledge.get(id=pledge.id)).settled == 100_000
    await agree(need)


async def test_the_example_of_the_documentation(coordinator: Principal, lazis: Organization) -> None:
    need, pmi = await make_need(amount=500_000), await make_organization("PMI")

    async def stands() -> tuple[int, list[tuple[int, int]]]:
        await agree(need)
        return need.pledged, await Pledge.all().order_by("id").values_list("amount", "settled")

    await pledged(coordinator, need, lazis, 300_000)
    with pytest.raises(InvalidInput, match=r"Rp 200,000 remains"):
        await pledged(coordinator, need, pmi, 250_000)
    assert await stands() == (300_000, [(300_000, 0)])

    second = await pledged(coordinator, need, pmi, 200_000)
    assert await stands() == (500_000, [(300_000, 0), (200_000, 0)])

    cost = await settled(need, 350_000)
    assert await stands() == (500_000, [(300_000, 300_000), (200_000, 50_000)])

    await withdraw_pledge(coordinator, WithdrawPledge(pledge_id=second.id))
    assert await stands() == (350_000, [(300_000, 300_000), (50_000, 50_000)])

    await give_back(cost)
    assert await stands() == (300_000, [(300_000, 0), (0, 0)])
