"""What a case has cost."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.functions import Sum

from kurir_api.auth import Principal
from kurir_api.models import Cost, CostStatus
from kurir_api.services.visibility import DESK, visible_costs, within

WITHOUT_EFFECT = (CostStatus.REJECTED, CostStatus.VOID)


async def spent_on(principal: Principal, case_ids: Iterable[UUID]) -> Mapping[UUID, int]:
    """Whole rupiah by case, where anything was spent: for the desk all of it, for others what they see."""
    known = Q(id__in=Subquery(visible_costs(principal).values("id")))
    sums = (
        Cost.filter(known | within("task__region_id", principal.regions(*DESK)), task__case_id__in=list(case_ids))
        .exclude(status__in=WITHOUT_EFFECT)
        .annotate(total=Sum("amount"))
        .group_by("task__case_id")
    )
    return {case_id: int(total) for case_id, total in await sums.values_list("task__case_id", "total")}
