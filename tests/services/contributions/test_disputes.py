"""Disputes of money end when the cost is void."""

import pytest

from kurir_api.models import CostStatus, LineDecision, Member, Notification, Role
from kurir_api.services.costs.review_cost import ReviewCost, review_cost
from tests.factories import make_line_review, make_member, make_organization, principal_for
from tests.services.contributions.scene import spent

pytestmark = pytest.mark.usefixtures("db")


async def told_of_the_void(decision: LineDecision, *, active: bool = True) -> tuple[Member, list[Notification]]:
    """Who said that of a cost, and what they are told when a coordinator voids it."""
    expense, _ = await spent(await make_organization("Lazis Serayu"), await make_member(), 85_000)
    review = await make_line_review(expense, decision)
    reviewer = await review.reviewed_by
    await Member.filter(id=reviewer.id).update(active=active)
    assert expense.cost_id
    command = ReviewCost(cost_id=expense.cost_id, decision=CostStatus.VOID, note="Bukan untuk Bu Sutinah")

    await review_cost(await principal_for(Role.COORDINATOR), command)

    return reviewer, await Notification.filter(kind="DISPUTE_SETTLED")


async def test_whoever_disputed_it_is_told_and_nothing_of_why() -> None:
    reviewer, (told,) = await told_of_the_void(LineDecision.DISPUTED)

    assert told.member_id == reviewer.id
    assert told.data == {"partner": "Lazis Serayu", "time_zone": "Asia/Jakarta"}


async def test_whoever_confirmed_it_is_not() -> None:
    assert (await told_of_the_void(LineDecision.CONFIRMED))[1] == []


async def test_nor_whoever_left_since() -> None:
    assert (await told_of_the_void(LineDecision.DISPUTED, active=False))[1] == []
