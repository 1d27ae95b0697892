"""Months are closed, and the books can be checked."""

import asyncio
from datetime import UTC, date, datetime

import pytest
from tortoise.connection import get_connection

from kurir_api.auth import Principal
from kurir_api.errors import NotAllowed, NotFound, Refusal
from kurir_api.models import Account, ClosedMonth, Cost, Member, Notification, Pledge, Role, WorkEntry
from kurir_api.services.contributions.books import faults_of_books
from kurir_api.services.contributions.calendar import next_month
from kurir_api.services.contributions.close_month import CloseMonth, close_month
from kurir_api.services.ledger import entry, post
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    REGENCY,
    VILLAGE,
    add_membership,
    make_closed_month,
    make_member,
    make_need,
    make_organization,
    make_pledge,
    make_work_entry,
    principal_for,
)
from tests.services.contributions.scene import done_for, spent, worked
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

AUGUST, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in (8, 9, 10))


async def close(principal: Principal, month: date, key: str | None = None) -> ClosedMonth:
    """Close Banyumas' month."""
    command = CloseMonth(region_code=REGENCY, month=month, idempotency_key=key)
    return await ClosedMonth.get(id=await close_month(principal, command))


async def without_rules(statement: str) -> None:
    """Run a statement that the database's own rules would refuse."""
    await get_connection("default").execute_script(
        f"BEGIN; SET LOCAL session_replication_role = replica; {statement}; COMMIT"
    )


class TestClosing:
    @pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMIN])
    async def test_the_office_closes_a_month_that_is_over(self, role: Role) -> None:
        kus = await principal_for(role)

        closed = await close(kus, OCTOBER)

        assert (closed.regency_code, closed.month, closed.closed_by_id) == (REGENCY, OCTOBER, kus.member_id)

    async def test_what_comes_later_counts_in_the_next(self) -> None:
        await close(await principal_for(Role.COORDINATOR), OCTOBER)

        late = await worked(await make_organization(), await make_member(), on=date(2026, 10, 31))

        assert late.booked_on == date(2026, 11, 1)

    async def test_the_digest_depends_on_what_was_booked(self) -> None:
        kus, other = (
            await principal_for(Role.COORDINATOR),
            await principal_for(Role.COORDINATOR, region=OTHER_REGENCY),
        )
        await worked(await make_organization(), await make_member(), on=OCTOBER)

        closed = await close(kus, OCTOBER)
        empty = await ClosedMonth.get(
            id=await close_month(other, CloseMonth(region_code=OTHER_REGENCY, month=OCTOBER))
        )

        assert len(closed.digest) == 64
        assert closed.digest != empty.digest

    async def test_months_are_closed_in_order(self) -> None:
        kus = await principal_for(Role.COORDINATOR)
        await close(kus, AUGUST)

        assert await problems(close(kus, OCTOBER)) == {"month": "Close 2026-09 first."}
        assert await problems(close(kus, AUGUST)) == {"month": "This month is closed already."}
        await close(kus, SEPTEMBER)
        await close(kus, OCTOBER)
        assert await ClosedMonth.all().count() == 3

    @pytest.mark.parametrize("month", [AUGUST, OCTOBER])
    async def test_the_first_is_the_oldest_with_entries_so_that_each_has_its_digest(self, month: date) -> None:
        kus = await principal_for(Role.COORDINATOR)
        await worked(await make_organization(), await make_member(), on=date(2026, 10, 5))
        await spent(await make_organization(), await make_member(), 85_000, on=date(2026, 9, 30))

        assert await problems(close(kus, month)) == {"month": "Close 2026-09 first."}
        await close(kus, SEPTEMBER)
        await close(kus, OCTOBER)
        assert [one.month for one in await ClosedMonth.all().order_by("month")] == [SEPTEMBER, OCTOBER]

    async def test_another_regencys_entries_do_not_matter(self) -> None:
        kus = await principal_for(Role.COORDINATOR, region=OTHER_REGENCY)
        await worked(await make_organization(), await make_member(), on=AUGUST)

        await close_month(kus, CloseMonth(region_code=OTHER_REGENCY, month=OCTOBER))

        assert await ClosedMonth.filter(regency_code=OTHER_REGENCY).count() == 1

    async def test_the_partners_reviewers_are_told_once(self) -> None:
        kus, lazis, baznas = (
            await principal_for(Role.COORDINATOR),
            await make_organization(),
            await make_organization(),
        )
        rini = await make_member("Rini", Role.PARTNER_REVIEWER, organization=lazis)
        await add_membership(rini, Role.PARTNER_REVIEWER, organization=baznas)
        gone = await make_member("gone", Role.PARTNER_REVIEWER, organization=lazis)
        await Member.filter(id=gone.id).update(active=False)
        elsewhere = await make_organization(regency_code=OTHER_REGENCY)
        await make_member("elsewhere", Role.PARTNER_REVIEWER, OTHER_REGENCY, organization=elsewhere)

        await close(kus, OCTOBER, key="k1")
        await close(kus, OCTOBER, key="k1")

        (told,) = await Notification.all()
        assert (told.member_id, told.kind, told.data["month"]) == (rini.id, "MONTH_CLOSED", "2026-10-01")

    async def test_a_month_that_is_not_over_stays_open(self) -> None:
        kus = await principal_for(Role.COORDINATOR)
        this = datetime.now(UTC).date().replace(day=1)

        for month in (this, next_month(this)):
            assert await problems(close(kus, month)) == {"month": "This month is not over; close it then."}
        assert await problems(close(kus, date(2026, 10, 2))) == {"month": "Give the month's first day."}

    async def test_of_many_at_once_one_closes_it(self) -> None:
        people = [await principal_for(Role.COORDINATOR) for _ in range(4)]

        outcomes = await asyncio.gather(*(close(one, OCTOBER) for one in people), return_exceptions=True)

        assert sum(isinstance(one, Refusal) for one in outcomes) == 3
        assert await ClosedMonth.all().count() == 1

    async def test_what_is_being_booked_meanwhile_is_either_closed_or_counts_later(self) -> None:
        kus, lazis, sri = await principal_for(Role.COORDINATOR), await make_organization(), await make_member()
        claims = [await done_for(lazis, sri) for _ in range(12)]

        await asyncio.gather(*(make_work_entry(claim, booked_on=OCTOBER) for claim in claims), close(kus, OCTOBER))

        assert {entry.booked_on for entry in await WorkEntry.all()} <= {OCTOBER, date(2026, 11, 1)}
        assert await faults_of_books() == []

    async def test_only_the_office_of_the_whole_regency_may(self) -> None:
        for role, region in (
            (Role.COORDINATOR, VILLAGE),
            (Role.PARTNER_REVIEWER, REGENCY),
            (Role.DESK_OFFICER, REGENCY),
        ):
            await refused(close(await principal_for(role, region=region), OCTOBER), NotAllowed)

    @pytest.mark.parametrize("region", ["33.05", "33", "33.99", "33.02.23", "", "33.\0"])
    async def test_what_is_no_regency_of_the_callers_is_not_found(self, region: str) -> None:
        command = CloseMonth(region_code=region, month=OCTOBER)

        await refused(close_month(await principal_for(Role.COORDINATOR), command), NotFound)
        if region != "33.05":
            await refused(close_month(await principal_for(Role.COORDINATOR, region="33"), command), NotFound)


class TestChecking:
    async def test_books_that_were_only_written_are_right(self) -> None:
        kus, lazis, sri = await principal_for(Role.COORDINATOR), await make_organization(), await make_member()
        for month in (AUGUST, SEPTEMBER):
            await worked(lazis, sri, on=month)
            await spent(lazis, sri, 85_000, on=month)
            await close(kus, month)
        await spent(lazis, sri, 200_000, on=AUGUST, in_kind=True)

        assert await faults_of_books() == []
        assert await faults_of_books(REGENCY) == []

    @pytest.mark.parametrize(
        "altered",
        [
            "UPDATE work_entry SET minutes = minutes + 1",
            "DELETE FROM work_entry",
            "UPDATE ledger_entry SET amount = amount * 2",
            "UPDATE ledger_entry SET booked_on = '2026-08-30'",
            "UPDATE closed_month SET digest = repeat('0', 64)",
        ],
    )
    async def test_a_closed_month_that_was_altered_is_found(self, altered: str) -> None:
        kus, lazis, sri = await principal_for(Role.COORDINATOR), await make_organization(), await make_member()
        await worked(lazis, sri, on=AUGUST)
        await spent(lazis, sri, 85_000, on=AUGUST)
        await close(kus, AUGUST)

        await without_rules(altered)

        assert "33.02, 2026-08: the entries are not those that were closed." in await faults_of_books()

    async def test_an_entry_that_was_slipped_into_a_closed_month_is_found(self) -> None:
        kus, lazis, sri = await principal_for(Role.COORDINATOR), await make_organization(), await make_member()
        await close(kus, AUGUST)
        late = await worked(lazis, sri, on=AUGUST)
        await without_rules(f"UPDATE work_entry SET booked_on = '2026-08-31' WHERE id = '{late.id}'")

        assert await faults_of_books() == ["33.02, 2026-08: the entries are not those that were closed."]

    async def test_a_month_does_not_hide_behind_the_one_before(self) -> None:
        kus = await principal_for(Role.COORDINATOR)
        await close(kus, AUGUST)
        await close(kus, SEPTEMBER)

        await without_rules("UPDATE closed_month SET digest = repeat('0', 64) WHERE month = '2026-08-01'")

        assert len(await faults_of_books()) == 2

    async def test_a_transaction_that_does_not_sum_up_is_found(self) -> None:
        expense, _ = await spent(await make_organization(), await make_member(), 85_000)
        await without_rules(f"UPDATE ledger_entry SET amount = amount - 1 WHERE id = '{expense.id}'")

        assert await faults_of_books() == [
            f"Transaction {expense.transaction_id} does not sum up to zero.",
            f"Cost {expense.cost_id} is not as it was booked.",
        ]

    async def test_a_cost_that_says_otherwise_is_found(self) -> None:
        expense, _ = await spent(await make_organization(), await make_member(), 85_000)
        await Cost.filter(id=expense.cost_id).update(amount=84_000)

        assert await faults_of_books() == [f"Cost {expense.cost_id} is not as it was booked."]

    async def test_a_pledge_that_was_never_booked_is_found(self) -> None:
        pledge: Pledge = await make_pledge()

        assert await faults_of_books() == [f"Pledge {pledge.id} is not as it was booked."]

    async def test_a_cost_that_another_partner_paid_than_bears_it_is_found(self) -> None:
        lazis, pmi = await make_organization(), await make_organization("PMI")
        expense, _ = await spent(lazis, await make_member(), 85_000)
        cost_id = expense.cost_id
        paid = [entry(Account.OWED, 85_000), entry(Account.FUNDS, -85_000, organization_id=lazis.id)]
        for one in paid:
            one.cost_id = cost_id
        await post(paid, regency_code=REGENCY, booked_on=AUGUST, now=NOW)
        await Cost.filter(id=cost_id).update(status="PAID", approved_at=NOW, paid_at=NOW)
        assert await faults_of_books() == []

        await without_rules(f"UPDATE ledger_entry SET organization_id = '{pmi.id}' WHERE account = 'FUNDS'")

        assert await faults_of_books() == [f"Cost {cost_id} was paid by others than those who bear it."]

    async def test_a_need_that_is_pledged_otherwise_than_its_pledges_say_is_found(self) -> None:
        need = await make_need(pledged=1)

        assert await faults_of_books() == [f"Need {need.id} is pledged otherwise than its pledges say."]

    async def test_another_regencys_faults_are_not_this_ones(self) -> None:
        await make_pledge()
        await make_closed_month(OCTOBER)

        assert await faults_of_books(OTHER_REGENCY) == []
        assert len(await faults_of_books(REGENCY)) == 2
