"""From the volunteer's word to money paid: who decides, what is booked, and what is refused."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.errors import IdempotencyKeyReused, InvalidTransition, NotAllowed, NotFound
from kurir_api.models import Cost, CostCategory, CostStatus, LedgerEntry, Member, Notification, Role, TransitionLog
from kurir_api.services.contributions.books import faults_of_books
from kurir_api.services.costs.balances import cost_shares
from kurir_api.services.costs.booking import book_payment
from kurir_api.services.costs.review_cost import ReviewCost, review_cost
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    add_membership,
    make_closed_month,
    make_need,
    make_organization,
    make_pledge,
    make_rate,
    principal_for,
)
from tests.services.costs.scene import booked, make_scene
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

S = CostStatus
REVIEWS = (S.ENDORSED, S.APPROVED, S.RETURNED, S.REJECTED, S.PAID)


async def test_the_partners_reviewer_endorses_and_says_so() -> None:
    scene = await make_scene()
    cost = await scene.cost()

    await scene.decide(scene.reviewer, cost, S.ENDORSED, " Nota lengkap ")

    await cost.refresh_from_db()
    assert (cost.status, cost.review_note, cost.reviewed_by_id) == (
        S.ENDORSED,
        "Nota lengkap",
        scene.reviewer.member_id,
    )
    log = await TransitionLog.get(subject_id=cost.id)
    assert (log.source, log.action, log.target, log.reason) == ("SUBMITTED", "endorse", "ENDORSED", "Nota lengkap")
    assert await booked(cost) == []


async def test_a_coordinator_endorses_in_the_partners_place_with_a_reason() -> None:
    scene = await make_scene()
    cost = await scene.cost()

    assert await problems(scene.decide(scene.coordinator, cost, S.ENDORSED, " ")) == {"note": "Say why."}
    await scene.decide(scene.coordinator, cost, S.ENDORSED, "Mitra berhalangan")

    await cost.refresh_from_db()
    assert cost.status == S.ENDORSED


async def test_a_coordinator_who_reviews_for_the_partner_needs_no_reason() -> None:
    scene = await make_scene()
    cost = await scene.cost()
    await add_membership(
        await Member.get(id=scene.coordinator.member_id), Role.PARTNER_REVIEWER, "33.02", scene.lazis
    )

    await scene.decide(await principal_of_member(scene.coordinator.member_id), cost, S.ENDORSED)

    await cost.refresh_from_db()
    assert cost.status == S.ENDORSED


async def test_an_approved_cost_is_spent_by_the_partner_and_owed_to_the_member() -> None:
    scene = await make_scene()
    cost = await scene.cost(85_000, S.ENDORSED)

    await scene.decide(scene.coordinator, cost, S.APPROVED)

    assert await booked(cost) == [("EXPENSE", 85_000), ("OWED", -85_000)]
    spent = await LedgerEntry.get(cost_id=cost.id, account="EXPENSE")
    assert (spent.organization_id, spent.member_id, spent.kind, spent.category, spent.region_id, spent.booked_on) == (
        scene.lazis.id,
        scene.driver.member_id,
        "AMBULANCE_RUN",
        CostCategory.FUEL,
        "33.02.23.2004",
        NOW.date(),
    )


async def test_a_paid_cost_is_owed_no_more_and_booked_on_the_day_it_is_paid() -> None:
    scene = await make_scene()
    cost = await scene.cost(85_000, S.APPROVED, spent_on=date(2026, 2, 3))

    await scene.decide(scene.coordinator, cost, S.PAID)

    await cost.refresh_from_db()
    assert (cost.status, cost.paid_at is not None) == (S.PAID, True)
    assert await booked(cost) == [("EXPENSE", 85_000), ("OWED", -85_000), ("OWED", 85_000), ("FUNDS", -85_000)]
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Jakarta")).date()
    days = await LedgerEntry.filter(cost_id=cost.id).order_by("id").values_list("booked_on", flat=True)
    assert days == [date(2026, 2, 3)] * 2 + [today] * 2


async def test_a_gift_that_is_approved_is_recorded_and_nobody_is_owed() -> None:
    scene = await make_scene()
    cost = await scene.cost(120_000, S.ENDORSED, in_kind=True)

    await scene.decide(scene.coordinator, cost, S.APPROVED)

    await cost.refresh_from_db()
    assert cost.status == S.RECORDED
    assert await booked(cost) == [("IN_KIND", 120_000), ("GIVEN", -120_000)]
    assert (await refused(scene.decide(scene.coordinator, cost, S.PAID), InvalidTransition)).allowed == ("APPROVED",)


async def test_pledges_bear_the_cost_in_order_and_pay_their_shares() -> None:
    scene = await make_scene()
    pmi = await make_organization("PMI")
    task = await scene.claim.task
    of_task, of_case = await make_need(task=task), await make_need(case=await task.case)
    last, first = (
        await make_pledge(of_case, scene.lazis, amount=30_000),
        await make_pledge(of_task, pmi, amount=40_000),
    )
    cost = await scene.cost(100_000, S.PAID)

    assert await booked(cost) == [
        ("EXPENSE", 100_000),
        ("OWED", -100_000),
        ("PLEDGED", 40_000),
        ("COVERED", -40_000),
        ("PLEDGED", 30_000),
        ("COVERED", -30_000),
        ("OWED", 100_000),
        ("FUNDS", -30_000),
        ("FUNDS", -40_000),
        ("FUNDS", -30_000),
    ]
    for pledge in (first, last):
        await pledge.refresh_from_db()
        assert pledge.settled == pledge.amount
    paid = LedgerEntry.filter(cost_id=cost.id, account="FUNDS").order_by("id")
    assert await paid.values_list("organization_id", flat=True) == [scene.lazis.id, pmi.id, scene.lazis.id]
    assert await cost_shares([cost.id]) == {cost.id: {scene.lazis.id: 60_000, pmi.id: 40_000}}


async def test_what_is_voided_never_counted_and_the_pledge_has_its_money_back() -> None:
    scene = await make_scene()
    pledge = await make_pledge(await make_need(task=await scene.claim.task), amount=40_000)
    cost = await scene.cost(100_000, S.PAID)

    await scene.decide(scene.coordinator, cost, S.VOID, "Nota ganda; uang sudah kembali")

    await cost.refresh_from_db()
    await pledge.refresh_from_db()
    assert (cost.status, pledge.settled) == (S.VOID, 0)
    entries = await booked(cost)
    assert entries[7:] == [(account, -amount) for account, amount in entries[:7]]
    assert await cost_shares([cost.id]) == {}


async def test_money_that_came_back_is_booked_on_the_day_of_the_void_and_the_rest_on_its_own() -> None:
    scene = await make_scene()
    cost = await Cost.get(id=(await scene.cost(50_000, S.APPROVED)).id).select_related("task")
    await Cost.filter(id=cost.id).update(status=S.PAID, paid_at=NOW)
    await book_payment(cost, NOW.date() + timedelta(days=1), NOW)

    await scene.decide(scene.coordinator, cost, S.VOID, "Nota ganda; uang sudah kembali")

    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Jakarta")).date()
    back = LedgerEntry.filter(cost_id=cost.id, reverses_id__isnull=False).order_by("id")
    assert await back.values_list("account", "amount", "booked_on") == [
        ("EXPENSE", -50_000, NOW.date()),
        ("OWED", 50_000, NOW.date()),
        ("OWED", -50_000, today),
        ("FUNDS", 50_000, today),
    ]
    assert await faults_of_books() == []


async def test_voided_after_its_month_was_closed_it_is_taken_back_in_the_first_open_one() -> None:
    scene = await make_scene()
    cost = await scene.cost(50_000, S.APPROVED, spent_on=date(2026, 9, 10))
    await make_closed_month(date(2026, 9, 1))

    await scene.decide(scene.coordinator, cost, S.VOID, "Salah pasien")

    days = await LedgerEntry.filter(cost_id=cost.id).order_by("id").values_list("booked_on", flat=True)
    assert days == [date(2026, 9, 10)] * 2 + [date(2026, 10, 1)] * 2


@pytest.mark.parametrize("status", [S.SUBMITTED, S.RETURNED])
async def test_a_member_withdraws_a_cost_of_their_own_without_saying_why(status: CostStatus) -> None:
    scene = await make_scene()
    cost = await scene.cost(status=status)

    await scene.decide(scene.driver, cost, S.VOID)

    await cost.refresh_from_db()
    assert cost.status == S.VOID
    assert await booked(cost) == []


async def test_a_member_withdraws_nothing_that_is_endorsed() -> None:
    scene = await make_scene()
    cost = await scene.cost(status=S.ENDORSED)

    refusal = await refused(scene.decide(scene.driver, cost, S.VOID), InvalidTransition)

    assert (refusal.current, refusal.allowed) == ("ENDORSED", ("SUBMITTED", "RETURNED"))


@pytest.mark.parametrize("decision", REVIEWS)
async def test_nobody_decides_on_their_own_cost_whatever_their_role(decision: CostStatus) -> None:
    scene = await make_scene()
    cost = await scene.cost(status=S.APPROVED if decision == S.PAID else S.SUBMITTED)
    driver = await Member.get(id=scene.driver.member_id)
    await add_membership(driver, Role.COORDINATOR)
    await add_membership(driver, Role.PARTNER_REVIEWER, "33.02", scene.lazis)

    await refused(scene.decide(await principal_of_member(driver.id), cost, decision, "Alasan"), NotAllowed)


@pytest.mark.parametrize("decision", [S.APPROVED, S.PAID, S.VOID])
async def test_a_reviewer_neither_approves_nor_pays_nor_voids(decision: CostStatus) -> None:
    scene = await make_scene()
    cost = await scene.cost(status=S.ENDORSED)

    await refused(scene.decide(scene.reviewer, cost, decision, "Alasan"), NotAllowed)


@pytest.mark.parametrize("decision", [*REVIEWS, S.VOID])
async def test_whose_cost_it_is_not_to_see_is_told_there_is_none(decision: CostStatus) -> None:
    scene = await make_scene()
    cost = await scene.cost()
    strangers = [
        await principal_for(Role.COORDINATOR, region=OTHER_REGENCY),
        await principal_for(Role.PARTNER_REVIEWER),
        await principal_for(Role.VOLUNTEER),
    ]

    for stranger in strangers:
        await refused(scene.decide(stranger, cost, decision, "Alasan"), NotFound)


@pytest.mark.parametrize(
    ("status", "decision"), [(S.SUBMITTED, S.RETURNED), (S.ENDORSED, S.REJECTED), (S.APPROVED, S.VOID)]
)
async def test_what_goes_back_down_or_away_is_explained(status: CostStatus, decision: CostStatus) -> None:
    scene = await make_scene()
    cost = await scene.cost(status=status)

    for note in (None, "", " \n"):
        assert await problems(scene.decide(scene.coordinator, cost, decision, note)) == {"note": "Say why."}


async def test_what_is_no_decision_is_refused_with_those_there_are() -> None:
    scene = await make_scene()
    cost = await scene.cost()

    for state in (S.SUBMITTED, S.RECORDED):
        assert await problems(scene.decide(scene.coordinator, cost, state, "x" * 2_001)) == {
            "decision": "Choose one of ENDORSED, APPROVED, RETURNED, REJECTED, PAID, VOID.",
            "note": "At most 2000 characters.",
        }


async def test_what_would_pass_the_yearly_cap_is_not_approved() -> None:
    scene = await make_scene()
    await make_rate(CostCategory.FUEL, amount=60_000, yearly_cap=100_000)
    await scene.cost(60_000, S.APPROVED)
    cost = await scene.cost(60_000, S.ENDORSED)

    said = await problems(scene.decide(scene.coordinator, cost, S.APPROVED))

    assert "40,000" in said["costId"]


async def test_of_costs_approved_at_once_as_many_pass_as_the_cap_has_room_for() -> None:
    scene = await make_scene()
    await make_rate(CostCategory.FUEL, amount=60_000, yearly_cap=100_000)
    costs = [await scene.cost(30_000, S.ENDORSED) for _ in range(6)]

    outcomes = await asyncio.gather(
        *(scene.decide(scene.coordinator, cost, S.APPROVED) for cost in costs), return_exceptions=True
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["InvalidInput"] * 3 + ["UUID"] * 3
    assert await Cost.filter(status=S.APPROVED).count() == 3


async def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told() -> None:
    scene = await make_scene()
    cost = await scene.cost(status=S.APPROVED)

    outcomes = await asyncio.gather(
        *(scene.decide(scene.coordinator, cost, S.PAID) for _ in range(4)), return_exceptions=True
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["InvalidTransition"] * 3 + ["UUID"]
    assert await booked(cost) == [("EXPENSE", 50_000), ("OWED", -50_000), ("OWED", 50_000), ("FUNDS", -50_000)]


async def test_a_retry_with_the_key_changes_nothing_and_another_decision_under_it_is_refused() -> None:
    scene = await make_scene()
    cost = await scene.cost(status=S.APPROVED)

    answers = await asyncio.gather(*(scene.decide(scene.coordinator, cost, S.PAID, key="k1") for _ in range(4)))

    assert answers == [cost.id] * 4
    assert len(await booked(cost)) == 4
    await refused(scene.decide(scene.coordinator, cost, S.VOID, "Alasan", key="k1"), IdempotencyKeyReused)


async def test_the_member_hears_of_each_decision_but_not_of_their_own() -> None:
    scene = await make_scene()
    await scene.cost(status=S.PAID)
    withdrawn = await scene.cost()
    await scene.decide(scene.driver, withdrawn, S.VOID)

    told = await Notification.all().order_by("id").values_list("kind", "member_id")

    assert told == [(kind, scene.driver.member_id) for kind in ("COST_ENDORSED", "COST_APPROVED", "COST_PAID")]


async def test_a_decision_on_an_amount_that_is_another_by_now_is_refused() -> None:
    scene = await make_scene()
    cost = await scene.cost(60_000)
    command = ReviewCost(cost_id=cost.id, decision=S.ENDORSED, amount=50_000)

    said = await problems(review_cost(scene.reviewer, command))

    assert said == {"amount": "It is Rp 60,000 now, not Rp 50,000; look again, then decide."}
    await review_cost(scene.reviewer, replace(command, amount=60_000))
    await cost.refresh_from_db()
    assert cost.status == S.ENDORSED
