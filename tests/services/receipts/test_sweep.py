"""sweep_receipts: what nobody used goes, and nothing else."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.models import Receipt, new_id
from kurir_api.services.receipts.names import kept_as
from kurir_api.services.receipts.sweep import sweep_receipts
from kurir_api.settings import Settings
from kurir_api.storage import Storage
from kurir_api.worker import Worker
from tests.factories import make_member
from tests.files.sending import files_of
from tests.services.receipts.making import cost_of, make_receipt

TODAY = datetime.now(UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def storage(db: None, settings: Settings) -> AsyncIterator[Storage]:
    """The office's, empty."""
    yield Storage.opened(settings)
    shutil.rmtree(settings.data_dir / "files")


async def keep(storage: Storage, receipt: Receipt) -> Receipt:
    """Its files."""
    for name in kept_as(receipt.regency_code, receipt.id):
        await storage.put(name, b"picture")
    return receipt


async def test_after_two_days_an_unused_receipt_goes_with_its_files(storage: Storage, settings: Settings) -> None:
    member = await make_member()
    await keep(storage, await make_receipt(member, "old", created_at=TODAY - 48 * HOUR))
    young = await keep(storage, await make_receipt(member, "young", created_at=TODAY - 47 * HOUR))

    assert await sweep_receipts(storage, TODAY + MINUTE) == 1
    assert [row.id for row in await Receipt.all()] == [young.id]
    assert files_of(settings) == [f"receipts/33.02/{young.id}", f"receipts/33.02/{young.id}-small"]


async def test_a_costs_receipt_stays_for_good(storage: Storage, settings: Settings) -> None:
    member = await make_member()
    old = TODAY - timedelta(days=3000)
    await keep(storage, await make_receipt(member, cost=await cost_of(member), created_at=old))

    assert await sweep_receipts(storage, TODAY + 100 * HOUR) == 0
    assert (await Receipt.all().count(), len(files_of(settings))) == (1, 2)


async def test_after_an_hour_files_without_a_row_go(storage: Storage, settings: Settings) -> None:
    for name in kept_as("33.02", new_id()):
        await storage.put(name, b"picture")
    put_at = datetime.now(UTC)

    assert await sweep_receipts(storage, put_at + HOUR - MINUTE) == 0
    assert len(files_of(settings)) == 2
    assert await sweep_receipts(storage, put_at + HOUR + MINUTE) == 2
    assert files_of(settings) == []


async def test_a_day_after_its_last_piece_an_unfinished_upload_goes(storage: Storage, settings: Settings) -> None:
    piece = f"uploads/33.02/{new_id()}/{'a' * 64}/0-3"
    await storage.put(piece, b"abc")
    put_at = datetime.now(UTC)

    assert await sweep_receipts(storage, put_at + 24 * HOUR - MINUTE) == 0
    assert files_of(settings) == [piece]
    assert await sweep_receipts(storage, put_at + 24 * HOUR + MINUTE) == 1
    assert files_of(settings) == []


async def test_other_files_are_none_of_its_business(storage: Storage, settings: Settings) -> None:
    others = [
        "receipts/33.02/.DS_Store",
        "receipts/33.02/backup/x",
        "receipts/lost",
        "statements/33.02/x",
        "uploads/33.02/x",
        "uploads/README",
    ]
    for name in others:
        await storage.put(name, b"anything")
    for name in kept_as("33.02", new_id()):
        await storage.put(name, b"picture")

    assert await sweep_receipts(storage, TODAY + 1000 * HOUR) == 2
    assert files_of(settings) == others


async def test_several_may_sweep_at_once(storage: Storage, settings: Settings) -> None:
    member = await make_member()
    for number in range(10):
        await keep(storage, await make_receipt(member, str(number), created_at=TODAY - 49 * HOUR))
    swept = await asyncio.gather(*(sweep_receipts(storage, TODAY) for _ in range(3)))

    assert sum(swept) == 10
    assert (await Receipt.exists(), files_of(settings)) == (False, [])


async def test_what_a_cost_takes_meanwhile_is_left_alone(storage: Storage, settings: Settings) -> None:
    member = await make_member()
    cost = await cost_of(member)
    receipts = [
        await keep(storage, await make_receipt(member, str(number), created_at=TODAY - 49 * HOUR))
        for number in range(20)
    ]
    ids = [receipt.id for receipt in receipts]

    async def take() -> list[int]:
        unused = Receipt.filter(cost_id=None)
        return [await unused.filter(id=taken).update(cost_id=cost.id) for taken in reversed(ids)]

    taken, swept = await asyncio.gather(take(), sweep_receipts(storage, TODAY))

    assert sum(taken) + swept == 20
    assert await Receipt.filter(cost_id=cost.id).count() == sum(taken)
    assert len(files_of(settings)) == 2 * sum(taken)


async def test_the_worker_sweeps_every_hour(storage: Storage, settings: Settings) -> None:
    member = await make_member()
    worker = Worker(settings, MemorySender(), MemoryTextSender())
    left = []
    for minutes in (0, 59, 60):
        await make_receipt(member, str(minutes), created_at=TODAY - 49 * HOUR)
        await worker.run_until_idle(TODAY + minutes * MINUTE)
        left.append(await Receipt.all().count())

    assert left == [0, 1, 0]
