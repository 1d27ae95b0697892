"""What still waits in the month that is to be closed next."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from tortoise.connection import get_connection

from kurir_api.auth import Principal
from kurir_api.services.contributions.books import last_closed, month_to_close
from kurir_api.services.contributions.calendar import last_day, local_day
from kurir_api.services.visibility import visible_books

# What was spent earlier and is approved now counts for this month, too.
WAITING = """
WITH waiting AS (
    SELECT count(*) AS costs, coalesce(sum(amount), 0)::int8 AS amount FROM cost
    WHERE regency_code = $1 AND spent_on <= $3 AND status IN ('SUBMITTED', 'RETURNED', 'ENDORSED')
), disputed AS (
    SELECT count(*) AS lines FROM line_review v
    LEFT JOIN work_entry w ON w.id = v.work_entry_id LEFT JOIN ledger_entry l ON l.id = v.ledger_entry_id
    WHERE v.regency_code = $1 AND v.decision = 'DISPUTED' AND coalesce(w.booked_on, l.booked_on) BETWEEN $2 AND $3
        AND NOT EXISTS (SELECT FROM work_entry b WHERE b.reverses_id = w.id)
        AND NOT EXISTS (SELECT FROM ledger_entry b WHERE b.reverses_id = l.id)
)
SELECT waiting.costs, waiting.amount, disputed.lines FROM waiting, disputed
"""


@dataclass(frozen=True, slots=True)
class OpenMonth:
    """`month`: its first day. `pending_costs` are logged and not decided on, `pending_amount` rupiah altogether;
    closing leaves them to the month after. `disputed_lines` of the month still stand.
    """

    month: date
    pending_costs: int
    pending_amount: int
    disputed_lines: int


async def open_month(principal: Principal, regency_code: str) -> OpenMonth | None:
    """The month of the regency's books that is to be closed next: with nothing on the books, this one. None for who
    may not close it. Four statements.
    """
    regency = await visible_books(principal).get_or_none(code=regency_code)
    if regency is None:
        return None
    month = await month_to_close(regency.code, await last_closed(regency.code))
    if month is None:
        month = (await local_day(regency.code, datetime.now(UTC))).replace(day=1)
    (row,) = await get_connection("default").execute_query_dict(WAITING, [regency.code, month, last_day(month)])
    return OpenMonth(month, row["costs"], row["amount"], row["lines"])
