"""What partners are told of a period: recomputed from the two ledgers alone, each time it is asked for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.models import CostCategory, Organization
from kurir_api.services.contributions.totals import Period, Totals

# A patient counts once on each level, and only where more work was done than taken back.
WORK = """
WITH helped AS (
    SELECT organization_id, member_id, kind,
        sum(tasks) AS tasks, sum(minutes) AS minutes, sum(distance_m) AS distance_m
    FROM work_entry WHERE organization_id = ANY($1::uuid[]) AND booked_on BETWEEN $2 AND $3
    GROUP BY GROUPING SETS ((organization_id, patient_id), (organization_id, member_id, patient_id),
                            (organization_id, kind, patient_id))
)
SELECT organization_id, member_id, kind, count(*) FILTER (WHERE tasks > 0) AS beneficiaries,
    sum(tasks)::int8 AS tasks, sum(minutes)::int8 AS minutes, sum(distance_m)::int8 AS distance_m
FROM helped GROUP BY organization_id, member_id, kind
"""

MONEY = """
SELECT organization_id, member_id, kind, category,
    coalesce(sum(amount) FILTER (WHERE account = 'EXPENSE'), 0)::int8 AS cost,
    coalesce(sum(amount) FILTER (WHERE account = 'IN_KIND'), 0)::int8 AS in_kind
FROM ledger_entry
WHERE organization_id = ANY($1::uuid[]) AND booked_on BETWEEN $2 AND $3 AND account IN ('EXPENSE', 'IN_KIND')
GROUP BY GROUPING SETS ((organization_id), (organization_id, member_id), (organization_id, kind),
                        (organization_id, category))
"""

# What is owed is a matter of all time, all else one of the period. Who bears or pays a cost for whom shows where both
# stand in one transaction.
FLOW = """
WITH moved AS (
    SELECT organization_id, account, amount, booked_on, 'own' AS whose FROM ledger_entry
    WHERE organization_id = ANY($1::uuid[]) AND booked_on <= $3 AND account = 'OWED'
    UNION ALL
    SELECT p.organization_id, p.account, p.amount, p.booked_on,
        CASE WHEN c.organization_id = p.organization_id THEN 'own' ELSE 'for others' END
    FROM ledger_entry p JOIN cost c ON c.id = p.cost_id
    WHERE p.organization_id = ANY($1::uuid[]) AND p.booked_on BETWEEN $2 AND $3 AND p.account IN ('FUNDS', 'PLEDGED')
    UNION ALL
    SELECT s.organization_id, p.account, p.amount, p.booked_on, 'by others'
    FROM ledger_entry s JOIN ledger_entry p
        ON p.transaction_id = s.transaction_id AND p.organization_id <> s.organization_id
    WHERE s.organization_id = ANY($1::uuid[]) AND s.booked_on BETWEEN $2 AND $3
        AND (s.account, p.account) IN (('EXPENSE', 'PLEDGED'), ('OWED', 'FUNDS'))
)
SELECT organization_id,
    coalesce(-sum(amount) FILTER (WHERE account = 'OWED' AND booked_on < $2), 0)::int8 AS outstanding_before,
    coalesce(-sum(amount) FILTER (WHERE account = 'OWED'), 0)::int8 AS outstanding,
    coalesce(-sum(amount) FILTER (WHERE account = 'FUNDS' AND whose = 'own'), 0)::int8 AS reimbursed_by_itself,
    coalesce(-sum(amount) FILTER (WHERE account = 'FUNDS' AND whose = 'by others'), 0)::int8 AS reimbursed_by_others,
    coalesce(-sum(amount) FILTER (WHERE account = 'FUNDS' AND whose = 'for others'), 0)::int8 AS paid_for_others,
    coalesce(sum(amount) FILTER (WHERE account = 'PLEDGED' AND whose = 'by others'), 0)::int8 AS borne_by_others,
    coalesce(sum(amount) FILTER (WHERE account = 'PLEDGED' AND whose = 'for others'), 0)::int8 AS borne_for_others
FROM moved GROUP BY organization_id
"""

# A village beside a day and an amount may tell who is ill: the sub-district is near enough.
PLEDGES = """
SELECT l.organization_id, l.pledge_id, p.in_kind, min(l.booked_on) AS made_on, r.code AS region_id,
    r.name AS region_name, t.number AS task_number,
    -coalesce(sum(l.amount) FILTER (WHERE l.cost_id IS NULL), 0)::int8 AS amount,
    coalesce(sum(l.amount) FILTER (WHERE l.cost_id IS NOT NULL AND l.booked_on >= $2), 0)::int8 AS settled
FROM ledger_entry l JOIN pledge p ON p.id = l.pledge_id JOIN need n ON n.id = p.need_id
JOIN case_file c ON c.id = n.case_id JOIN region r ON r.code = left(c.region_id, 8)
LEFT JOIN task t ON t.id = n.task_id
WHERE l.organization_id = ANY($1::uuid[]) AND l.booked_on <= $3 AND l.account = 'PLEDGED'
GROUP BY l.organization_id, l.pledge_id, r.code, p.in_kind, t.number
HAVING max(l.booked_on) >= $2 ORDER BY l.pledge_id
"""

NAMES = "SELECT id, name FROM member WHERE id = ANY($1::uuid[])"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MemberTotals:
    """What one member did for the partner."""

    member_id: UUID
    name: str
    totals: Totals


@dataclass(frozen=True, slots=True)
class KindTotals:
    """What was done by tasks of one kind."""

    code: str
    totals: Totals


@dataclass(frozen=True, slots=True)
class CategoryTotals:
    """What went to one category: `cost` in money, `in_kind` the value of gifts; rupiah."""

    category: CostCategory
    cost: int
    in_kind: int


@dataclass(frozen=True, slots=True)
class PledgeLine:
    """A promise that was made, withdrawn or settled in the period, for a patient of the region; `task_number`: for
    the one task, None for a whole case.

    `made_on`: the day it was booked on. `amount`: what is promised at the period's end, settled or not; `settled` of
    it in the period; rupiah.
    """

    pledge_id: UUID
    made_on: date
    region_id: str
    region_name: str
    task_number: int | None
    amount: int
    in_kind: bool
    settled: int


@dataclass(frozen=True, slots=True)
class MoneyFlow:
    """Rupiah; negative where more was taken back in the period. What its members were owed when it began, and what
    was approved of theirs in it, was paid back by the partner itself or by others' pledges, or is owed at its end:

        outstanding_before + approved == reimbursed_by_itself + reimbursed_by_others + outstanding

    `paid_for_others`: what its pledges paid back to other partners' members. `borne_by_others`: what others' pledges
    bear of the approved costs, paid or not; `borne_for_others`: what its pledges bear of other partners'.
    """

    outstanding_before: int = 0
    approved: int = 0
    reimbursed_by_itself: int = 0
    reimbursed_by_others: int = 0
    outstanding: int = 0
    paid_for_others: int = 0
    borne_by_others: int = 0
    borne_for_others: int = 0


@dataclass(frozen=True, slots=True)
class StatementContent:
    """Members by name, kinds and categories by code, pledges in the order they were made."""

    organization: Organization
    period: Period
    totals: Totals
    by_member: list[MemberTotals]
    by_kind: list[KindTotals]
    by_category: list[CategoryTotals]
    pledges: list[PledgeLine]
    money: MoneyFlow

    @property
    def value(self) -> int:
        """What the partner bore, rupiah: its members' costs but for what others bear of them, what it bears of
        others', and gifts. The values of all partners add up to all costs and gifts.
        """
        return self.totals.cost - self.money.borne_by_others + self.money.borne_for_others + self.totals.in_kind


async def statement(organization: Organization, period: Period) -> StatementContent:
    """The partner's statement of the period. Five statements."""
    return (await statements([organization], period))[0]


async def statements(organizations: Sequence[Organization], period: Period) -> list[StatementContent]:
    """The statements of these partners, in their order. Five statements, however many they are."""
    values = [[organization.id for organization in organizations], period.first_day, period.last_day]
    work, money, flow, pledges = [await _by_organization(sql, values) for sql in (WORK, MONEY, FLOW, PLEDGES)]
    rows = [row for found in (work, money) for of_one in found.values() for row in of_one]
    ids = list({row["member_id"] for row in rows if row["member_id"]})
    names = {row["id"]: row["name"] for row in await get_connection("default").execute_query_dict(NAMES, [ids])}
    return [
        _content(one, period, work[one.id], money[one.id], flow[one.id], pledges[one.id], names)
        for one in organizations
    ]


async def _by_organization(sql: str, values: list[Any]) -> Mapping[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = defaultdict(list)
    for row in await get_connection("default").execute_query_dict(sql, values):
        found[row["organization_id"]].append(row)
    return found


def _content(  # noqa: PLR0917 - the parts of a statement
    organization: Organization,
    period: Period,
    work: list[Row],
    money: list[Row],
    flow: list[Row],
    pledges: list[Row],
    names: Mapping[UUID, str],
) -> StatementContent:
    levels = _levels(work, money)
    totals = levels.pop((None, None), Totals())
    members = [MemberTotals(member, names[member], one) for (member, _), one in levels.items() if member]
    kinds = [KindTotals(kind, one) for (_, kind), one in levels.items() if kind]
    categories = [
        CategoryTotals(CostCategory(row["category"]), row["cost"], row["in_kind"]) for row in money if row["category"]
    ]
    return StatementContent(
        organization=organization,
        period=period,
        totals=totals,
        by_member=sorted(members, key=lambda one: (one.name, one.member_id)),
        by_kind=sorted(kinds, key=lambda one: one.code),
        by_category=sorted(categories, key=lambda one: one.category),
        pledges=[PledgeLine(**{name: row[name] for name in PledgeLine.__slots__}) for row in pledges],
        money=_money(totals, flow),
    )


def _money(totals: Totals, flow: list[Row]) -> MoneyFlow:
    moved = {name: amount for row in flow for name, amount in row.items() if name != "organization_id"}
    return MoneyFlow(approved=totals.cost, **moved)


def _levels(work: list[Row], money: list[Row]) -> dict[tuple[UUID | None, str | None], Totals]:
    """The sums by (member, kind): of a member, of a kind, and (None, None) of all; none that are all zero."""
    figures: dict[tuple[UUID | None, str | None], dict[str, int]] = defaultdict(dict)
    for row in work:
        names = ("tasks", "beneficiaries", "minutes", "distance_m")
        figures[row["member_id"], row["kind"]] |= {name: row[name] for name in names}
    for row in money:
        if row["category"] is None:
            figures[row["member_id"], row["kind"]] |= {"cost": row["cost"], "in_kind": row["in_kind"]}
    levels = {level: Totals(**found) for level, found in figures.items()}
    return {level: totals for level, totals in levels.items() if totals != Totals()}
