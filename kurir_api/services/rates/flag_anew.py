"""A case's bed is of another class: what waits for a decision is looked at again."""

from collections.abc import Sequence
from uuid import UUID

from kurir_api.models import UNDECIDED, Cost, CostFlag
from kurir_api.services.rates.limits import rate_flags

OF_RATES = {CostFlag.OVER_RATE, CostFlag.OVER_LIMIT, CostFlag.CLASS_NOT_COVERED}


async def lock_undecided(case_id: UUID) -> Sequence[Cost]:
    """The case's undecided costs, by id, with their tasks. Whoever flags a cost holds it and then reads the class: so
    these are locked before the case.
    """
    rows = Cost.filter(task__case_id=case_id, status__in=UNDECIDED).select_related("task")
    return await rows.order_by("id").select_for_update(of=("cost",), no_key=True)


async def flag_anew(case_id: UUID) -> None:
    """Raise the flags that depend on the class, and no others, by the class as it is now; of costs logged meanwhile,
    too. Three statements a cost, and one for each that changes.
    """
    for cost in await lock_undecided(case_id):
        raised = {CostFlag(flag) for flag in cost.flags} - OF_RATES | set(await rate_flags(cost))
        flags = [flag.value for flag in CostFlag if flag in raised]
        if flags != cost.flags:
            await Cost.filter(id=cost.id).update(flags=flags)
