"""What a reviewer should know of a cost's receipts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.models import Cost, CostFlag, Receipt

SAME_BITS, ALIKE_BITS = 10, 24
"""Pictures that differ in so many of 256 bits, or fewer: most likely the same one, saved again; perhaps the same
slip, taken twice. Slips of one shop look much alike, too, so the latter counts only where the amounts are the same.
"""

LOOKED_BACK = timedelta(days=400)

# Whoever comes later waits, and sees what the earlier cost holds: of two that show the same receipt at the same
# moment one is flagged.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('receipts'), hashtext($1))"

# What is decided already stays as it was decided on.
DOUBLES = """
SELECT DISTINCT other.cost_id AS id FROM receipt own
JOIN receipt other ON other.sha256 = own.sha256 JOIN cost ON cost.id = other.cost_id
WHERE CASE WHEN $2::uuid[] IS NULL THEN own.cost_id = $1 ELSE own.id = ANY($2::uuid[]) END
  AND cost.id <> $1 AND cost.regency_code = $3
  AND cost.status IN ('SUBMITTED', 'RETURNED', 'ENDORSED') AND NOT 'DUPLICATE_RECEIPT' = ANY(cost.flags)
"""

COMPARE = """
WITH own AS MATERIALIZED (
    SELECT sha256, ('x' || likeness)::bit(256) AS picture FROM receipt WHERE cost_id = $1
), other AS (
    SELECT receipt.sha256, receipt.likeness, receipt.created_at, cost.amount
    FROM receipt JOIN cost ON cost.id = receipt.cost_id
    WHERE cost.regency_code = $2 AND cost.id <> $1 AND cost.status NOT IN ('VOID', 'REJECTED')
)
SELECT EXISTS (SELECT FROM own JOIN other USING (sha256)) AS duplicate,
       EXISTS (
           SELECT FROM own JOIN other ON other.sha256 <> own.sha256 AND other.created_at > $3
           AND bit_count(own.picture # ('x' || other.likeness)::bit(256))
               <= CASE WHEN other.amount = (SELECT amount FROM cost WHERE id = $1) THEN $5::int ELSE $4::int END
       ) AS alike
"""


async def find_doubles(cost: Cost, receipt_ids: Sequence[UUID] | None) -> list[UUID]:
    """The costs of the regency, not decided and not flagged for it yet, that show the same file as this one is about
    to: one of `receipt_ids`, or, where these are None, one of its receipts.

    Within the caller's transaction, before it locks any cost: if the cost shows or showed anything, others wait.
    """
    if not receipt_ids and not await Receipt.filter(cost_id=cost.id).exists():
        return []
    connection = get_connection("default")
    await connection.execute_query(ONE_AT_A_TIME, [cost.regency_code])
    wanted = None if receipt_ids is None else list(receipt_ids)
    found = await connection.execute_query_dict(DOUBLES, [cost.id, wanted, cost.regency_code])
    return [row["id"] for row in found]


async def receipt_flags(cost: Cost) -> list[CostFlag]:
    """NO_RECEIPT: money without any. DUPLICATE_RECEIPT: the very same file with another live cost of the regency.
    SIMILAR_RECEIPT: a picture much like another live cost's of the last 400 days; of the same amount, less like.

    Within the caller's transaction, after `find_doubles` and `attach_receipts`.
    """
    if not await Receipt.filter(cost_id=cost.id).exists():
        return [] if cost.in_kind else [CostFlag.NO_RECEIPT]
    since = datetime.now(UTC) - LOOKED_BACK
    [found] = await get_connection("default").execute_query_dict(
        COMPARE, [cost.id, cost.regency_code, since, SAME_BITS, ALIKE_BITS]
    )
    flags = {
        CostFlag.DUPLICATE_RECEIPT: found["duplicate"],
        CostFlag.SIMILAR_RECEIPT: found["alike"],
    }
    return [flag for flag, raised in flags.items() if raised]
