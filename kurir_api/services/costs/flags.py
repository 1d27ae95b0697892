"""What a reviewer should look at: flags of a cost, which block nothing."""

from collections.abc import Sequence
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.models import UNDECIDED, ClosedMonth, Cost, CostFlag
from kurir_api.services.rates.limits import rate_flags
from kurir_api.services.receipts.likeness import receipt_flags

# Somebody may have decided on one while this waited for it.
FLAG_EARLIER = """
UPDATE cost SET flags = array_append(flags, 'DUPLICATE_RECEIPT')
WHERE id = ANY($1::uuid[]) AND status = ANY($2::text[])
  AND NOT 'DUPLICATE_RECEIPT' = ANY(flags)
"""


async def flag(cost: Cost, *, unusual: bool, doubles: Sequence[UUID]) -> None:
    """Give the stored cost its flags, in the order of `CostFlag`; and `doubles`, which show the same receipt, theirs.

    Within the caller's transaction, `task` loaded, after `lock_doubles`, and after its receipts were attached.
    """
    raised = {*await receipt_flags(cost), *await rate_flags(cost)}
    if unusual:
        raised.add(CostFlag.UNUSUAL_AMOUNT)
    first_of_month = cost.spent_on.replace(day=1)
    if await ClosedMonth.filter(regency_code=cost.regency_code, month__gte=first_of_month).exists():
        raised.add(CostFlag.PERIOD_CLOSED)
    await Cost.filter(id=cost.id).update(flags=[one.value for one in CostFlag if one in raised])
    if doubles:
        await get_connection("default").execute_query(FLAG_EARLIER, [list(doubles), list(UNDECIDED)])
