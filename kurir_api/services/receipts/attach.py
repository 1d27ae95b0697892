"""A cost's receipts become exactly those its member names."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.errors import Problems
from kurir_api.models import Cost, Receipt

MOST_RECEIPTS = 10

TAKE = """
UPDATE receipt SET cost_id = $1
WHERE id = ANY($2::uuid[]) AND member_id = $3 AND (cost_id IS NULL OR cost_id = $1) RETURNING id
"""

# A member has each picture unused once: of what is given back, copies go. The sweep takes their files.
FORGET_COPIES = """
DELETE FROM receipt WHERE id IN (
    SELECT given_back.id FROM (
        SELECT id, member_id, sha256, row_number() OVER (PARTITION BY sha256 ORDER BY id) AS copy
        FROM receipt WHERE cost_id = $1 AND NOT id = ANY($2::uuid[])
    ) given_back
    WHERE copy > 1 OR EXISTS (
        SELECT FROM receipt unused
        WHERE unused.cost_id IS NULL AND (unused.member_id, unused.sha256) = (given_back.member_id, given_back.sha256)
    )
)
"""


async def attach_receipts(member_id: UUID, cost: Cost, receipt_ids: Sequence[UUID]) -> None:
    """Make exactly these the cost's receipts, at most ten; those it had besides are unused again, as if just sent.

    Within the caller's transaction. Raises InvalidInput (`receiptIds`) for receipts that aren't the member's, or are
    another cost's already.
    """
    wanted = list(dict.fromkeys(receipt_ids))
    problems = Problems()
    if len(wanted) > MOST_RECEIPTS:
        problems.add(
            "receiptIds",
            id=f"Paling banyak {MOST_RECEIPTS} bukti untuk satu biaya; pecah biayanya.",
            en=f"At most {MOST_RECEIPTS} receipts for one cost; split the cost.",
        )
        problems.refuse()
    taken = await get_connection("default").execute_query_dict(TAKE, [cost.id, wanted, member_id])
    if len(taken) < len(wanted):
        await _explain(member_id, {UUID(str(row["id"])) for row in taken}, wanted, problems)
    await get_connection("default").execute_query(FORGET_COPIES, [cost.id, wanted])
    given_back = Receipt.filter(cost_id=cost.id).exclude(id__in=wanted) if wanted else Receipt.filter(cost_id=cost.id)
    await given_back.update(cost_id=None, created_at=datetime.now(UTC))


async def _explain(member_id: UUID, taken: set[UUID], wanted: list[UUID], problems: Problems) -> None:
    """Refuse what could not be taken. Another member's receipt looks exactly like none."""
    used = set(await Receipt.filter(id__in=wanted, member_id=member_id).values_list("id", flat=True)) - taken
    if used:
        problems.add(
            "receiptIds",
            id="Bukti ini sudah dipakai untuk biaya lain; kirim foto bukti yang lain.",
            en="This receipt belongs to another cost already; send a picture of another one.",
        )
    if set(wanted) - taken - used:
        problems.add(
            "receiptIds",
            id="Bukti tidak ditemukan; kirim lagi fotonya.",
            en="There is no such receipt; send the picture again.",
        )
    problems.refuse()
