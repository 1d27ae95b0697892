"""A member's own year: what it came to."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.auth import Principal
from kurir_api.services.contributions.members import own_totals
from kurir_api.services.contributions.totals import Period, Totals

MONTHS = 12
FIRST_YEAR, LAST_YEAR = 2000, 2999

WORK = """
SELECT extract(month FROM booked_on)::int AS month, kind, sum(tasks)::int8 AS tasks, sum(minutes)::int8 AS minutes
FROM work_entry WHERE member_id = $1 AND booked_on BETWEEN $2 AND $3 GROUP BY 1, 2 ORDER BY 2, 1
"""

# An entry that is owed less is a payment, and its reversal one that came back.
MONEY = """
SELECT
    (SELECT coalesce(sum(amount), 0)::int8 FROM cost WHERE member_id = $1 AND spent_on BETWEEN $2 AND $3
        AND NOT in_kind AND status NOT IN ('REJECTED', 'VOID')) AS advanced,
    (SELECT coalesce(sum(amount), 0)::int8 FROM ledger_entry WHERE member_id = $1 AND booked_on BETWEEN $2 AND $3
        AND account = 'OWED' AND (amount > 0) = (reverses_id IS NULL)) AS paid
"""


@dataclass(frozen=True, slots=True)
class KindYear:
    """Tasks of one kind, and minutes."""

    code: str
    tasks: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Year:
    """`by_month`: tasks, January first. `advanced`: spent and neither rejected nor taken back; `paid`: paid back in
    the year; rupiah.
    """

    year: int
    totals: Totals
    by_kind: list[KindYear]
    by_month: list[int]
    advanced: int
    paid: int


async def year_of(principal: Principal, year: int) -> Year:
    """The caller's own year. Four statements."""
    period = Period(date(year, 1, 1), date(year, 12, 31))
    totals = await own_totals(principal, period)
    values: list[UUID | date] = [principal.member_id, period.first_day, period.last_day]
    kinds: dict[str, KindYear] = {}
    months = [0] * MONTHS
    for row in await get_connection("default").execute_query_dict(WORK, values):
        before = kinds.get(row["kind"], KindYear(row["kind"], 0, 0))
        kinds[row["kind"]] = KindYear(row["kind"], before.tasks + row["tasks"], before.minutes + row["minutes"])
        months[row["month"] - 1] += row["tasks"]
    (money,) = await get_connection("default").execute_query_dict(MONEY, values)
    by_kind = sorted((one for one in kinds.values() if one.tasks or one.minutes), key=lambda one: -one.tasks)
    return Year(year, totals, by_kind, months, money["advanced"], money["paid"])
