"""What a member's own year comes to."""

from datetime import date

from kurir_api.auth import principal_of_member
from kurir_api.models import Cost, Member
from kurir_api.services.contributions.totals import Totals
from kurir_api.services.documents.year import KindYear, Year, year_of
from tests.counting import Statements
from tests.services.documents.books import empty_books, half_a_year


async def year(member: Member, number: int = 2026) -> Year:
    """The member's."""
    return await year_of(await principal_of_member(member.id), number)


async def test_it_is_what_the_books_hold_of_the_member_by_kind_and_month(db: None) -> None:
    books = await half_a_year()

    found = await year(books.siti)

    assert found.totals == Totals(2, 1, 155, 24_500, 1_200_000, 75_000)
    assert found.by_kind == [KindYear("AMBULANCE_RUN", 2, 155)]
    assert found.by_month == [1, 1, -1, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert (found.advanced, found.paid) == (1_200_000, 0)


async def test_kinds_come_with_the_most_tasks_first(db: None) -> None:
    books = await empty_books()
    for kind, tasks in (("AMBULANCE_RUN", 1), ("WAITING_COST", 3), ("FOOD_DELIVERY", 2)):
        for _ in range(tasks):
            await books.work(books.siti, date(2026, 5, 1), 10, 0, kind=kind)

    assert (await year(books.siti)).by_kind == [
        KindYear("WAITING_COST", 3, 30),
        KindYear("FOOD_DELIVERY", 2, 20),
        KindYear("AMBULANCE_RUN", 1, 10),
    ]


async def test_only_the_year_s_days_count_its_first_and_last_included(db: None) -> None:
    books = await empty_books()
    for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)):
        await books.work(books.siti, day, 10, 0)

    assert (await year(books.siti)).by_month == [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]


async def test_money_is_advanced_then_approved_then_paid_back(db: None) -> None:
    books = await empty_books()
    first = await books.spend(books.siti, date(2026, 2, 1), 100_000)
    await books.spend(books.siti, date(2026, 2, 2), 30_000)
    rejected = await books.spend(books.siti, date(2025, 2, 2), 7_000)
    await Cost.filter(id=rejected.id).update(status="REJECTED", spent_on=date(2026, 2, 2))

    await books.pay(first)
    found = await year(books.siti)

    assert (found.advanced, found.totals.cost, found.paid) == (130_000, 130_000, 100_000)


async def test_a_payment_that_was_taken_back_is_none(db: None) -> None:
    books = await empty_books()
    cost = await books.spend(books.siti, date(2026, 2, 1), 100_000)
    await books.pay(cost)
    await books.take_back(cost)

    found = await year(books.siti)

    assert (found.totals.cost, found.paid) == (0, 0)


async def test_a_year_without_anything_is_all_zero(db: None) -> None:
    books = await half_a_year()

    assert await year(books.siti, 2024) == Year(2024, Totals(), [], [0] * 12, 0, 0)


async def test_it_takes_four_statements(db: None) -> None:
    books = await half_a_year()
    principal = await principal_of_member(books.siti.id)

    with Statements() as sent:
        await year_of(principal, 2026)

    assert len(sent) == 4
