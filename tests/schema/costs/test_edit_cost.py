"""editCost through the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

from kurir_api.models import ClaimStatus, Cost, Member, Role
from tests.api import Api
from tests.factories import make_claim, make_cost, make_member, make_organization, make_receipt, make_task
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
)


async def logged(**values: Any) -> tuple[Member, Cost]:
    """A driver of Lazis Serayu, and what they spent on fuel."""
    driver, lazis = await make_member(), await make_organization("Lazis Serayu")
    claim = await make_claim(await make_task(), driver, ClaimStatus.COMPLETED, lazis)
    return driver, await make_cost(claim, **values)


@reaches("CostSuccess", "editCost")
async def test_an_endorsed_cost_that_is_corrected_must_be_endorsed_again(api: Api) -> None:
    driver, cost = await logged(amount=58_000, status="ENDORSED")

    answer = await done(
        api,
        driver,
        "editCost",
        "cost { amount note status }",
        costId=id_of(cost),
        amount=85_000,
        note="Salah ketik",
    )

    assert answer["cost"] == {"amount": 85_000, "note": "Salah ketik", "status": "SUBMITTED"}


async def test_everything_else_may_be_corrected_too(api: Api) -> None:
    driver, cost = await logged(category="FUEL")
    receipt = await make_receipt(member=driver)
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    changed = {"category": "MEAL", "quantity": 2, "spentOn": yesterday}
    select = "cost { category quantity spentOn receipts { id } }"

    answer = await done(api, driver, "editCost", select, costId=id_of(cost), receiptIds=[id_of(receipt)], **changed)

    assert answer["cost"] == changed | {"receipts": [{"id": id_of(receipt)}]}


async def test_what_is_left_out_stays(api: Api) -> None:
    driver, cost = await logged(amount=58_000)

    answer = await done(api, driver, "editCost", "cost { amount note }", costId=id_of(cost), note="Nota hilang")

    assert answer["cost"] == {"amount": 58_000, "note": "Nota hilang"}


@reaches("NotFound", "editCost")
async def test_a_strangers_cost_is_not_found(api: Api) -> None:
    _, cost = await logged()

    assert await refused(api, await make_member(), "editCost", costId=id_of(cost), amount=1) == NOT_FOUND


@reaches("NotAllowed", "editCost")
async def test_who_reviews_a_cost_may_not_edit_it(api: Api) -> None:
    _, cost = await logged()
    reviewer = await make_member(role=Role.PARTNER_REVIEWER, organization=await cost.organization)

    assert await refused(api, reviewer, "editCost", costId=id_of(cost), amount=1) == NOT_ALLOWED


@reaches("InvalidInput", "editCost")
async def test_the_new_amount_must_be_one(api: Api) -> None:
    driver, cost = await logged()

    assert await refused(api, driver, "editCost", costId=id_of(cost), amount=1_000_000_001) == invalid_input(
        ("amount", "Isi Rp1 sampai Rp1.000.000.000.", "Give Rp 1 to Rp 1,000,000,000.")
    )


async def test_an_edit_that_changes_nothing_is_refused(api: Api) -> None:
    driver, cost = await logged()

    assert await refused(api, driver, "editCost", costId=id_of(cost)) == invalid_input(
        ("amount", "Isi jumlah atau catatan yang baru.", "Give a new amount or a new note.")
    )


@reaches("InvalidTransition", "editCost")
async def test_an_approved_cost_stays_as_it_is(api: Api) -> None:
    driver, cost = await logged(status="APPROVED")

    answer = await refused(api, driver, "editCost", costId=id_of(cost), amount=1)

    assert answer == invalid_transition("APPROVED", "SUBMITTED", "RETURNED", "ENDORSED")


@reaches("IdempotencyKeyReused", "editCost")
async def test_the_same_key_with_another_amount_is_refused(api: Api) -> None:
    driver, cost = await logged()
    await api.do(driver, "editCost", costId=id_of(cost), amount=85_000, idempotencyKey="k1")

    answer = await refused(api, driver, "editCost", costId=id_of(cost), amount=58_000, idempotencyKey="k1")

    assert answer == KEY_REUSED
