"""Who bears a cost, recomputed from the ledger alone."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from tortoise.connection import get_connection

SHARES = """
SELECT cost_id, organization_id, sum(amount)::bigint AS amount FROM (
    SELECT cost_id, organization_id, amount FROM ledger_entry
    WHERE cost_id = ANY($1::uuid[]) AND account IN ('EXPENSE', 'IN_KIND', 'PLEDGED')
    UNION ALL
    SELECT pledged.cost_id, cost.organization_id, -pledged.amount
    FROM ledger_entry pledged JOIN cost ON cost.id = pledged.cost_id
    WHERE pledged.cost_id = ANY($1::uuid[]) AND pledged.account = 'PLEDGED'
) borne
GROUP BY 1, 2 HAVING sum(amount) <> 0 ORDER BY 1, 2
"""


async def cost_shares(cost_ids: Collection[UUID]) -> Mapping[UUID, Mapping[UUID, int]]:
    """By cost, where anything stands in the books: which organisation bears or will bear how many rupiah. What no
    pledge does, the one whose member spent it bears. One statement.
    """
    shares: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for row in await get_connection("default").execute_query_dict(SHARES, [list(cost_ids)]):
        shares[row["cost_id"]][row["organization_id"]] = row["amount"]
    return shares
