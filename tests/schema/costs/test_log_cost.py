"""logCost through the API."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kurir_api.models import ClaimStatus
from tests.api import Api
from tests.factories import make_claim, make_member, make_organization, make_receipt, make_task
from tests.ids import id_of
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, NOT_FOUND, done, invalid_input, reaches, refused, unknown

COST = """cost {
  category amount inKind spentOn note status member { name } organization { name } task { number }
}"""


def today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo("Asia/Jakarta")).date()


@reaches("CostSuccess", "logCost")
@pytest.mark.parametrize("status", [ClaimStatus.HELD, ClaimStatus.COMPLETED])
async def test_a_cost_counts_for_the_organisation_the_task_was_claimed_for(api: Api, status: ClaimStatus) -> None:
    driver, lazis = await make_member("Sri"), await make_organization("Lazis Serayu")
    claim = await make_claim(await make_task(number=4821), driver, status, lazis)

    answer = await done(
        api,
        driver,
        "logCost",
        COST,
        taskId=id_of(claim.task),
        category="FUEL",
        amount=85_000,
        spentOn=today().isoformat(),
        note=" Bensin pergi pulang ",
    )

    assert answer["cost"] == {
        "category": "FUEL",
        "amount": 85_000,
        "inKind": False,
        "spentOn": today().isoformat(),
        "note": "Bensin pergi pulang",
        "status": "SUBMITTED",
        "member": {"name": "Sri"},
        "organization": {"name": "Lazis Serayu"},
        "task": {"number": 4821},
    }


async def test_a_gift_is_logged_at_its_value(api: Api) -> None:
    driver = await make_member()
    long_ago = datetime.now(UTC) - timedelta(days=366)
    claim = await make_claim(await make_task(), driver, claimed_at=long_ago)

    answer = await done(
        api,
        driver,
        "logCost",
        "cost { inKind amount note }",
        taskId=id_of(claim.task),
        category="STAPLES",
        amount=1_000_000_000,
        inKind=True,
        spentOn=(today() - timedelta(days=366)).isoformat(),
    )

    assert answer["cost"] == {"inKind": True, "amount": 1_000_000_000, "note": None}


def cost(task: object, **values: object) -> dict[str, object]:
    """What a driver sends after buying fuel."""
    defaults = {"category": "FUEL", "amount": 85_000, "spentOn": today().isoformat()}
    return {"taskId": id_of(task)} | defaults | values


@reaches("NotFound", "logCost")
async def test_a_task_nobody_offered_is_not_found(api: Api) -> None:
    task = await make_task(status="DRAFT")

    assert await refused(api, await make_member(), "logCost", **cost(task)) == NOT_FOUND


@reaches("NotAllowed", "logCost")
@pytest.mark.parametrize("status", [None, ClaimStatus.OFFERED, ClaimStatus.RELEASED])
async def test_only_who_has_the_task_or_has_done_it_may(api: Api, status: ClaimStatus | None) -> None:
    task, member = await make_task(), await make_member()
    if status:
        await make_claim(task, member, status)

    assert await refused(api, member, "logCost", **cost(task)) == NOT_ALLOWED


@reaches("InvalidInput", "logCost")
async def test_every_field_that_cannot_be_used_is_named(api: Api) -> None:
    driver = await make_member()
    claim = await make_claim(await make_task(), driver)
    values = cost(claim.task, amount=0, note="x" * 2_001, spentOn=(today() + timedelta(days=1)).isoformat())

    assert await refused(api, driver, "logCost", **values) == invalid_input(
        ("amount", "Isi Rp1 sampai Rp1.000.000.000.", "Give Rp 1 to Rp 1,000,000,000."),
        ("note", "Paling banyak 2000 karakter.", "At most 2000 characters."),
        ("spentOn", "Tanggalnya belum tiba.", "That day has not come yet."),
    )


@reaches("IdempotencyKeyReused", "logCost")
async def test_the_same_key_with_another_amount_is_refused(api: Api) -> None:
    driver = await make_member()
    claim = await make_claim(await make_task(), driver)
    await api.do(driver, "logCost", **cost(claim.task, idempotencyKey="k1"))

    answer = await refused(api, driver, "logCost", **cost(claim.task, amount=58_000, idempotencyKey="k1"))

    assert answer == KEY_REUSED


async def test_a_cost_comes_with_its_quantity_and_receipts(api: Api) -> None:
    driver = await make_member()
    claim = await make_claim(await make_task(), driver)
    receipt = await make_receipt(member=driver)
    select = "cost { quantity flags receiptCount receipts { id } }"

    answer = await done(api, driver, "logCost", select, **cost(claim.task, quantity=3, receiptIds=[id_of(receipt)]))

    assert answer["cost"] == {
        "quantity": 3,
        "flags": [],
        "receiptCount": 1,
        "receipts": [{"id": id_of(receipt)}],
    }


async def test_what_is_no_receipt_is_refused(api: Api) -> None:
    driver = await make_member()
    claim = await make_claim(await make_task(), driver)

    answer = await refused(api, driver, "logCost", **cost(claim.task, receiptIds=[id_of(driver)]))

    assert answer == unknown("receiptIds")
