"""What partners are told of a year: the statement of one, and of all in one pass, over small books and large ones."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import asyncpg
from tortoise.connection import get_connection

from bench.figures import Timing, table, title
from bench.office import REGENCY, opened_office
from kurir_api.database import connect_arguments
from kurir_api.demo.people import MEMBERS
from kurir_api.models import Organization
from kurir_api.services.contributions.statement import StatementContent, statements
from kurir_api.services.contributions.totals import Period
from kurir_api.settings import Settings

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
ROUNDS = 5

PARTNERS = """
INSERT INTO organization (id, regency_code, name, kind)
SELECT gen_random_uuid(), $1, 'Mitra ' || n, 'COMMUNITY' FROM generate_series(1, $2::int) n
"""
PEOPLE = """
INSERT INTO member (id, regency_code, name, phone_sealed, phone_index, locale, active, available, created_at)
SELECT gen_random_uuid(), $1, 'Relawan ' || n, '', md5(n::text), 'id', true, true, now()
FROM generate_series(1, $2::int) n
"""

# Tasks of three years, a patient for every four of them; a member acts for one partner. Half of them cost something.
BOOKS = """
WITH partner AS (SELECT id, row_number() OVER () - 1 AS place FROM organization),
person AS (SELECT id, row_number() OVER () - 1 AS place FROM member),
village AS (SELECT code, row_number() OVER () - 1 AS place FROM region WHERE level = 'VILLAGE'),
done AS (
    SELECT n, gen_random_uuid() AS id, p.id AS partner, m.id AS member, v.code AS region,
        (ARRAY['AMBULANCE_RUN', 'POST_CARE', 'WAITING_COST'])[1 + n % 3] AS kind,
        '2024-07-01'::date + n % 1096 AS day, md5('patient' || n / 4)::uuid AS patient
    FROM generate_series(1, $2::int) n
    JOIN person m ON m.place = n % (SELECT count(*) FROM person)
    JOIN partner p ON p.place = n % (SELECT count(*) FROM person) % (SELECT count(*) FROM partner)
    JOIN village v ON v.place = n % (SELECT count(*) FROM village)
), work AS (
    INSERT INTO work_entry (id, regency_code, claim_id, task_id, patient_id, member_id, organization_id, kind,
                            region_id, tasks, minutes, distance_m, booked_on, recorded_at)
    SELECT id, $1, id, id, patient, member, partner, kind, region, 1, 30 + n % 200, n % 40000, day, now() FROM done
)
INSERT INTO ledger_entry (id, regency_code, transaction_id, account, amount, booked_on, recorded_at,
                          organization_id, member_id, cost_id, kind, category, region_id)
SELECT gen_random_uuid(), $1, id, account, side * (10000 + n % 90000), day, now(), partner, member, id, kind, 'FUEL',
    region
FROM done CROSS JOIN (VALUES ('EXPENSE', 1), ('OWED', -1)) a (account, side) WHERE n % 2 = 0
"""

BARE = """
SELECT (SELECT count(*) FROM work_entry WHERE organization_id = ANY($1) AND booked_on BETWEEN $2 AND $3)
    + (SELECT count(*) FROM ledger_entry WHERE organization_id = ANY($1) AND booked_on BETWEEN $2 AND $3) AS lines
"""
TRUTH = "SELECT count(*) AS tasks, sum(minutes) AS minutes FROM work_entry WHERE booked_on BETWEEN $1 AND $2"


@dataclass(frozen=True, slots=True)
class Books:
    """How many there are of each."""

    partners: int
    members: int
    tasks: int


async def statement(  # noqa: PLR0917 - sizes, each by its name
    partners: Annotated[int, "partners at first"] = 10,
    members: Annotated[int, "members at first, as many as the partners had in 2019"] = MEMBERS,
    tasks: Annotated[int, "tasks at first"] = 5_000,
    many_partners: Annotated[int, "partners then"] = 200,
    many_members: Annotated[int, "members then"] = 10_000,
    many_tasks: Annotated[int, "tasks then"] = 100_000,
) -> bool:
    """Make the statements of a year: of one partner after the other, and of all in one pass.

    The ratio's 1 is SQL that only counts the same lines. Fails when the larger books take more SQL statements than
    the smaller, or the sums are others than a plain sum's.
    """
    title("statement", f"the statement of a year, of one partner and of all at once, {ROUNDS} times")
    rows: list[tuple[str, ...]] = [("", "SQL statements", "median", "bare", "ratio of medians")]
    sent: list[int] = []
    right = True
    for size in (Books(partners, members, tasks), Books(many_partners, many_members, many_tasks)):
        async with opened_office() as settings:
            await _fill(settings, size)
            everybody = await Organization.all().order_by("id")
            told = f"{size.partners:,} partners, {size.members:,} members, {size.tasks:,} tasks"
            for name, groups in (("one", [[one] for one in everybody[:20]]), ("all", [everybody])):
                timing, bare, count = await _timed(groups)
                sent.append(count)
                rows.append(_row(f"{told}, {name}", count, timing, bare))
            right &= await _agree(await statements(everybody, YEAR))
    table(rows)
    return right and len(set(sent)) == 1


async def _fill(settings: Settings, size: Books) -> None:
    connection = await asyncpg.connect(**connect_arguments(settings.database_url or ""))
    try:
        # What it makes is sound, and nobody looks up the claims and tasks that it leaves out.
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(PARTNERS, REGENCY, size.partners)
        await connection.execute(PEOPLE, REGENCY, size.members)
        await connection.execute(BOOKS, REGENCY, size.tasks)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _timed(groups: list[list[Organization]]) -> tuple[Timing, Timing, int]:
    """The statements of each group and the bare count of their lines, in turns, and how many SQL statements one took.
    The first round doesn't count.
    """
    timing, bare, sent = Timing(), Timing(), 0
    for number in range(ROUNDS + 1):
        for group in groups:
            values = [[one.id for one in group], YEAR.first_day, YEAR.last_day]
            with bare.one():
                await get_connection("default").execute_query_dict(BARE, values)
            with timing.one():
                await statements(group, YEAR)
        if number == 0:
            timing, bare = Timing(), Timing()
            sent = await _sent(lambda: statements(groups[0], YEAR))
    return timing, bare, sent


async def _sent(work: Callable[[], Awaitable[object]]) -> int:
    """How many statements the ORM sends meanwhile."""
    with _counted() as sent:
        await work()
    return len(sent)


@contextmanager
def _counted() -> Iterator[list[logging.LogRecord]]:
    records: list[logging.LogRecord] = []
    logger, handler = logging.getLogger("tortoise.db_client"), logging.Handler()
    handler.emit = records.append  # type: ignore[assignment, method-assign]
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        yield records
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


async def _agree(contents: list[StatementContent]) -> bool:
    """Whether all statements together say what a plain sum says."""
    values = [YEAR.first_day, YEAR.last_day]
    (truth,) = await get_connection("default").execute_query_dict(TRUTH, values)
    tasks, minutes = (sum(getattr(one.totals, name) for one in contents) for name in ("tasks", "minutes"))
    return (tasks, minutes) == (truth["tasks"], truth["minutes"] or 0)


def _row(name: str, sent: int, timing: Timing, bare: Timing) -> tuple[str, ...]:
    median, least = timing.within(50), bare.within(50)
    return (name, f"{sent}", f"{median * 1000:,.1f} ms", f"{least * 1000:,.1f} ms", f"{median / least:.1f}")
