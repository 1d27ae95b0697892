"""What nobody used is swept away: receipts without a cost, uploads that broke off, files without a row."""

from collections.abc import AsyncIterable, AsyncIterator
from datetime import datetime, timedelta

from kurir_api.models import Receipt
from kurir_api.services.receipts import names, uploads
from kurir_api.storage import Storage, Stored

UNUSED_KEPT = timedelta(hours=48)
UPLOADS_KEPT = timedelta(hours=24)
FILES_KEPT = timedelta(hours=1)
"""A file's row is written within moments, or never."""

AT_ONCE = 500


async def sweep_receipts(storage: Storage, now: datetime) -> int:
    """How many rows and files went. Any number of processes may sweep, while receipts come in and costs take them."""
    return await _unused(storage, now) + await _unfinished(storage, now) + await _rowless(storage, now)


async def _unused(storage: Storage, now: datetime) -> int:
    """The rows first: what then has no row goes with the other files of its kind, should this end halfway."""
    old = Receipt.filter(cost_id=None, created_at__lt=now - UNUSED_KEPT)
    swept = 0
    for receipt in await old.only("id", "regency_code"):
        # A cost may have taken it since.
        if await old.filter(id=receipt.id).delete():
            await storage.delete(*names.kept_as(receipt.regency_code, receipt.id))
            swept += 1
    return swept


async def _unfinished(storage: Storage, now: datetime) -> int:
    found = [stored async for stored in storage.listed(uploads.FOLDER) if uploads.PIECE.fullmatch(stored.name)]
    limit = (now - UPLOADS_KEPT).timestamp()
    old = [upload for upload in uploads.newest_first(found) if uploads.last_heard_of(upload) < limit]
    pieces = [stored.name for upload in old for stored in upload]
    await storage.delete(*pieces)
    return len(pieces)


async def _rowless(storage: Storage, now: datetime) -> int:
    """What is named otherwise than receipts are is somebody else's, and stays."""
    old = (
        stored
        async for stored in storage.listed(names.FOLDER)
        if stored.written_at < now - FILES_KEPT and names.receipt_of(stored.name)
    )
    swept = 0
    async for batch in _batches(old):
        ids = {names.receipt_of(stored.name) for stored in batch}
        with_row = set(await Receipt.filter(id__in=ids).values_list("id", flat=True))
        rowless = [stored.name for stored in batch if names.receipt_of(stored.name) not in with_row]
        await storage.delete(*rowless)
        swept += len(rowless)
    return swept


async def _batches(files: AsyncIterable[Stored]) -> AsyncIterator[list[Stored]]:
    batch: list[Stored] = []
    async for stored in files:
        batch.append(stored)
        if len(batch) == AT_ONCE:
            yield batch
            batch = []
    yield batch
