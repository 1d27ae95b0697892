"""Many costs at once, by more than one at once."""

import asyncio
from dataclasses import replace

import pytest

from kurir_api.errors import refusal_from
from kurir_api.models import Cost, CostCategory, CostStatus, LedgerEntry, Role
from kurir_api.services.contributions.books import faults_of_books
from kurir_api.services.costs.review_costs import ReviewCosts, Reviewed, review_costs
from tests.factories import make_claim, make_cost, make_member, make_rate, make_task, principal_for
from tests.services.costs.scene import make_scene
from tests.services.refusals import problems

pytestmark = pytest.mark.usefixtures("db")

S = CostStatus


def words(reviewed: Reviewed) -> list[str]:
    """The refusals' codes."""
    return [refusal_from(one.refusal, one.payload).code for one in reviewed.refused]


async def test_two_who_approve_the_same_costs_in_opposite_order_approve_each_once() -> None:
    costs = []
    for _ in range(4):
        claim = await make_claim(await make_task(), await make_member())
        costs += [await make_cost(claim, status=S.ENDORSED) for _ in range(3)]
    ids = tuple(cost.id for cost in costs)
    both = [await principal_for(Role.COORDINATOR) for _ in range(2)]

    first, second = await asyncio.gather(
        review_costs(both[0], ReviewCosts(cost_ids=ids, decision=S.APPROVED)),
        review_costs(both[1], ReviewCosts(cost_ids=ids[::-1], decision=S.APPROVED)),
    )

    assert sorted([*first.done, *second.done]) == sorted(ids)
    assert {*words(first), *words(second)} == {"INVALID_TRANSITION"}
    assert await LedgerEntry.filter(account="EXPENSE").count() == len(ids)
    assert await faults_of_books() == []


async def test_within_a_batch_the_limit_lets_the_first_costs_pass() -> None:
    scene = await make_scene()
    await make_rate(CostCategory.FUEL, amount=60_000, yearly_cap=100_000)
    costs = [await scene.cost(amount, S.ENDORSED) for amount in (60_000, 60_000, 40_000)]

    reviewed = await review_costs(
        scene.coordinator, ReviewCosts(cost_ids=tuple(cost.id for cost in costs), decision=S.APPROVED)
    )

    assert reviewed.done == [costs[0].id, costs[2].id]
    assert words(reviewed) == ["INVALID_INPUT"]
    assert await Cost.filter(status=S.APPROVED).count() == 2


async def test_a_retry_answers_the_same_also_for_those_that_were_refused() -> None:
    scene = await make_scene()
    costs = [await scene.cost(), await scene.cost(status=S.ENDORSED)]
    command = ReviewCosts(cost_ids=tuple(cost.id for cost in costs), decision=S.APPROVED, idempotency_key="k1")

    first = await review_costs(scene.coordinator, command)
    again = await review_costs(scene.coordinator, command)

    assert (again.done, [(one.cost_id, one.refusal) for one in again.refused]) == (
        [costs[1].id],
        [(costs[0].id, "InvalidTransition")],
    )
    assert (first.done, words(first)) == (again.done, words(again))


async def test_of_costs_that_come_to_another_sum_by_now_none_is_decided_on() -> None:
    scene = await make_scene()
    costs = [await scene.cost(amount) for amount in (60_000, 40_000)]
    command = ReviewCosts(cost_ids=tuple(cost.id for cost in costs), decision=S.ENDORSED, total=90_000)

    said = await problems(review_costs(scene.reviewer, command))

    assert said == {"total": "It is Rp 100,000 now, not Rp 90,000; look again, then decide."}
    assert (await review_costs(scene.reviewer, replace(command, total=100_000))).done == [cost.id for cost in costs]
