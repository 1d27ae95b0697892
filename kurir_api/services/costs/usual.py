"""Amounts unlike those of the same kind."""

from datetime import timedelta

from tortoise.connection import get_connection

from kurir_api.models import Cost

TIMES_THE_MEDIAN = 3
FEWEST = 10
LOOKED_BACK = timedelta(days=365)

MEDIAN = """
SELECT count(*) AS costs, percentile_cont(0.5) WITHIN GROUP (ORDER BY cost.amount) AS median
FROM cost JOIN task ON task.id = cost.task_id
WHERE cost.regency_code = $1 AND cost.category = $2 AND task.kind = $3 AND cost.id <> $4
  AND cost.in_kind = $7 AND cost.status IN ('APPROVED', 'PAID', 'RECORDED')
  AND cost.spent_on > $5::date AND cost.spent_on <= $6::date
"""


async def is_unusual(cost: Cost) -> bool:
    """Whether the amount is more than 3 times the median of what the regency approved or paid, of a gift's of what it
    recorded, of the same category for the same kind of task in the 365 days up to `spent_on`. From 10 such costs on.
    `task` loaded.
    """
    since = cost.spent_on - LOOKED_BACK
    [usual] = await get_connection("default").execute_query_dict(
        MEDIAN, [cost.regency_code, cost.category, cost.task.kind, cost.id, since, cost.spent_on, cost.in_kind]
    )
    return bool(usual["costs"] >= FEWEST and cost.amount > TIMES_THE_MEDIAN * usual["median"])
