"""A statement's lines as its readers page through them, with what was said of each."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.models import CostCategory, LineReview, WorkEntry
from kurir_api.services.contributions.lines import is_correction
from kurir_api.services.contributions.totals import Period

LINES = f"""
SELECT e.id, 'WorkEntry' AS ledger, e.organization_id, e.booked_on, e.kind, e.region_id, t.number AS task_number,
    e.member_id, e.minutes, e.distance_m, NULL AS category, NULL::int8 AS amount, false AS in_kind, e.reason_sealed,
    {is_correction("e")} AS correction, v.id AS review_id,
    v.decision = 'DISPUTED' AND NOT EXISTS (SELECT FROM work_entry b WHERE b.reverses_id = e.id) AS disputed
FROM work_entry e JOIN task t ON t.id = e.task_id LEFT JOIN line_review v ON v.work_entry_id = e.id
WHERE {{which}}
UNION ALL
SELECT e.id, 'LedgerEntry', e.organization_id, e.booked_on, e.kind, e.region_id, t.number,
    e.member_id, NULL, NULL, e.category, e.amount, e.account = 'IN_KIND', NULL, e.reverses_id IS NOT NULL, v.id,
    v.decision = 'DISPUTED' AND NOT EXISTS (SELECT FROM ledger_entry b WHERE b.reverses_id = e.id)
FROM ledger_entry e JOIN cost c ON c.id = e.cost_id JOIN task t ON t.id = c.task_id
LEFT JOIN line_review v ON v.ledger_entry_id = e.id
WHERE e.account IN ('EXPENSE', 'IN_KIND') AND {{which}}
"""

PAGES = f"""
SELECT * FROM (
    SELECT line.*, row_number() OVER (PARTITION BY organization_id ORDER BY booked_on DESC, id DESC) AS place
    FROM ({LINES.format(which="e.organization_id = ANY($1::uuid[]) AND e.booked_on BETWEEN $2 AND $3")}) line
    WHERE ($4::date IS NULL OR (booked_on, id) < ($4, $5)) AND ($6::bool IS NULL OR coalesce(disputed, false) = $6)
) numbered WHERE place <= $7 ORDER BY booked_on DESC, id DESC
"""

BY_ID = LINES.format(which="e.id = ANY($1::uuid[])") + "ORDER BY booked_on DESC, id DESC"


@dataclass(frozen=True, slots=True)
class ListedLine:
    """An entry of the `ledger` (its model's name): work has `minutes` and `distance_m`, negative where it was taken
    back; costs have `category` and `amount` in rupiah. `correction`: it takes back or replaces an earlier line;
    `reason_sealed`: why, of work.
    """

    id: UUID
    ledger: str
    organization_id: UUID
    booked_on: date
    kind: str
    region_id: str
    task_number: int
    member_id: UUID
    minutes: int | None
    distance_m: int | None
    category: CostCategory | None
    amount: int | None
    in_kind: bool
    reason_sealed: bytes | None
    correction: bool
    review: LineReview | None

    @property
    def reason(self) -> str | None:
        """Why the line of work was corrected; it may tell of the patient."""
        return WorkEntry(id=self.id, reason_sealed=self.reason_sealed).reason


async def listed_lines(
    organization_ids: Collection[UUID],
    period: Period,
    *,
    limit: int,
    before: tuple[date, UUID] | None,
    disputed: bool | None,
) -> Mapping[UUID, list[ListedLine]]:
    """By partner up to `limit` lines of the period, the last day first, of a day the last booked first. `before`:
    only those that come after this day and id; `disputed`: only those disputed that stand, or only the others. Two
    statements.
    """
    before_day, before_id = before or (None, None)
    values = [list(organization_ids), period.first_day, period.last_day, before_day, before_id, disputed, limit]
    found: dict[UUID, list[ListedLine]] = defaultdict(list)
    for line in await _lines(PAGES, values):
        found[line.organization_id].append(line)
    return found


async def lines_by_id(ids: Collection[UUID]) -> list[ListedLine]:
    """These lines, the last day first, for a caller who may know of them. Two statements."""
    return await _lines(BY_ID, [list(ids)])


async def _lines(sql: str, values: list[Any]) -> list[ListedLine]:
    rows = await get_connection("default").execute_query_dict(sql, values)
    reviews = {review.id: review for review in await LineReview.filter(id__in=[row["review_id"] for row in rows])}
    return [_line(row, reviews.get(row["review_id"])) for row in rows]


def _line(row: Mapping[str, Any], review: LineReview | None) -> ListedLine:
    read = {name: row[name] for name in ListedLine.__slots__ if name not in {"category", "review"}}
    category = CostCategory(row["category"]) if row["category"] else None
    return ListedLine(**read, category=category, review=review)
