"""What a cost is flagged with when it comes, which blocks nothing."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tortoise.transactions import in_transaction

from kurir_api.models import Cost, CostCategory, CostStatus, Member
from kurir_api.services.costs.edit_cost import EditCost, edit_cost
from kurir_api.services.costs.log_cost import LogCost, log_cost
from kurir_api.services.costs.usual import is_unusual
from kurir_api.settings import Settings
from tests.counting import Statements
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    make_claim,
    make_closed_month,
    make_cost,
    make_member,
    make_rate,
    make_receipt,
    make_task,
)
from tests.processes.locks import held, somebody_waits
from tests.services.costs.scene import Scene, make_scene
from tests.services.refusals import problems

pytestmark = pytest.mark.usefixtures("db")

YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date()


async def logged(scene: Scene, *receipts: str, **values: Any) -> Cost:
    """A new cost with pictures of these hashes, each unlike the others."""
    member = await Member.get(id=scene.driver.member_id)
    ids = tuple([(await make_receipt(member=member, sha256=sha256, likeness=sha256)).id for sha256 in receipts])
    defaults: dict[str, Any] = {"category": CostCategory.FUEL, "amount": 50_000, "spent_on": YESTERDAY}
    command = LogCost(task_id=scene.claim.task_id, receipt_ids=ids, **defaults | values)
    return await Cost.get(id=await log_cost(scene.driver, command))


async def test_money_with_a_receipt_is_not_flagged() -> None:
    assert (await logged(await make_scene(), "a" * 64)).flags == []


async def test_money_without_a_receipt_is_and_a_gift_is_not() -> None:
    scene = await make_scene()

    assert (await logged(scene)).flags == ["NO_RECEIPT"]
    assert (await logged(scene, in_kind=True)).flags == []


async def test_the_same_receipt_twice_flags_both_unless_the_first_is_decided() -> None:
    scene = await make_scene()
    waiting, paid, gone = await logged(scene, "a" * 64), await logged(scene, "b" * 64), await logged(scene, "c" * 64)
    await Cost.filter(id=paid.id).update(status=CostStatus.PAID, approved_at=NOW, paid_at=NOW)
    await Cost.filter(id=gone.id).update(status=CostStatus.VOID)

    again = [await logged(scene, one * 64) for one in "abc"]

    assert [cost.flags for cost in again] == [["DUPLICATE_RECEIPT"], ["DUPLICATE_RECEIPT"], []]
    for cost, flags in ((waiting, ["DUPLICATE_RECEIPT"]), (paid, []), (gone, [])):
        await cost.refresh_from_db()
        assert cost.flags == flags


async def test_the_same_receipt_is_the_same_though_its_member_lives_elsewhere() -> None:
    scene = await make_scene()
    first = await logged(scene, "a" * 64)
    await Member.filter(id=scene.driver.member_id).update(regency_code=OTHER_REGENCY)

    again = await logged(scene, "a" * 64)

    await first.refresh_from_db()
    assert (first.flags, again.flags) == (["DUPLICATE_RECEIPT"], ["DUPLICATE_RECEIPT"])


async def test_an_edit_that_finds_an_earlier_double_waits_for_it_before_it_holds_its_own_cost(
    settings: Settings,
) -> None:
    scene = await make_scene()
    earlier, later = await logged(scene, "a" * 64), await logged(scene, "b" * 64)
    receipt = await make_receipt(member=await later.member, sha256="a" * 64)

    async with held(earlier, settings):
        edit = asyncio.create_task(edit_cost(scene.driver, EditCost(cost_id=later.id, receipt_ids=(receipt.id,))))
        await somebody_waits()
        async with in_transaction():
            free = await Cost.filter(id=later.id).select_for_update(no_key=True, skip_locked=True)
    await edit

    assert free == [later]
    for cost in (earlier, later):
        await cost.refresh_from_db()
        assert cost.flags == ["DUPLICATE_RECEIPT"]


async def test_without_a_receipt_nobody_waits_and_with_one_as_late_as_can_be() -> None:
    scene = await make_scene()
    with Statements() as bare:
        cost = await logged(scene)
        await edit_cost(scene.driver, EditCost(cost_id=cost.id, amount=60_000))
    with Statements() as shown:
        await logged(scene, "a" * 64)

    assert not any("pg_advisory" in sql or "bit_count" in sql for sql in bare.sent)
    [median, waiting] = [sql for sql in shown.sent if "percentile_cont" in sql or "pg_advisory" in sql]
    assert "percentile_cont" in median
    assert "pg_advisory" in waiting


async def test_above_the_rate_and_in_a_closed_month() -> None:
    scene = await make_scene()
    await make_rate(CostCategory.FUEL, amount=20_000, valid_from=date(2020, 1, 1))
    await make_closed_month(YESTERDAY.replace(day=1))

    assert (await logged(scene, "a" * 64, amount=50_000, quantity=2)).flags == ["OVER_RATE", "PERIOD_CLOSED"]
    assert (await logged(scene, "b" * 64, amount=40_000, quantity=2)).flags == ["PERIOD_CLOSED"]


async def usual(how_many: int, **values: Any) -> None:
    """So many paid costs of an ambulance run's fuel, of 10,000 to 12,000 rupiah: their median is 11,000."""
    claim = await make_claim(await make_task(kind=values.pop("kind", "AMBULANCE_RUN")), await make_member())
    decided = {"status": CostStatus.PAID, "approved_at": NOW, "paid_at": NOW}
    for number in range(how_many):
        await make_cost(claim, 10_000 + 1_000 * (number % 3), **decided | values)


@pytest.mark.parametrize(("amount", "unusual"), [(33_000, False), (33_001, True)])
async def test_unusual_is_more_than_three_times_the_median(amount: int, unusual: bool) -> None:
    scene = await make_scene()
    await usual(12)

    assert await is_unusual(await of_scene(scene, amount)) is unusual


@pytest.mark.parametrize(("amount", "unusual"), [(33_000, False), (33_001, True)])
async def test_gifts_are_compared_with_gifts(amount: int, unusual: bool) -> None:
    scene = await make_scene()
    await usual(12, status=CostStatus.RECORDED, paid_at=None)
    for _ in range(30):
        await make_cost(scene.claim, 1_000_000, status=CostStatus.APPROVED)

    assert await is_unusual(await of_scene(scene, amount, in_kind=True)) is unusual


async def of_scene(scene: Scene, amount: int, **values: Any) -> Cost:
    """A cost with its task, as the flags want it."""
    cost_id: UUID = (await make_cost(scene.claim, amount, **values)).id
    return await Cost.get(id=cost_id).select_related("task")


@pytest.mark.parametrize(
    "others",
    [
        {"how_many": 9},
        {"how_many": 12, "category": CostCategory.MEAL},
        {"how_many": 12, "kind": "FOOD_DELIVERY"},
        {"how_many": 12, "status": CostStatus.SUBMITTED},
        {"how_many": 12, "status": CostStatus.RECORDED, "paid_at": None},
        {"how_many": 12, "spent_on": NOW.date() - timedelta(days=365)},
    ],
)
async def test_too_few_or_other_costs_say_nothing_of_what_is_usual(others: dict[str, Any]) -> None:
    scene = await make_scene()
    await usual(**others)

    assert await is_unusual(await of_scene(scene, 1_000_000)) is False


async def test_a_quantity_or_receipt_that_cannot_be_used_is_named() -> None:
    scene = await make_scene()

    assert await problems(logged_without_making(scene, quantity=0)) == {
        "quantity": "Give how many units, such as days: 1 to 10,000."
    }
    foreign = await make_receipt()
    assert await problems(logged_without_making(scene, receipt_ids=(foreign.id,))) == {
        "receiptIds": "There is no such receipt; send the picture again."
    }


async def logged_without_making(scene: Scene, **values: Any) -> UUID:
    """A cost with what is there already."""
    defaults: dict[str, Any] = {"category": CostCategory.FUEL, "amount": 50_000, "spent_on": YESTERDAY}
    return await log_cost(scene.driver, LogCost(task_id=scene.claim.task_id, **defaults | values))
