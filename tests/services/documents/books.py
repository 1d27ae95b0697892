"""A partner's books of half a year, small enough to be added up by hand."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tortoise.connection import get_connection

from kurir_api.models import Account, Case, Cost, LedgerEntry, Member, Organization, WorkEntry, new_id
from kurir_api.services.costs.booking import book_payment, book_spending
from tests.factories import (
    NOW,
    make_case,
    make_claim,
    make_cost,
    make_ledger_entries,
    make_member,
    make_need,
    make_organization,
    make_patient,
    make_pledge,
    make_task,
    make_work_entry,
)

FORMULA = '=HYPERLINK("http://jahat.example","klik")'
FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
PRIVATE = ("Sutinah", "gagal ginjal", "mushala", "+628", "3302-2026-0042", "Bensin untuk")
"""What no document may hold."""
MANY = """
INSERT INTO work_entry (id, regency_code, claim_id, task_id, patient_id, member_id, organization_id, kind, region_id,
    tasks, minutes, distance_m, booked_on, recorded_at)
SELECT gen_random_uuid(), regency_code, claim_id, task_id, patient_id, member_id, organization_id, kind, region_id,
    tasks, 1, 10, '2026-05-01', recorded_at
FROM work_entry, generate_series(1, $1::int) WHERE booked_on = $2
"""


@dataclass
class Books:
    """The partner, its reviewer and two of its members, one of whom is called like a formula; a case."""

    partner: Organization
    reviewer: Member
    siti: Member
    formula: Member
    case: Case

    async def work(
        self, member: Member, day: date, minutes: int, metres: int, kind: str = "AMBULANCE_RUN"
    ) -> WorkEntry:
        """A completed task."""
        task = await make_task(self.case, kind=kind, status="DONE")
        claim = await make_claim(task, member, "COMPLETED", self.partner)
        return await make_work_entry(claim, minutes, metres, booked_on=day)

    async def spend(
        self, member: Member, day: date, amount: int, category: str = "FUEL", *, in_kind: bool = False
    ) -> Cost:
        """Approved money, or with `in_kind` a recorded gift."""
        task = await make_task(self.case, status="DONE")
        claim = await make_claim(task, member, "COMPLETED", self.partner)
        status = {"status": "RECORDED" if in_kind else "APPROVED", "in_kind": in_kind, "approved_at": NOW}
        cost = await make_cost(claim, amount, "Bensin untuk Bu Sutinah", category=category, spent_on=day, **status)
        await make_ledger_entries(cost)
        return cost

    async def pay(self, cost: Cost) -> None:
        """The partner pays the cost back."""
        partner = {"organization_id": self.partner.id}
        await _book(cost, (Account.OWED, cost.amount, {}), (Account.FUNDS, -cost.amount, partner))

    async def promise(self, day: date, amount: int, settled: int) -> None:
        """A pledge of money, of which a cost of `settled` rupiah settles a part on the same day."""
        cost = await self.spend(self.siti, day, settled)
        pledge = {"pledge_id": (await make_pledge(await make_need(self.case), self.partner, amount=amount)).id}
        promised = pledge | {"organization_id": self.partner.id}
        await _book(cost, (Account.PLEDGED, -amount, promised), (Account.COVERED, amount, pledge), of_cost=False)
        await _book(cost, (Account.PLEDGED, settled, promised), (Account.COVERED, -settled, pledge))

    async def borne_by(self, other: Organization, amount: int, day: date, borne: int) -> None:
        """Siti spent `amount` on the day, of which a pledge of another partner bears `borne`; and it is paid back."""
        need = await make_need(self.case)
        await make_pledge(need, other, amount=borne)
        task = await make_task(self.case, status="DONE")
        claim = await make_claim(task, self.siti, "COMPLETED", self.partner)
        made = await make_cost(claim, amount, spent_on=day, status="APPROVED", approved_at=NOW)
        cost = await Cost.get(id=made.id).select_related("task__case")
        await book_spending(cost, NOW)
        await book_payment(cost, day, NOW)

    async def many(self, count: int) -> None:
        """That many tasks of a minute and ten metres, all in May."""
        await get_connection("default").execute_query(MANY, [count, LAST])

    async def take_back(self, cost: Cost) -> None:
        """Every entry of the cost is reversed."""
        await _book(
            cost,
            *(
                (entry.account, -entry.amount, {"organization_id": entry.organization_id, "reverses_id": entry.id})
                for entry in await LedgerEntry.filter(cost=cost)
            ),
        )


async def _book(cost: Cost, *entries: tuple[Account, int, dict[str, Any]], of_cost: bool = True) -> None:
    """One transaction about the cost, or else only on the day it was spent."""
    transaction = new_id()
    await LedgerEntry.bulk_create(
        LedgerEntry(
            id=new_id(),
            regency_code=cost.regency_code,
            transaction_id=transaction,
            account=account,
            amount=amount,
            booked_on=cost.spent_on,
            recorded_at=NOW,
            member_id=cost.member_id if of_cost else None,
            cost_id=cost.id if of_cost else None,
            **facts,
        )
        for account, amount, facts in entries
    )


async def empty_books() -> Books:
    """Nothing was done yet."""
    partner = await make_organization("Lazis *Serayu* & Co")
    patient = await make_patient(name="Sutinah", diagnosis="gagal ginjal kronis", address="RT 2 RW 1, dekat mushala")
    return Books(
        partner,
        await make_member("Rahmat", "PARTNER_REVIEWER", organization=partner),
        await make_member("Siti Aminah", organization=partner),
        await make_member(FORMULA, organization=partner),
        await make_case(patient, number="3302-2026-0042"),
    )


async def half_a_year() -> Books:
    """Three tasks and a correction: 2 tasks, 1 patient, 185 minutes, 36,400 m; Rp1,250,000 and gifts of Rp75,000."""
    books = await empty_books()
    await books.work(books.siti, FIRST, 125, 24_000)
    await books.work(books.formula, LAST, 60, 12_400, "FOOD_DELIVERY")
    wrong = await books.work(books.siti, date(2026, 2, 3), 600, 1_000)
    back = {"tasks": -1, "booked_on": date(2026, 3, 1), "reverses": wrong}
    await make_work_entry(await wrong.claim, -600, -1_000, **back)
    await books.spend(books.siti, date(2026, 1, 2), 1_200_000)
    await books.spend(books.formula, date(2026, 6, 1), 50_000, "MEAL")
    await books.spend(books.siti, date(2026, 6, 2), 75_000, "STAPLES", in_kind=True)
    await books.work(books.siti, date(2026, 7, 1), 30, 500)  # a day too late
    return books
