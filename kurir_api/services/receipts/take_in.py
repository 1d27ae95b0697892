"""A member sends a receipt, which no cost has yet."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.auth import Principal
from kurir_api.models import Receipt, insert_parts, new_id
from kurir_api.services.receipts.cleaning import Cleaner
from kurir_api.services.receipts.names import kept_as
from kurir_api.services.receipts.refusals import NotTaken
from kurir_api.storage import Storage

MOST_UNUSED = 100
MOST_UNUSED_BYTES = 200 * 1024 * 1024

# Of the same member one comes after the other, and counts what those before it left.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('unused receipts'), hashtext($1))"

UNUSED = """
SELECT count(*)::int AS receipts, coalesce(sum(size), 0)::int8 AS bytes
FROM receipt WHERE member_id = $1 AND cost_id IS NULL
"""


async def take_in(
    principal: Principal, content: bytes | bytearray, storage: Storage, cleaner: Cleaner
) -> tuple[Receipt, bool]:
    """The receipt of these bytes, and whether it is new: the same bytes are one receipt until a cost has it.

    Raises NotTaken, also when the member has 100 unused ones, or 200 MB of them. The row comes after the files.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    if known := await unused(principal.member_id, sha256):
        return known, False
    await _check_room(principal.member_id, 0)
    cleaned = await cleaner.clean(principal.member_id, content)
    receipt = Receipt(
        id=new_id(),
        regency_code=principal.regency_code,
        member_id=principal.member_id,
        sha256=sha256,
        content_type=cleaned.content_type,
        size=len(cleaned.kept),
        likeness=cleaned.likeness,
        created_at=datetime.now(UTC),
    )
    name, small_name = kept_as(receipt.regency_code, receipt.id)
    try:
        await storage.put(name, cleaned.kept)
        await storage.put(small_name, cleaned.small)
    except BaseException:
        await storage.delete(name, small_name)
        raise
    # If this fails nobody knows whether the row is there: the sweep looks later, and takes the files if it isn't.
    try:
        row = await _only_one(receipt)
    except NotTaken:
        await storage.delete(name, small_name)
        raise
    if row is not receipt:
        await storage.delete(name, small_name)
    return row, row is receipt


async def unused(member_id: UUID, sha256: str) -> Receipt | None:
    """The member's receipt of a file with this hash that no cost has; the time until it is swept begins anew."""
    own = Receipt.filter(member_id=member_id, sha256=sha256, cost_id=None)
    return await own.first() if await own.update(created_at=datetime.now(UTC)) else None


async def _check_room(member_id: UUID, size: int) -> None:
    """Raise NotTaken unless the member may have another unused receipt of so many bytes."""
    [found] = await get_connection("default").execute_query_dict(UNUSED, [member_id])
    if found["receipts"] >= MOST_UNUSED or found["bytes"] + size > MOST_UNUSED_BYTES:
        raise NotTaken("TOO_MANY_UNUSED")


async def _only_one(receipt: Receipt) -> Receipt:
    """The receipt, written; or the one that the same member sent at the same moment. Raises NotTaken."""
    columns, selected, values = insert_parts(receipt, 1)
    insert = (
        f"INSERT INTO receipt ({columns}) SELECT {selected}"
        " ON CONFLICT (member_id, sha256) WHERE cost_id IS NULL DO NOTHING RETURNING id"
    )
    async with in_transaction() as transaction:
        await transaction.execute_query(ONE_AT_A_TIME, [str(receipt.member_id)])
        while True:
            if other := await unused(receipt.member_id, receipt.sha256):
                return other
            await _check_room(receipt.member_id, receipt.size)
            if await transaction.execute_query_dict(insert, values):
                return receipt
