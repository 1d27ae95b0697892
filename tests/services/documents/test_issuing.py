"""Issuing statements, and the digest by which they are checked."""

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from tortoise.exceptions import TransactionManagementError

from kurir_api.database.moment import one_moment
from kurir_api.errors import InvalidInput
from kurir_api.models import LedgerEntry, Statement, WorkEntry
from kurir_api.services.contributions.totals import Period
from kurir_api.services.documents.issuing import Order, check_period, drafted, issued, still_says_the_same
from tests.factories import NOW, make_organization
from tests.services.documents.books import FIRST, LAST, Books, empty_books, half_a_year

MONEY = """
    id transaction_id account amount booked_on organization_id member_id cost_id pledge_id kind category region_id
    reverses_id
"""
WORK = """
    id claim_id task_id member_id organization_id kind region_id tasks minutes distance_m booked_on reverses_id
"""
HALF_YEAR = Period(FIRST, LAST)


async def issue(books: Books, period: Period = HALF_YEAR) -> Statement:
    """The partner's statement of the period, issued to its reviewer."""
    async with one_moment():
        draft = await drafted(books.partner, period)
    return await issued(draft, Order(books.partner, period, books.reviewer.id, "http://kurir.example/verify", NOW))


def plain(value: Any) -> Any:
    """As it is in JSON."""
    return str(value) if isinstance(value, UUID | date) else value


async def test_the_digest_is_made_as_the_page_for_treasurers_says(db: None) -> None:
    books = await half_a_year()
    within = {"organization_id": books.partner.id, "booked_on__range": (FIRST, LAST)}
    rows = [
        (row["id"], [plain(row[name]) for name in MONEY.split()])
        for row in await LedgerEntry.filter(**within).values()
    ]
    rows += [
        (row["id"], [plain(row[name]) for name in WORK.split()]) for row in await WorkEntry.filter(**within).values()
    ]
    lines = b"".join(hashlib.sha256(json.dumps(row).encode()).digest() for _, row in sorted(rows, key=lambda r: r[0]))
    said = {
        "lines": hashlib.sha256(lines).hexdigest(),
        "money": {
            "approved": 1_250_000,
            "borne_by_others": 0,
            "borne_for_others": 0,
            "outstanding": 1_250_000,
            "outstanding_before": 0,
            "paid_for_others": 0,
            "reimbursed_by_itself": 0,
            "reimbursed_by_others": 0,
        },
        "pledges": [],
        "totals": {
            "beneficiaries": 1,
            "cost": 1_250_000,
            "distance_m": 36_400,
            "in_kind": 75_000,
            "minutes": 185,
            "tasks": 2,
        },
    }

    digest = hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    assert (await issue(books)).digest == digest


async def test_what_says_the_same_is_issued_once_whoever_asks(db: None) -> None:
    books = await half_a_year()
    first = await issue(books)
    books.reviewer = books.siti

    again = await issue(books)

    assert (again.id, again.code, again.issued_by_id) == (first.id, first.code, first.issued_by_id)


async def test_another_period_and_another_partner_are_other_statements(db: None) -> None:
    books = await half_a_year()
    first = await issue(books)
    shorter = await issue(books, Period(FIRST, date(2026, 6, 29)))
    books.partner = await make_organization()

    assert len({first.code, shorter.code, (await issue(books)).code}) == 3


async def test_a_payment_changes_what_it_says_though_it_adds_no_line_of_spending(db: None) -> None:
    books = await half_a_year()
    cost = await books.spend(books.siti, date(2026, 3, 3), 10_000)
    statement = await issue(books)
    assert await still_says_the_same(statement)

    await books.pay(cost)

    assert not await still_says_the_same(statement)


async def test_a_correction_that_leaves_every_sum_as_it_was_is_seen(db: None) -> None:
    books = await half_a_year()
    statement = await issue(books)
    cost = await books.spend(books.siti, date(2026, 3, 3), 10_000)

    await books.take_back(cost)

    assert not await still_says_the_same(statement)


@pytest.mark.parametrize(
    ("last", "issues"), [(date(2026, 6, 30), True), (date(2026, 7, 1), False), (date(2026, 12, 31), False)]
)
async def test_it_is_issued_up_to_the_end_of_the_month_that_runs_in_the_regency(
    db: None, last: date, issues: bool
) -> None:
    books = await empty_books()
    # Half past five in the afternoon of 31 May by UTC is past midnight in Banyumas.
    first_of_june = datetime(2026, 5, 31, 17, 30, tzinfo=UTC)

    check = check_period(books.partner, Period(date(2026, 1, 1), last), first_of_june)

    if issues:
        await check
    else:
        with pytest.raises(InvalidInput, match="After the end of this month"):
            await check


async def test_nothing_can_be_written_while_a_statement_is_read(db: None) -> None:
    with pytest.raises(TransactionManagementError, match="read-only transaction"):
        async with one_moment():
            await make_organization()
