"""Members hear what became of their costs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import Cost, CostStatus

TOLD: Mapping[CostStatus, NotificationKind] = {
    CostStatus.ENDORSED: NotificationKind.COST_ENDORSED,
    CostStatus.APPROVED: NotificationKind.COST_APPROVED,
    CostStatus.RECORDED: NotificationKind.COST_RECORDED,
    CostStatus.RETURNED: NotificationKind.COST_RETURNED,
    CostStatus.REJECTED: NotificationKind.COST_REJECTED,
    CostStatus.PAID: NotificationKind.COST_PAID,
    CostStatus.VOID: NotificationKind.COST_VOIDED,
}


async def tell_of_costs(costs: Sequence[Cost], decision: CostStatus, now: datetime) -> None:
    """Tell each member whose costs these are how many they are, and their sum; of a single one which. One statement a
    member.
    """
    of_member: dict[UUID, list[Cost]] = defaultdict(list)
    for cost in costs:
        of_member[cost.member_id].append(cost)
    for member_id, own in of_member.items():
        which: dict[str, Any] = {"cost_id": str(own[0].id)} if len(own) == 1 else {}
        await notify(
            TOLD[decision],
            [member_id],
            None,
            now=now,
            regency_code=own[0].regency_code,
            costs=len(own),
            rupiah=sum(cost.amount for cost in own),
            **which,
        )
