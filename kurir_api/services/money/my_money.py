"""How a member stands with their money."""

from dataclasses import dataclass
from datetime import date

from tortoise.connection import get_connection
from tortoise.expressions import Q

from kurir_api.auth import Principal
from kurir_api.errors import Words
from kurir_api.models import Cost, CostFlag, CostStatus

NOT_APPROVED = (CostStatus.SUBMITTED, CostStatus.ENDORSED)
MOST_MISSING = 50

SUMS = """
SELECT coalesce(sum(amount) FILTER (WHERE NOT in_kind AND status NOT IN ('REJECTED', 'VOID')), 0)::int8 AS advanced,
    coalesce(sum(amount) FILTER (WHERE NOT in_kind AND status = 'RETURNED'), 0)::int8 AS returned,
    coalesce(sum(amount) FILTER (WHERE status = 'APPROVED'), 0)::int8 AS approved,
    coalesce(sum(amount) FILTER (WHERE status = 'PAID'), 0)::int8 AS paid,
    coalesce(sum(amount) FILTER (WHERE status = 'RECORDED'), 0)::int8 AS given_in_kind,
    coalesce(sum(amount) FILTER (WHERE NOT in_kind AND status = 'REJECTED'), 0)::int8 AS rejected
FROM cost WHERE member_id = $1 AND spent_on >= coalesce($2::date, '-infinity')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MyMoney:
    """Rupiah. `advanced`: what the member laid out, without rejected and void costs; of that `returned` is to be
    mended, `approved` to be paid, `paid` is. `missing`: costs that wait for the member, newest first, at most 50.
    """

    advanced: int
    returned: int
    approved: int
    paid: int
    given_in_kind: int
    rejected: int
    missing: list[Cost]

    @property
    def next_step(self) -> Words | None:
        """What the member had best do."""
        returned = sum(cost.status == CostStatus.RETURNED for cost in self.missing)
        if returned:
            return Words(
                f"Perbaiki {returned} biaya yang dikembalikan, lalu kirim lagi.",
                f"Correct what was sent back ({returned}), and send it again.",
            )
        if self.missing:
            return Words(
                f"Lengkapi kuitansi: {len(self.missing)} biaya belum ada buktinya.",
                f"Add receipts: {len(self.missing)} without one.",
            )
        return None


async def my_money(principal: Principal, since: date | None = None) -> MyMoney:
    """Of all the caller's costs, or of those spent since a day. Two statements."""
    (sums,) = await get_connection("default").execute_query_dict(SUMS, [principal.member_id, since])
    own = Cost.filter(
        Q(status=CostStatus.RETURNED) | Q(status__in=NOT_APPROVED, flags__contains=[CostFlag.NO_RECEIPT.value]),
        member_id=principal.member_id,
    )
    if since is not None:
        own = own.filter(spent_on__gte=since)
    return MyMoney(**sums, missing=await own.order_by("-id").limit(MOST_MISSING))
