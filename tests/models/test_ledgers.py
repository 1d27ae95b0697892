"""The books keep their rules by themselves: entries sum up to zero, stay as they are, and go into an open month."""

import asyncio
from datetime import date
from typing import Any

import pytest
from asyncpg.exceptions import CheckViolationError
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from kurir_api.models import Account, Claim, ClaimStatus, ClosedMonth, LedgerEntry, WorkEntry, new_id
from kurir_api.settings import Settings
from kurir_api.vault import open_vault
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    REGENCY,
    make_claim,
    make_closed_month,
    make_cost,
    make_ledger_entries,
    make_member,
    make_task,
    make_work_entry,
)
from tests.models.rows import broken_rule, change
from tests.services.keys.rings import with_keys

pytestmark = pytest.mark.usefixtures("db")

OCTOBER, NOVEMBER_1 = date(2026, 10, 1), date(2026, 11, 1)


async def done() -> Claim:
    """A completed claim."""
    return await make_claim(await make_task(), await make_member(), ClaimStatus.COMPLETED)


async def corrected() -> WorkEntry:
    """An entry that says why."""
    said = WorkEntry(id=new_id())
    said.reason = "Salah catat."
    return await make_work_entry(await done(), id=said.id, reason_sealed=said.reason_sealed)


async def pair(**values: Any) -> list[LedgerEntry]:
    """What is booked for a cost."""
    return await make_ledger_entries(await make_cost(await done()), **values)


async def book(*amounts: int) -> None:
    """One transaction of these amounts."""
    shared = {
        "regency_code": REGENCY,
        "transaction_id": new_id(),
        "account": Account.FUNDS,
        "booked_on": NOW.date(),
        "recorded_at": NOW,
    }
    async with in_transaction():
        for amount in amounts:
            await LedgerEntry.create(amount=amount, **shared)


class TestBalance:
    @pytest.mark.parametrize("amounts", [(1,), (85_000, -84_999), (5, 5, -9)])
    async def test_what_does_not_sum_up_to_zero_is_refused(self, amounts: tuple[int, ...]) -> None:
        # At its end a transaction's refusals are asyncpg's.
        with pytest.raises(CheckViolationError) as refused:
            await book(*amounts)

        assert refused.value.constraint_name == "ledger_entry_sums_up_to_zero"
        assert await LedgerEntry.all().count() == 0

    async def test_it_need_not_before_the_transaction_ends(self) -> None:
        await book(85_000, -50_000, -35_000)

        assert await LedgerEntry.all().count() == 3

    async def test_a_transaction_that_stands_takes_nothing_more_that_tips_it(self) -> None:
        expense, _ = await pair()

        with pytest.raises(IntegrityError) as refused:
            await LedgerEntry.create(
                regency_code=REGENCY,
                transaction_id=expense.transaction_id,
                account=Account.FUNDS,
                amount=1,
                booked_on=NOW.date(),
                recorded_at=NOW,
            )

        assert broken_rule(refused.value) == "ledger_entry_sums_up_to_zero"


class TestNeverRewritten:
    @pytest.mark.parametrize(
        ("table", "changes"),
        [
            ("ledger_entry", {"amount": 1}),
            ("ledger_entry", {"booked_on": "2026-12-01"}),
            ("work_entry", {"minutes": 1}),
            ("work_entry", {"member_id": None}),
            ("closed_month", {"digest": "0" * 64}),
        ],
    )
    async def test_rows_are_never_changed(self, table: str, changes: dict[str, Any]) -> None:
        await self.rows()

        with pytest.raises(IntegrityError) as refused:
            await change(table, **changes)

        assert broken_rule(refused.value) == f"{table}_never_rewritten"

    async def test_but_what_is_sealed_may_be_sealed_anew_under_another_key(self, settings: Settings) -> None:
        entry = await corrected()

        open_vault(with_keys(settings, 2, 1))
        entry.reason = entry.reason
        await entry.save(update_fields=["reason_sealed"])

        assert (await WorkEntry.get(id=entry.id)).reason == "Salah catat."

    async def test_or_forgotten(self) -> None:
        entry = await corrected()

        await WorkEntry.filter(id=entry.id).update(reason_sealed=None)

        assert (await WorkEntry.get(id=entry.id)).reason is None

    async def test_under_the_same_key_it_may_not(self) -> None:
        entry = await corrected()

        entry.reason = "Lain."
        with pytest.raises(IntegrityError) as refused:
            await entry.save(update_fields=["reason_sealed"])

        assert broken_rule(refused.value) == "work_entry_never_rewritten"
        assert (await WorkEntry.get(id=entry.id)).reason == "Salah catat."

    @pytest.mark.parametrize("table", ["ledger_entry", "work_entry", "closed_month"])
    async def test_nor_deleted(self, table: str) -> None:
        await self.rows()

        with pytest.raises(IntegrityError) as refused:
            await get_connection("default").execute_query(f"DELETE FROM {table}")

        assert broken_rule(refused.value) == f"{table}_never_rewritten"

    async def rows(self) -> None:
        await pair()
        await make_work_entry(await done())
        await make_closed_month()


class TestOpenMonth:
    async def test_an_entry_counts_on_its_own_day_while_the_month_is_open(self) -> None:
        await make_closed_month(date(2026, 9, 1))

        assert (await make_work_entry(await done(), booked_on=OCTOBER)).booked_on == OCTOBER

    async def test_else_on_the_first_day_of_the_first_open_month(self) -> None:
        await make_closed_month(date(2026, 9, 1))
        await make_closed_month(OCTOBER)

        work = await make_work_entry(await done(), booked_on=date(2026, 10, 31))
        money = await pair(booked_on=date(2026, 8, 17))

        assert work.booked_on == NOVEMBER_1
        assert [entry.booked_on for entry in money] == [NOVEMBER_1, NOVEMBER_1]

    async def test_december_is_followed_by_january(self) -> None:
        await make_closed_month(date(2026, 12, 1))

        assert (await make_work_entry(await done(), booked_on=NOW.date())).booked_on == date(2027, 1, 1)

    async def test_another_regencys_closing_is_not_this_ones(self) -> None:
        await make_closed_month(OCTOBER, regency_code=OTHER_REGENCY)

        assert (await make_work_entry(await done(), booked_on=OCTOBER)).booked_on == OCTOBER

    async def test_who_books_while_a_month_is_being_closed_waits_and_counts_in_the_next(self) -> None:
        claim, closer = await done(), await make_member()
        closing = asyncio.Event()

        async def close() -> None:
            async with in_transaction() as connection:
                await connection.execute_query(
                    "SELECT pg_advisory_xact_lock(hashtext('books'), hashtext($1))", [REGENCY]
                )
                closing.set()
                while not await self.somebody_waits():
                    pass
                await ClosedMonth.create(
                    regency_code=REGENCY, month=OCTOBER, digest="0" * 64, closed_at=NOW, closed_by=closer
                )

        async def enter() -> WorkEntry:
            await closing.wait()
            return await make_work_entry(claim, booked_on=OCTOBER)

        _, entry = await asyncio.gather(close(), enter())

        assert entry.booked_on == NOVEMBER_1

    async def somebody_waits(self) -> bool:
        """Whether a session waits for the books."""
        rows = await get_connection("default").execute_query_dict(
            "SELECT count(*) AS waiting FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        )
        return bool(rows[0]["waiting"])
