"""A statement's lines, one by one: for documents of any length. They tell nothing of a patient."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.models import CostCategory
from kurir_api.services.contributions.totals import Period

BATCH = 1_000


def is_correction(line: str) -> str:
    """SQL: whether the line of work, by its alias, takes back or replaces an earlier one: what replaces it is booked
    together with the reversal.
    """
    return f"""({line}.reverses_id IS NOT NULL OR EXISTS (SELECT FROM work_entry back
        WHERE back.claim_id = {line}.claim_id AND back.reverses_id IS NOT NULL
            AND back.recorded_at = {line}.recorded_at))"""


WORK = f"""
SELECT w.id, w.booked_on, w.kind, t.number AS task_number, s.name AS subdistrict, m.name AS member,
    w.tasks, w.minutes, w.distance_m, {is_correction("w")} AS correction
FROM work_entry w JOIN task t ON t.id = w.task_id JOIN member m ON m.id = w.member_id
JOIN region s ON s.code = left(w.region_id, 8)
WHERE w.organization_id = $1 AND w.booked_on BETWEEN $2 AND $3 AND (w.booked_on, w.id) > ($4, $5)
ORDER BY w.booked_on, w.id LIMIT $6
"""

COSTS = """
SELECT l.id, l.booked_on, l.category, l.kind, t.number AS task_number, m.name AS member, l.amount,
    l.account = 'IN_KIND' AS in_kind,
    (SELECT count(*) FROM receipt r WHERE r.cost_id = l.cost_id) AS receipts, l.reverses_id IS NOT NULL AS correction
FROM ledger_entry l JOIN member m ON m.id = l.member_id
JOIN cost c ON c.id = l.cost_id JOIN task t ON t.id = c.task_id
WHERE l.organization_id = $1 AND l.booked_on BETWEEN $2 AND $3 AND l.account IN ('EXPENSE', 'IN_KIND')
    AND (l.booked_on, l.id) > ($4, $5)
ORDER BY l.booked_on, l.id LIMIT $6
"""


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A task that a member completed for the partner. A reversal has negative `tasks`, `minutes` and `distance_m`.
    `correction`: it takes back or replaces an earlier line.
    """

    id: UUID
    booked_on: date
    kind: str
    task_number: int
    subdistrict: str
    member: str
    tasks: int
    minutes: int
    distance_m: int
    correction: bool


@dataclass(frozen=True, slots=True)
class CostLine:
    """Money spent or a gift, in rupiah. Taken back, `amount` is negative and `correction` true."""

    id: UUID
    booked_on: date
    category: CostCategory
    kind: str
    task_number: int
    member: str
    amount: int
    in_kind: bool
    receipts: int
    correction: bool


async def work_lines(organization_id: UUID, period: Period) -> AsyncIterator[WorkLine]:
    """In the order of booking; read in batches, so that memory does not grow with them."""
    async for row in _rows(WORK, organization_id, period):
        yield WorkLine(**row)


async def cost_lines(organization_id: UUID, period: Period) -> AsyncIterator[CostLine]:
    """As `work_lines`."""
    async for row in _rows(COSTS, organization_id, period):
        yield CostLine(**row | {"category": CostCategory(row["category"])})


async def _rows(sql: str, organization_id: UUID, period: Period) -> AsyncIterator[dict[str, Any]]:
    after = (period.first_day, UUID(int=0))
    while True:
        values = [organization_id, period.first_day, period.last_day, *after, BATCH]
        rows = await get_connection("default").execute_query_dict(sql, values)
        for row in rows:
            yield row
        if len(rows) < BATCH:
            return
        after = (rows[-1]["booked_on"], rows[-1]["id"])
