"""What members did in a period, as far as the caller may know."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.auth import Principal
from kurir_api.models import Role
from kurir_api.services.contributions.totals import Period, Totals
from kurir_api.services.visibility import OFFICE

KNOWN = """
member_id = ANY($1::uuid[]) AND booked_on BETWEEN $2 AND $3
AND (member_id = $4 OR organization_id = ANY($5::uuid[]) OR region_id LIKE ANY($6::text[]))
"""

WORK = f"""
WITH helped AS (
    SELECT member_id, sum(tasks) AS tasks, sum(minutes) AS minutes, sum(distance_m) AS distance_m
    FROM work_entry WHERE {KNOWN} GROUP BY member_id, patient_id
)
SELECT member_id, sum(tasks)::int8 AS tasks, count(*) FILTER (WHERE tasks > 0) AS beneficiaries,
    sum(minutes)::int8 AS minutes, sum(distance_m)::int8 AS distance_m
FROM helped GROUP BY member_id
"""

MONEY = f"""
SELECT member_id, coalesce(sum(amount) FILTER (WHERE account = 'EXPENSE'), 0)::int8 AS cost,
    coalesce(sum(amount) FILTER (WHERE account = 'IN_KIND'), 0)::int8 AS in_kind
FROM ledger_entry WHERE {KNOWN} AND account IN ('EXPENSE', 'IN_KIND') GROUP BY member_id
"""


async def totals_of_members(
    principal: Principal, member_ids: Collection[UUID], period: Period
) -> Mapping[UUID, Totals]:
    """By member what they did in the period: the caller all of the own, the office what was done in its regions, a
    reviewer what was done for the partner. Who did nothing that the caller may know of is absent. Two statements.
    """
    patterns = [f"{code}{end}" for code in principal.regions(*OFFICE) for end in ("", ".%")]
    values: list[Any] = [
        list(member_ids),
        period.first_day,
        period.last_day,
        principal.member_id,
        list(principal.organizations(Role.PARTNER_REVIEWER)),
        patterns,
    ]
    figures: dict[UUID, dict[str, int]] = defaultdict(dict)
    for sql in (WORK, MONEY):
        for row in await get_connection("default").execute_query_dict(sql, values):
            figures[row.pop("member_id")] |= row
    return {member_id: Totals(**found) for member_id, found in figures.items()}


async def own_totals(principal: Principal, period: Period) -> Totals:
    """What the caller did in the period."""
    return (await totals_of_members(principal, [principal.member_id], period)).get(principal.member_id, Totals())
