"""The books' digests, and whether the books still say what they said."""

import hashlib
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

from tortoise.connection import get_connection

from kurir_api.models import ClosedMonth
from kurir_api.services.contributions.calendar import last_day, next_month

BATCH = 5_000

MOMENT = """to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""

COLUMNS = {
    "ledger_entry": "transaction_id, account, amount, booked_on, {moment}, organization_id, member_id, cost_id,"
    " pledge_id, kind, category, region_id, reverses_id",
    "work_entry": "claim_id, task_id, patient_id, member_id, organization_id, kind, region_id, tasks, minutes,"
    " distance_m, booked_on, {moment}, reverses_id",
}
"""All but the sealed reasons, which a change of keys changes."""

ENTRIES = """
SELECT id, jsonb_build_array(id, regency_code, {columns})::text AS line FROM {table}
WHERE regency_code = $1 AND booked_on > $2 AND booked_on <= $3 AND id > $4 ORDER BY id LIMIT $5
"""

OLDEST = """
SELECT least((SELECT min(booked_on) FROM work_entry WHERE regency_code = $1),
             (SELECT min(booked_on) FROM ledger_entry WHERE regency_code = $1)) AS day
"""

UNBALANCED = """
SELECT transaction_id FROM ledger_entry WHERE regency_code LIKE $1
GROUP BY transaction_id HAVING sum(amount) <> 0 ORDER BY transaction_id
"""

# What a cost's state says was spent, given and is still owed, against what is booked.
COSTS = """
WITH booked AS (
    SELECT cost_id, coalesce(sum(amount) FILTER (WHERE account = 'EXPENSE'), 0) AS spent,
        coalesce(sum(amount) FILTER (WHERE account = 'IN_KIND'), 0) AS given,
        coalesce(-sum(amount) FILTER (WHERE account = 'OWED'), 0) AS owed,
        coalesce(-sum(amount) FILTER (WHERE account = 'FUNDS'), 0) AS paid
    FROM ledger_entry WHERE cost_id IS NOT NULL AND regency_code LIKE $1 GROUP BY cost_id
)
SELECT c.id FROM cost c LEFT JOIN booked b ON b.cost_id = c.id WHERE c.regency_code LIKE $1 AND (
    coalesce(b.spent, 0) <> CASE WHEN c.status IN ('APPROVED', 'PAID') THEN c.amount ELSE 0 END
    OR coalesce(b.given, 0) <> CASE WHEN c.status = 'RECORDED' THEN c.amount ELSE 0 END
    OR coalesce(b.owed, 0) <> CASE WHEN c.status = 'APPROVED' THEN c.amount ELSE 0 END
    OR coalesce(b.paid, 0) <> CASE WHEN c.status = 'PAID' THEN c.amount ELSE 0 END
) ORDER BY c.id
"""

PLEDGES = """
WITH booked AS (
    SELECT pledge_id, coalesce(-sum(amount) FILTER (WHERE cost_id IS NULL), 0) AS promised,
        coalesce(sum(amount) FILTER (WHERE cost_id IS NOT NULL), 0) AS settled
    FROM ledger_entry WHERE account = 'PLEDGED' AND regency_code LIKE $1 GROUP BY pledge_id
)
SELECT p.id FROM pledge p LEFT JOIN booked b ON b.pledge_id = p.id WHERE p.regency_code LIKE $1
    AND (p.amount, p.settled) IS DISTINCT FROM (coalesce(b.promised, 0), coalesce(b.settled, 0)) ORDER BY p.id
"""

# Who paid a cost is who bore it: by the pledges, and the rest the member's own partner.
PAYERS = """
WITH borne AS (
    SELECT cost_id, organization_id, sum(amount) AS amount FROM (
        SELECT l.cost_id, l.organization_id, l.amount FROM ledger_entry l WHERE l.account = 'PLEDGED'
        UNION ALL SELECT l.cost_id, c.organization_id, -l.amount
            FROM ledger_entry l JOIN cost c ON c.id = l.cost_id WHERE l.account = 'PLEDGED'
        UNION ALL SELECT c.id, c.organization_id, c.amount FROM cost c WHERE c.status = 'PAID'
        UNION ALL SELECT l.cost_id, l.organization_id, l.amount FROM ledger_entry l WHERE l.account = 'FUNDS'
    ) every GROUP BY cost_id, organization_id
)
SELECT DISTINCT c.id FROM borne b JOIN cost c ON c.id = b.cost_id
WHERE c.status = 'PAID' AND c.regency_code LIKE $1 AND b.amount <> 0 ORDER BY c.id
"""

NEEDS = """
SELECT n.id FROM need n LEFT JOIN pledge p ON p.need_id = n.id WHERE n.regency_code LIKE $1
GROUP BY n.id HAVING n.pledged <> coalesce(sum(p.amount), 0) ORDER BY n.id
"""

CHECKS = {
    UNBALANCED: "Transaction {id} does not sum up to zero.",
    COSTS: "Cost {id} is not as it was booked.",
    PAYERS: "Cost {id} was paid by others than those who bear it.",
    PLEDGES: "Pledge {id} is not as it was booked.",
    NEEDS: "Need {id} is pledged otherwise than its pledges say.",
}


async def last_closed(regency_code: str) -> ClosedMonth | None:
    """The last month of the regency's books that is closed."""
    return await ClosedMonth.filter(regency_code=regency_code).order_by("-month").first()


async def month_to_close(regency_code: str, before: ClosedMonth | None) -> date | None:
    """The first day of the month after `before`, the last that is closed; before any is, of the oldest month that has
    entries. None while there are none.
    """
    if before is not None:
        return next_month(before.month)
    (row,) = await get_connection("default").execute_query_dict(OLDEST, [regency_code])
    oldest: date | None = row["day"]
    return oldest and oldest.replace(day=1)


async def digest_of(regency_code: str, month: date, before: ClosedMonth | None) -> str:
    """SHA-256, 64 hex digits, of the digest `before` it and of every entry of both ledgers booked since, up to the
    end of the month, by id: each a line of JSON.
    """
    since = last_day(before.month) if before else date.min
    digest = hashlib.sha256(before.digest.encode() if before else b"")
    for table, columns in COLUMNS.items():
        sql = ENTRIES.format(table=table, columns=columns.format(moment=MOMENT))
        async for line in _lines(sql, [regency_code, since, last_day(month)]):
            digest.update(f"\n{table} {line}".encode())
    return digest.hexdigest()


async def _lines(sql: str, values: list[Any]) -> AsyncIterator[str]:
    after = "00000000-0000-0000-0000-000000000000"
    while True:
        rows = await get_connection("default").execute_query_dict(sql, [*values, after, BATCH])
        for row in rows:
            yield row["line"]
        if len(rows) < BATCH:
            return
        after = str(rows[-1]["id"])


async def faults_of_books(regency_code: str | None = None) -> list[str]:
    """What is wrong with the books of a regency, or of all, in English: closed months that were altered, transactions
    that don't sum up to zero, costs and pledges that say otherwise. None when all is well.
    """
    months = ClosedMonth.filter(regency_code=regency_code) if regency_code else ClosedMonth.all()
    faults: list[str] = []
    before: ClosedMonth | None = None
    async for closed in months.order_by("regency_code", "month"):
        if before is not None and before.regency_code != closed.regency_code:
            before = None
        if await digest_of(closed.regency_code, closed.month, before) != closed.digest:
            faults.append(f"{closed.regency_code}, {closed.month:%Y-%m}: the entries are not those that were closed.")
        before = closed
    for sql, words in CHECKS.items():
        rows = await get_connection("default").execute_query_dict(sql, [regency_code or "%"])
        faults += [words.format(id=next(iter(row.values()))) for row in rows]
    return faults
