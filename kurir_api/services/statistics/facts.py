"""What is counted: one fact for each patient, sub-district and month, and kind or category where there are some."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.models.region import SUBDISTRICT_CODE_LENGTH
from kurir_api.services.contributions.totals import Period
from kurir_api.services.statistics.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(ABC):
    """Of the patient `who`, None if nobody knows yet, in the sub-district or larger region `place`; `month` is its
    first day. `known`: the asking person may know everything of that region, or of the partner whose doing it was.
    """

    who: UUID | None
    place: str
    month: date
    known: bool = False

    @property
    @abstractmethod
    def counts(self) -> int:
        """Above 0, when there was something for the patient: corrections may take away what there was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Fact):
    """Tasks completed, by their `kind`; minutes and metres."""

    kind: str
    tasks: int
    minutes: int = 0
    distance_m: int = 0

    @property
    def counts(self) -> int:
        """Tasks."""
        return self.tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent(Fact):
    """Money or, `in_kind`, gifts, in rupiah, by the task's `kind` and the `category`."""

    kind: str
    category: str
    amount: int
    in_kind: bool = False

    @property
    def counts(self) -> int:
        """Rupiah."""
        return self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Fact):
    """`waits`: seconds from a task's publication until it was claimed, of each claim held; so many of them were
    `taken` by members themselves; so many alerts were sent.
    """

    waits: Sequence[float] = ()
    taken: int = 0
    alerts: int = 0

    @property
    def counts(self) -> int:
        """Claims."""
        return len(self.waits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Began(Fact):
    """`number` of reports or cases."""

    number: int = 1

    @property
    def counts(self) -> int:
        """The number."""
        return self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred(Fact):
    """`number` of referrals to the `programme`; so many of them were `granted`, in part at least, and so many are
    `overdue` now.
    """

    programme: UUID
    number: int = 1
    granted: int = 0
    overdue: int = 0

    @property
    def counts(self) -> int:
        """The number."""
        return self.number


@dataclass(frozen=True, slots=True)
class Waiting:
    """`residents` of a region who wait for somebody, so many of them `patients` and the others still reports;
    `longest_minutes`: null where it would tell of one of them.
    """

    region: str
    residents: int
    patients: int
    longest_minutes: int | None
    known: bool


WITHIN = "EXISTS (SELECT FROM unnest($1::text[]) code WHERE {0} = code OR starts_with({0}, code || '.'))"
KNOWN = "EXISTS (SELECT FROM unnest($2::text[]) code WHERE {0} = code OR starts_with({0}, code || '.'))"
PLACE = f"left({{0}}, {SUBDISTRICT_CODE_LENGTH}) AS place"
WHOSE = f"{PLACE}, {KNOWN} AS known"
WHOSE_DOING = f"{PLACE}, {KNOWN} OR {{1}} = ANY ($5::uuid[]) AS known"
LOCAL = "({0} AT TIME ZONE (SELECT time_zone FROM region WHERE code = {1}.regency_code))::date"
NEAR = "{0} >= $3::date - 1 AND {0} < $4::date + 2"
"""Within the period in whatever zone: so that an index can help, and the day itself is made of few rows."""

MONTH = "date_trunc('month', {0})::date AS month"

WORK = f"""
SELECT w.patient_id AS who, {WHOSE_DOING.format("w.region_id", "w.organization_id")},
    {MONTH.format("w.booked_on")}, w.kind,
    sum(w.tasks)::int AS tasks, sum(w.minutes)::int AS minutes, sum(w.distance_m)::int AS distance_m
FROM work_entry w
WHERE {WITHIN.format("w.region_id")} AND w.booked_on BETWEEN $3 AND $4
GROUP BY 1, 2, 3, 4, 5 HAVING sum(w.tasks) <> 0 OR sum(w.minutes) <> 0 OR sum(w.distance_m) <> 0
"""

SPENT = f"""
SELECT f.patient_id AS who, {WHOSE_DOING.format("e.region_id", "e.organization_id")},
    {MONTH.format("e.booked_on")}, e.kind, e.category, e.account = 'IN_KIND' AS in_kind,
    sum(e.amount)::bigint AS amount
FROM ledger_entry e JOIN cost c ON c.id = e.cost_id
JOIN task t ON t.id = c.task_id JOIN case_file f ON f.id = t.case_id
WHERE e.account IN ('EXPENSE', 'IN_KIND') AND {WITHIN.format("e.region_id")} AND e.booked_on BETWEEN $3 AND $4
GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(e.amount) <> 0
"""

# An offer is no claim before it is accepted: of those that somebody was assigned, only what shows that it was.
ASKED = f"""
WITH claimed AS (
    SELECT c.task_id, {LOCAL.format("c.claimed_at", "c")} AS day,
        extract(epoch FROM c.claimed_at - t.published_at)::float8 AS wait,
        (c.assigned_by_id IS NULL)::int AS taken, 0 AS alerts
    FROM claim c JOIN task t ON t.id = c.task_id
    WHERE t.published_at IS NOT NULL AND {NEAR.format("c.claimed_at")} AND {WITHIN.format("t.region_id")}
      AND (c.assigned_by_id IS NULL OR c.status IN
           ('HELD', 'IN_PROGRESS', 'COMPLETED', 'VERIFIED', 'DISPUTED', 'RELEASED', 'NO_SHOW', 'HANDED_OVER'))
), alerted AS (
    SELECT a.task_id, {LOCAL.format("a.sent_at", "a")} AS day, NULL::float8 AS wait, 0 AS taken, 1 AS alerts
    FROM alert a JOIN task t ON t.id = a.task_id
    WHERE {NEAR.format("a.sent_at")} AND {WITHIN.format("t.region_id")}
)
SELECT f.patient_id AS who, {WHOSE.format("t.region_id")}, {MONTH.format("x.day")},
    coalesce(array_agg(greatest(x.wait, 0)) FILTER (WHERE x.wait IS NOT NULL), '{{}}') AS waits,
    sum(x.taken)::int AS taken, sum(x.alerts)::int AS alerts
FROM (SELECT * FROM claimed UNION ALL SELECT * FROM alerted) x
JOIN task t ON t.id = x.task_id JOIN case_file f ON f.id = t.case_id
WHERE x.day BETWEEN $3 AND $4
GROUP BY 1, 2, 3, 4
"""

# A duplicate is of its original's patient; one may be the duplicate of another that was found to be one later.
REPORTS = f"""
SELECT f.patient_id AS who, {WHOSE.format("r.region_id")},
    {MONTH.format("r.day")}, count(*)::int AS number
FROM (SELECT *, {LOCAL.format("r.received_at", "r")} AS day FROM report r
      WHERE {NEAR.format("r.received_at")} AND {WITHIN.format("r.region_id")}) r
LEFT JOIN case_file f ON f.id = (
    WITH RECURSIVE same AS (
        SELECT r.case_id, r.duplicate_of_id
        UNION SELECT o.case_id, o.duplicate_of_id FROM same JOIN report o ON o.id = same.duplicate_of_id
    )
    SELECT case_id FROM same WHERE case_id IS NOT NULL LIMIT 1
)
WHERE r.day BETWEEN $3 AND $4
GROUP BY 1, 2, 3, 4
"""

CASES = f"""
SELECT f.patient_id AS who, {WHOSE.format("f.region_id")}, {MONTH.format("f.day")}, count(*)::int AS number
FROM (SELECT *, {LOCAL.format("f.opened_at", "f")} AS day FROM case_file f
      WHERE {NEAR.format("f.opened_at")} AND {WITHIN.format("f.region_id")}) f
WHERE f.day BETWEEN $3 AND $4
GROUP BY 1, 2, 3, 4
"""

# What a confirmed one was before is in its log.
REFERRED = f"""
SELECT r.patient_id AS who, {WHOSE.format("r.region_id")}, {MONTH.format("r.day")}, r.programme_id AS programme,
    count(*)::int AS number,
    count(*) FILTER (WHERE coalesce(l.source, r.status) IN ('GRANTED', 'PARTLY_GRANTED'))::int AS granted,
    count(*) FILTER (WHERE r.status IN ('SENT', 'ACCEPTED', 'IN_PROCESS') AND r.due_at < $5)::int AS overdue
FROM (SELECT *, {LOCAL.format("r.sent_at", "r")} AS day FROM referral r
      WHERE {NEAR.format("r.sent_at")} AND {WITHIN.format("r.region_id")}) r
LEFT JOIN transition_log l ON r.status = 'CONFIRMED' AND l.machine = 'referral' AND l.subject_id = r.id
    AND l.action = 'confirm'
WHERE r.day BETWEEN $3 AND $4
GROUP BY 1, 2, 3, 4, 5
"""

OPEN_CASES = f"""
SELECT f.patient_id AS who, {WHOSE.format("f.region_id")}, date '0001-01-01' AS month
FROM case_file f WHERE f.status <> 'CLOSED' AND {WITHIN.format("f.region_id")}
"""

WAITING = f"""
SELECT x.region_id AS region, {KNOWN.format("x.region_id")} AS known, count(*)::int AS residents,
    count(x.patient_id)::int AS patients,
    floor(extract(epoch FROM $3 - min(x.since)) / 60)::int AS longest_minutes
FROM (
    SELECT r.region_id, r.received_at AS since, NULL::uuid AS patient_id FROM report r WHERE r.status = 'RECEIVED'
    UNION ALL
    SELECT f.region_id, f.opened_at, f.patient_id FROM case_file f WHERE f.status = 'OPEN' AND EXISTS
        (SELECT FROM task t WHERE t.case_id = f.id AND t.status = 'OPEN' AND t.slots_taken = 0)
) x
WHERE {WITHIN.format("x.region_id")}
GROUP BY 1 ORDER BY 1
"""

MEMBERS = f"""
SELECT count(DISTINCT m.id)::int AS number FROM member m JOIN membership s ON s.member_id = m.id
WHERE m.active AND {WITHIN.format("s.region_id")}
"""

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True)
class Facts:
    """All there is to count."""

    work: Sequence[Work]
    spent: Sequence[Spent]
    asked: Sequence[Asked]
    reports: Sequence[Began]
    cases: Sequence[Began]
    referrals: Sequence[Referred]
    open_cases: Sequence[Began]
    waiting: Sequence[Waiting]
    members: int


async def load_facts(scope: Scope, period: Period, now: datetime) -> Facts:
    """The facts of the scope's regions and all below them in the period, with what waits `now`. Nine statements."""
    where = [list(scope.regions), list(scope.known)]
    days, partners = [period.first_day, period.last_day], list(scope.partners)
    return Facts(
        work=await _facts(Work, WORK, *where, *days, partners),
        spent=await _facts(Spent, SPENT, *where, *days, partners),
        asked=await _facts(Asked, ASKED, *where, *days),
        reports=await _facts(Began, REPORTS, *where, *days),
        cases=await _facts(Began, CASES, *where, *days),
        referrals=await _facts(Referred, REFERRED, *where, *days, now),
        open_cases=await _facts(Began, OPEN_CASES, *where),
        waiting=[Waiting(**row) for row in await _rows(WAITING, *where, now)],
        members=(await _rows(MEMBERS, list(scope.regions)))[0]["number"],
    )


async def _facts(kind: type[F], statement: str, *values: Any) -> list[F]:
    """Made beside the event loop: ten years have many."""
    rows = await _rows(statement, *values)
    return await asyncio.to_thread(lambda: [kind(**row) for row in rows])


async def _rows(statement: str, *values: Any) -> list[dict[str, Any]]:
    return await get_connection("default").execute_query_dict(statement, list(values))
