"""reviewCost and reviewCosts through the API."""

from typing import Any

from kurir_api.models import ClaimStatus, Cost, Member, Notification, Organization, Role
from tests.api import Api
from tests.counting import Statements
from tests.factories import OTHER_REGENCY, make_claim, make_cost, make_member, make_organization, make_task
from tests.ids import id_of
from tests.schema.refusals import (
    KEY_REUSED,
    NOT_ALLOWED,
    NOT_FOUND,
    done,
    invalid_input,
    invalid_transition,
    reaches,
    refused,
    unknown,
)

RETURNED = {"decision": "RETURNED", "note": "Tulis nomor kendaraan"}
ANOTHER = (
    "Jumlahnya sekarang Rp60.000, bukan Rp50.000; periksa lagi, lalu putuskan.",
    "It is Rp 60,000 now, not Rp 50,000; look again, then decide.",
)


async def logged(lazis: Organization | None = None, **values: Any) -> Cost:
    """What a partner's driver spent on fuel."""
    driver = await make_member(organization=lazis or await make_organization())
    return await make_cost(await make_claim(await make_task(), driver, ClaimStatus.COMPLETED), **values)


async def reviewer_of(cost: Cost) -> Member:
    return await make_member(role=Role.PARTNER_REVIEWER, organization=await cost.organization)


@reaches("CostSuccess", "reviewCost")
async def test_a_cost_that_is_returned_says_why(api: Api) -> None:
    cost = await logged()

    answer = await done(
        api, await reviewer_of(cost), "reviewCost", "cost { status reviewNote }", costId=id_of(cost), **RETURNED
    )

    assert answer["cost"] == {"status": "RETURNED", "reviewNote": "Tulis nomor kendaraan"}


@reaches("NotFound", "reviewCost")
async def test_another_regions_cost_is_not_found(api: Api) -> None:
    cost, stranger = await logged(), await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)

    assert await refused(api, stranger, "reviewCost", costId=id_of(cost), **RETURNED) == NOT_FOUND


@reaches("NotAllowed", "reviewCost")
async def test_a_member_does_not_decide_on_their_own(api: Api) -> None:
    cost = await logged()

    assert await refused(api, await cost.member, "reviewCost", costId=id_of(cost), **RETURNED) == NOT_ALLOWED


@reaches("InvalidInput", "reviewCost")
async def test_a_return_without_a_word_is_refused(api: Api) -> None:
    cost = await logged()

    answer = await refused(api, await reviewer_of(cost), "reviewCost", costId=id_of(cost), decision="RETURNED")

    assert answer == invalid_input(("note", "Tulis alasannya.", "Say why."))


async def test_a_cost_that_came_to_another_amount_is_looked_at_again(api: Api) -> None:
    cost = await logged(amount=60_000)
    reviewer = await reviewer_of(cost)

    answer = await refused(api, reviewer, "reviewCost", costId=id_of(cost), decision="ENDORSED", amount=50_000)

    assert answer == invalid_input(("amount", *ANOTHER))


@reaches("InvalidTransition", "reviewCost")
async def test_what_nobody_endorsed_is_not_approved(api: Api) -> None:
    cost, coordinator = await logged(), await make_member(role=Role.COORDINATOR)

    answer = await refused(api, coordinator, "reviewCost", costId=id_of(cost), decision="APPROVED")

    assert answer == invalid_transition("SUBMITTED", "ENDORSED")


@reaches("IdempotencyKeyReused", "reviewCost")
async def test_the_same_key_for_another_decision_is_refused(api: Api) -> None:
    cost = await logged()
    reviewer = await reviewer_of(cost)
    await api.do(reviewer, "reviewCost", costId=id_of(cost), decision="ENDORSED", idempotencyKey="k1")

    answer = await refused(api, reviewer, "reviewCost", costId=id_of(cost), idempotencyKey="k1", **RETURNED)

    assert answer == KEY_REUSED


BATCH = "costs { amount status } refused { costId code message }"


@reaches("ReviewCostsSuccess", "reviewCosts")
async def test_of_many_costs_each_is_decided_on_by_itself(api: Api) -> None:
    lazis, foreign = await make_organization(), await logged(amount=9)
    first, rejected, last = [
        await logged(lazis, amount=amount, status=status)
        for amount, status in ((1, "SUBMITTED"), (2, "REJECTED"), (3, "SUBMITTED"))
    ]
    reviewer = await make_member(role=Role.PARTNER_REVIEWER, organization=lazis)
    asked = [id_of(cost) for cost in (last, rejected, first, foreign, last)]

    answer = await done(api, reviewer, "reviewCosts", BATCH, costIds=asked, decision="ENDORSED")

    assert answer["costs"] == [{"amount": 3, "status": "ENDORSED"}, {"amount": 1, "status": "ENDORSED"}]
    assert answer["refused"] == [
        {
            "costId": id_of(rejected),
            "code": "INVALID_TRANSITION",
            "message": "Tidak bisa dilakukan saat status REJECTED; hanya dari SUBMITTED.",
        },
        {"costId": id_of(foreign), "code": "NOT_FOUND", "message": "Tidak ditemukan."},
    ]


async def test_a_member_hears_once_of_all_their_costs(api: Api) -> None:
    cost = await logged(amount=100_000, status="ENDORSED")
    claim = await make_claim(await make_task(), await cost.member, ClaimStatus.COMPLETED, await cost.organization)
    others = [await make_cost(claim, amount, status="ENDORSED") for amount in (150_000, 100_000)]
    coordinator = await make_member(role=Role.COORDINATOR)

    asked = [id_of(one) for one in (cost, *others)]
    await api.do(coordinator, "reviewCosts", BATCH, costIds=asked, decision="APPROVED")

    [told] = await Notification.all()
    assert (told.kind, told.member_id, told.data["costs"], told.data["rupiah"]) == (
        "COST_APPROVED",
        cost.member_id,
        3,
        350_000,
    )


async def test_each_further_cost_takes_the_same_few_statements(api: Api) -> None:
    coordinator, taken = await make_member(role=Role.COORDINATOR), []
    for many in (2, 4, 6):
        driver = await make_member()
        claim = await make_claim(await make_task(), driver, ClaimStatus.COMPLETED)
        asked = [id_of(await make_cost(claim, status="ENDORSED")) for _ in range(many)]
        with Statements() as statements:
            await api.do(coordinator, "reviewCosts", BATCH, costIds=asked, decision="APPROVED")
        taken.append(len(statements))

    assert taken[2] - taken[1] == taken[1] - taken[0] <= 2 * 8


@reaches("NotAllowed", "reviewCosts")
async def test_a_volunteer_does_not_review(api: Api) -> None:
    cost = await logged()

    answer = await refused(api, await cost.member, "reviewCosts", costIds=[id_of(cost)], decision="ENDORSED")

    assert answer == NOT_ALLOWED


@reaches("InvalidInput", "reviewCosts")
async def test_there_must_be_one_to_a_hundred_costs(api: Api) -> None:
    coordinator, cost = await make_member(role=Role.COORDINATOR), await logged()
    too_few = await refused(api, coordinator, "reviewCosts", costIds=[], decision="APPROVED")
    no_cost = await refused(api, coordinator, "reviewCosts", costIds=[id_of(coordinator)], decision="APPROVED")
    no_decision = await refused(api, coordinator, "reviewCosts", costIds=[id_of(cost)], decision="RECORDED")

    assert too_few == invalid_input(("costIds", "Pilih 1 sampai 100 biaya.", "Choose 1 to 100 costs."))
    assert no_cost == unknown("costIds")
    assert no_decision == invalid_input(
        (
            "decision",
            "Pilih salah satu: ENDORSED, APPROVED, RETURNED, REJECTED, PAID, VOID.",
            "Choose one of ENDORSED, APPROVED, RETURNED, REJECTED, PAID, VOID.",
        )
    )


async def test_costs_that_came_to_another_sum_are_looked_at_again(api: Api) -> None:
    coordinator, cost = await make_member(role=Role.COORDINATOR), await logged(amount=60_000, status="ENDORSED")

    answer = await refused(api, coordinator, "reviewCosts", costIds=[id_of(cost)], decision="APPROVED", total=50_000)

    assert answer == invalid_input(("total", *ANOTHER))


@reaches("IdempotencyKeyReused", "reviewCosts")
async def test_the_same_key_for_other_costs_is_refused(api: Api) -> None:
    coordinator, cost, other = await make_member(role=Role.COORDINATOR), await logged(), await logged()
    values = {"decision": "REJECTED", "note": "Bukan biaya tugas", "idempotencyKey": "k1"}
    await api.do(coordinator, "reviewCosts", costIds=[id_of(cost)], **values)

    assert await refused(api, coordinator, "reviewCosts", costIds=[id_of(other)], **values) == KEY_REUSED
