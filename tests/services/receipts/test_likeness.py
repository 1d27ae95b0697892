"""receipt_flags: what a reviewer should know of a cost's receipts. And what makes pictures alike."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from tortoise.transactions import in_transaction

from kurir_api.models import Cost, CostFlag, CostStatus
from kurir_api.services.receipts.clean import likeness
from kurir_api.services.receipts.likeness import find_doubles, receipt_flags
from tests.counting import Statements
from tests.factories import make_member
from tests.files.pictures import slip
from tests.services.receipts.making import cost_of, make_receipt

PICTURE = 0x0F1E2D3C4B5A69788796A5B4C3D2E1F00F1E2D3C4B5A69788796A5B4C3D2E1F0
TODAY = datetime.now(UTC)


def differing(bits: int) -> str:
    """A likeness that differs from PICTURE in so many bits."""
    return f"{PICTURE ^ ((1 << bits) - 1 << 100):064x}"


async def shown(content: str, bits: int = 0, age: timedelta = timedelta(), **values: Any) -> Cost:
    """Another member's cost with a receipt of this content, so unlike PICTURE, sent so long ago."""
    cost = await cost_of(**values)
    member = await cost.member
    await make_receipt(member, content, cost=cost, likeness=differing(bits), created_at=TODAY - age)
    return cost


async def test_money_without_a_receipt_is_flagged(db: None) -> None:
    assert await receipt_flags(await cost_of()) == [CostFlag.NO_RECEIPT]


async def test_a_gift_needs_none(db: None) -> None:
    assert await receipt_flags(await cost_of(in_kind=True)) == []


async def test_a_receipt_of_its_own_is_nothing_to_speak_of(db: None) -> None:
    await shown("another", bits=128)

    assert await receipt_flags(await shown("own")) == []


async def test_two_receipts_of_one_cost_may_be_the_same(db: None) -> None:
    cost = await shown("own")
    await make_receipt(await cost.member, "own", cost=cost, likeness=differing(0))

    assert await receipt_flags(cost) == []


async def test_the_same_file_with_another_cost_is_flagged(db: None) -> None:
    await shown("shared", age=timedelta(days=3000))

    assert await receipt_flags(await shown("shared")) == [CostFlag.DUPLICATE_RECEIPT]


@pytest.mark.parametrize(("bits", "flags"), [(0, True), (24, True), (25, False)])
async def test_pictures_that_differ_in_at_most_24_bits_are_alike(db: None, bits: int, flags: bool) -> None:
    await shown("another", bits)

    assert await receipt_flags(await shown("own")) == [CostFlag.SIMILAR_RECEIPT] * flags


@pytest.mark.parametrize(("days", "flags"), [(399, True), (401, False)])
async def test_alike_pictures_are_looked_for_400_days_back(db: None, days: int, flags: bool) -> None:
    await shown("another", age=timedelta(days=days))

    assert await receipt_flags(await shown("own")) == [CostFlag.SIMILAR_RECEIPT] * flags


@pytest.mark.parametrize("status", [CostStatus.VOID, CostStatus.REJECTED])
async def test_costs_that_came_to_nothing_do_not_count(db: None, status: CostStatus) -> None:
    await shown("shared", status=status)
    await shown("another", status=status)

    assert await receipt_flags(await shown("shared")) == []


async def test_receipts_without_a_cost_do_not_count(db: None) -> None:
    await make_receipt(await make_member(), "shared", likeness=differing(0))

    assert await receipt_flags(await shown("shared")) == []


async def test_receipts_of_members_who_live_elsewhere_do(db: None) -> None:
    other = await shown("shared")
    await other.receipts.all().update(regency_code="33.05")

    assert await receipt_flags(await shown("shared")) == [CostFlag.DUPLICATE_RECEIPT]


async def test_another_regencys_receipts_do_not_count(db: None) -> None:
    other = await shown("shared")
    await Cost.filter(id=other.id).update(regency_code="33.05")

    assert await receipt_flags(await shown("shared")) == []


async def test_of_two_that_show_the_same_at_once_the_later_is_flagged(db: None) -> None:
    async def show() -> list[CostFlag]:
        async with in_transaction():
            cost = await shown("shared")
            await find_doubles(cost, None)
            return await receipt_flags(cost)

    assert sorted(map(len, await asyncio.gather(*(show() for _ in range(2))))) == [0, 1]


async def test_two_statements_do_however_many_receipts(db: None) -> None:
    cost = await shown("own")
    for number in range(9):
        await make_receipt(await cost.member, str(number), cost=cost)
        await shown(f"another {number}")
    with Statements() as statements:
        await receipt_flags(cost)

    assert len(statements) == 2


def unlike(one: Image.Image, other: Image.Image) -> int:
    """In how many bits they differ."""
    return (int(likeness(one), 16) ^ int(likeness(other), 16)).bit_count()


def test_a_smaller_or_brighter_picture_of_the_same_is_alike() -> None:
    picture = slip(size=(1800, 2400))

    assert unlike(picture, picture.resize((600, 800))) <= 5
    assert unlike(picture, picture.point(lambda value: min(255, value * 5 // 4))) <= 5


def test_another_slip_is_not() -> None:
    assert min(unlike(slip(1), slip(seed)) for seed in range(2, 12)) > 24


def test_documents_are_compared_without_their_margins() -> None:
    page = Image.new("RGB", (1800, 2560), "white")
    moved = page.copy()
    page.paste(slip(1), (100, 100))
    moved.paste(slip(1), (900, 1500))

    assert unlike(page, moved) == 0


def test_a_blank_page_has_a_likeness_too() -> None:
    assert likeness(Image.new("RGB", (100, 100), "white")) == "0" * 64
