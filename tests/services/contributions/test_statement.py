"""A partner's statement, recomputed from the books."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kurir_api.models import Account, CostCategory, LedgerEntry, Member, Organization, Patient, WorkEntry
from kurir_api.services.contributions.calendar import last_day
from kurir_api.services.contributions.lines import cost_lines, work_lines
from kurir_api.services.contributions.statement import CategoryTotals, MoneyFlow, PledgeLine, statement, statements
from kurir_api.services.contributions.totals import Period, Totals
from kurir_api.services.ledger import entry, post, reverse_cost
from tests.conftest import empty
from tests.counting import Statements
from tests.factories import (
    NOW,
    REGENCY,
    SUBDISTRICT,
    make_case,
    make_member,
    make_need,
    make_organization,
    make_patient,
    make_pledge,
    make_task,
    make_work_entry,
)
from tests.services.contributions.scene import NOVEMBER, YEAR, done_for, spent, worked

pytestmark = pytest.mark.usefixtures("db")

OCTOBER_31, NOVEMBER_1, DECEMBER_1 = date(2026, 10, 31), date(2026, 11, 1), date(2026, 12, 1)


async def reversed_by(old: WorkEntry, minutes: int, distance_m: int) -> None:
    """Take the entry back and enter these instead."""
    claim = await old.claim
    together = {"booked_on": old.booked_on, "recorded_at": old.recorded_at + timedelta(hours=1)}
    await make_work_entry(claim, -old.minutes, -old.distance_m, tasks=-1, reverses=old, **together)
    await make_work_entry(claim, minutes, distance_m, **together)


class TestWork:
    async def test_it_counts_tasks_patients_minutes_and_metres(self) -> None:
        lazis, sri, sutinah = await make_organization(), await make_member("Sri"), await make_patient()
        await worked(lazis, sri, sutinah, minutes=90, distance_m=12_000)
        await worked(lazis, sri, sutinah, minutes=30, distance_m=500)
        await worked(lazis, sri, minutes=5, distance_m=0)

        found = await statement(lazis, NOVEMBER)

        assert found.totals == Totals(tasks=3, beneficiaries=2, minutes=125, distance_m=12_500)

    async def test_of_the_period_only_both_days_included(self) -> None:
        lazis, sri = await make_organization(), await make_member()
        for minutes, day in ((1, OCTOBER_31), (2, NOVEMBER_1), (4, date(2026, 11, 30)), (8, DECEMBER_1)):
            await worked(lazis, sri, minutes=minutes, on=day)

        assert (await statement(lazis, NOVEMBER)).totals.minutes == 6

    async def test_of_this_partner_only(self) -> None:
        lazis, sri = await make_organization(), await make_member()
        await worked(await make_organization(), sri)

        assert (await statement(lazis, NOVEMBER)).totals == Totals()

    async def test_a_patient_helped_by_two_members_is_one_of_each_and_one_of_all(self) -> None:
        lazis, sutinah = await make_organization(), await make_patient()
        for name in ("Sri", "Adi"):
            await worked(lazis, await make_member(name), sutinah)

        found = await statement(lazis, NOVEMBER)

        assert [(one.name, one.totals.beneficiaries) for one in found.by_member] == [("Adi", 1), ("Sri", 1)]
        assert found.totals.beneficiaries == 1

    async def test_kinds_are_told_apart(self) -> None:
        lazis, sri, sutinah = await make_organization(), await make_member(), await make_patient()
        await worked(lazis, sri, sutinah, kind="WAITING_COST", minutes=7, distance_m=0)
        await worked(lazis, sri, sutinah, minutes=90, distance_m=12_000)

        assert [(one.code, one.totals) for one in (await statement(lazis, NOVEMBER)).by_kind] == [
            ("AMBULANCE_RUN", Totals(tasks=1, beneficiaries=1, minutes=90, distance_m=12_000)),
            ("WAITING_COST", Totals(tasks=1, beneficiaries=1, minutes=7)),
        ]

    async def test_a_correction_counts_the_task_and_the_patient_once(self) -> None:
        lazis = await make_organization()
        await reversed_by(await worked(lazis, await make_member(), minutes=90, distance_m=12_000), 60, 8_000)

        found = (await statement(lazis, NOVEMBER)).totals

        assert found == Totals(tasks=1, beneficiaries=1, minutes=60, distance_m=8_000)

    async def test_what_was_only_taken_back_in_the_period_helped_nobody(self) -> None:
        lazis, sri = await make_organization(), await make_member()
        old = await worked(lazis, sri, minutes=90, distance_m=12_000, on=OCTOBER_31)
        await make_work_entry(await old.claim, -90, -12_000, tasks=-1, reverses=old, booked_on=NOVEMBER_1)

        found = (await statement(lazis, NOVEMBER)).totals

        assert found == Totals(tasks=-1, beneficiaries=0, minutes=-90, distance_m=-12_000)


class TestMoney:
    async def test_costs_and_gifts_by_category(self) -> None:
        lazis, sri = await make_organization(), await make_member()
        await spent(lazis, sri, 85_000)
        await spent(lazis, sri, 40_000)
        await spent(lazis, sri, 200_000, CostCategory.STAPLES, in_kind=True)

        found = await statement(lazis, NOVEMBER)

        assert (found.totals.cost, found.totals.in_kind) == (125_000, 200_000)
        assert found.by_category == [
            CategoryTotals(CostCategory.FUEL, 125_000, 0),
            CategoryTotals(CostCategory.STAPLES, 0, 200_000),
        ]
        assert [one.totals for one in found.by_member] == [Totals(cost=125_000, in_kind=200_000)]

    async def test_a_cost_that_was_taken_back_is_gone(self) -> None:
        lazis = await make_organization()
        expense, _ = await spent(lazis, await make_member(), 85_000)
        assert expense.cost_id
        await reverse_cost(expense.cost_id, NOW)

        found = await statement(lazis, NOVEMBER)

        assert found.totals == Totals()
        assert found.by_member == []
        assert found.money == MoneyFlow()

    async def test_what_is_paid_back_is_no_longer_outstanding(self) -> None:
        lazis, sri = await make_organization(), await make_member()
        await spent(lazis, sri, 85_000)
        expense, _ = await spent(lazis, sri, 40_000)
        await paid(expense, by=lazis)

        assert (await statement(lazis, NOVEMBER)).money == MoneyFlow(
            approved=125_000, reimbursed_by_itself=40_000, outstanding=85_000
        )

    async def test_what_another_partner_pays_is_reimbursed_by_that_one(self) -> None:
        lazis, baznas, sri = await make_organization(), await make_organization(), await make_member()
        expense, _ = await spent(lazis, sri, 40_000)
        await paid(expense, by=baznas)

        assert (await statement(lazis, NOVEMBER)).money == MoneyFlow(approved=40_000, reimbursed_by_others=40_000)
        assert (await statement(baznas, NOVEMBER)).money == MoneyFlow(paid_for_others=40_000)

    async def test_what_is_owed_from_before_is_outstanding(self) -> None:
        lazis = await make_organization()
        await spent(lazis, await make_member(), 85_000, on=OCTOBER_31)

        assert (await statement(lazis, NOVEMBER)).money == MoneyFlow(outstanding_before=85_000, outstanding=85_000)


async def paid(expense: LedgerEntry, by: Organization) -> None:
    """Pay a cost back to the member, out of a partner's funds."""
    entries = [
        entry(Account.OWED, expense.amount, organization_id=expense.organization_id, member_id=expense.member_id),
        entry(Account.FUNDS, -expense.amount, organization_id=by.id),
    ]
    for one in entries:
        one.cost_id = expense.cost_id
    await post(entries, regency_code=REGENCY, booked_on=NOW.date(), now=NOW)


class TestPledges:
    async def test_a_pledge_shows_what_is_promised_and_what_the_period_settled_of_it(self) -> None:
        baznas, lazis, sri = await make_organization(), await make_organization(), await make_member()
        pledge = await make_pledge(await make_need(await make_case()), baznas, amount=100_000)
        expense, _ = await spent(lazis, sri, 30_000)
        for amount, cost_id in ((-100_000, None), (30_000, expense.cost_id)):
            entries = [
                entry(Account.PLEDGED, amount, organization_id=baznas.id, pledge_id=pledge.id),
                entry(Account.COVERED, -amount, pledge_id=pledge.id),
            ]
            for one in entries:
                one.cost_id = cost_id
            await post(entries, regency_code=REGENCY, booked_on=NOW.date(), now=NOW)

        (found,) = (await statement(baznas, NOVEMBER)).pledges

        assert found == PledgeLine(pledge.id, NOW.date(), SUBDISTRICT, "Kedungbanteng", None, 100_000, False, 30_000)

    async def test_one_for_a_task_says_which(self) -> None:
        baznas, task = await make_organization(), await make_task(await make_case(), number=4821)
        pledge = await make_pledge(await make_need(await task.case, task), baznas)
        await post(
            [
                entry(Account.PLEDGED, -100_000, organization_id=baznas.id, pledge_id=pledge.id),
                entry(Account.COVERED, 100_000, pledge_id=pledge.id),
            ],
            regency_code=REGENCY,
            booked_on=NOW.date(),
            now=NOW,
        )

        assert [line.task_number for line in (await statement(baznas, NOVEMBER)).pledges] == [4821]

    async def test_one_to_which_nothing_happened_in_the_period_is_left_out(self) -> None:
        baznas = await make_organization()
        pledge = await make_pledge(organization=baznas)
        entries = [
            entry(Account.PLEDGED, -100_000, organization_id=baznas.id, pledge_id=pledge.id),
            entry(Account.COVERED, 100_000, pledge_id=pledge.id),
        ]
        await post(entries, regency_code=REGENCY, booked_on=OCTOBER_31, now=NOW)

        assert (await statement(baznas, NOVEMBER)).pledges == []


class TestLines:
    async def test_work_is_told_task_by_task_without_anything_of_the_patient(self) -> None:
        lazis, sri = await make_organization(), await make_member("Sri")
        old = await worked(lazis, sri, minutes=90, distance_m=12_000, number=4821)
        await reversed_by(old, 60, 8_000)

        found = [line async for line in work_lines(lazis.id, NOVEMBER)]

        assert [(one.tasks, one.minutes, one.distance_m, one.correction) for one in found] == [
            (1, 90, 12_000, False),
            (-1, -90, -12_000, True),
            (1, 60, 8_000, True),
        ]
        first = found[0]
        assert (first.booked_on, first.kind, first.task_number) == (NOW.date(), "AMBULANCE_RUN", 4821)
        assert (first.subdistrict, first.member) == ("Kedungbanteng", "Sri")

    async def test_costs_are_told_with_the_number_of_their_receipts(self) -> None:
        lazis, sri = await make_organization(), await make_member("Sri")
        expense, _ = await spent(lazis, sri, 85_000, number=4822)
        await spent(lazis, sri, 200_000, CostCategory.STAPLES, in_kind=True)

        found = [line async for line in cost_lines(lazis.id, NOVEMBER)]

        assert [(one.category, one.amount, one.in_kind, one.receipts, one.correction) for one in found] == [
            (CostCategory.FUEL, 85_000, False, 0, False),
            (CostCategory.STAPLES, 200_000, True, 0, False),
        ]
        assert found[0].task_number == 4822
        assert (found[0].id, found[0].kind, found[0].member) == (expense.id, "AMBULANCE_RUN", "Sri")

    async def test_they_come_in_the_order_of_their_days(self) -> None:
        lazis, sri = await make_organization(), await make_member()
        for minutes, day in ((3, 20), (1, 2), (2, 11)):
            await worked(lazis, sri, minutes=minutes, on=date(2026, 11, day))

        assert [line.minutes async for line in work_lines(lazis.id, NOVEMBER)] == [1, 2, 3]


async def test_however_many_partners_members_and_tasks_it_takes_the_same_statements() -> None:
    lazis = await make_organization()
    await worked(lazis, await make_member())
    await spent(lazis, await make_member(), 1)
    with Statements() as few:
        await statement(lazis, YEAR)

    partners = [await make_organization() for _ in range(3)]
    for partner in partners:
        for _ in range(3):
            await worked(partner, await make_member())
            await spent(partner, await make_member(), 1)
    with Statements() as many:
        await statements(partners, YEAR)

    assert len(few) == len(many) == 5


DAYS = st.dates(YEAR.first_day, YEAR.last_day)
WORK = st.tuples(
    DAYS,
    st.integers(0, 2),
    st.integers(0, 2),
    st.sampled_from(["AMBULANCE_RUN", "WAITING_COST"]),
    st.integers(0, 300),
    st.integers(0, 9_000),
)
MONEY = st.tuples(DAYS, st.integers(0, 2), st.integers(1, 10**9), st.booleans())
SUMS = [field.name for field in fields(Totals) if field.name != "beneficiaries"]


def added(parts: Sequence[Totals]) -> dict[str, int]:
    """The sums of these, but for patients, who may be in several."""
    return {name: sum(getattr(part, name) for part in parts) for name in SUMS}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(work=st.lists(WORK, max_size=8), money=st.lists(MONEY, max_size=4))
async def test_months_add_up_to_the_year_and_members_and_kinds_to_the_totals(
    work: list[tuple[date, int, int, str, int, int]], money: list[tuple[date, int, int, bool]]
) -> None:
    await empty()
    lazis = await make_organization()
    members: list[Member] = [await make_member() for _ in range(3)]
    patients: list[Patient] = [await make_patient() for _ in range(3)]
    for day, member, patient, kind, minutes, metres in work:
        await worked(lazis, members[member], patients[patient], kind=kind, minutes=minutes, distance_m=metres, on=day)
    for day, member, amount, in_kind in money:
        await spent(lazis, members[member], amount, on=day, in_kind=in_kind)

    year = await statement(lazis, YEAR)
    firsts = [date(2026, month, 1) for month in range(1, 13)]
    months = [await statement(lazis, Period(first, last_day(first))) for first in firsts]

    assert added([month.totals for month in months]) == added([year.totals])
    for one in (year, *months):
        assert added([part.totals for part in one.by_member]) == added([one.totals])
        assert added([part.totals for part in one.by_kind]) == added([one.totals])
        assert sum(part.cost for part in one.by_category) == one.totals.cost
    assert year.totals.beneficiaries == len({patient for _, _, patient, *_ in work})
    assert year.totals.tasks == len(work)
    assert len([line async for line in work_lines(lazis.id, YEAR)]) == len(work)


async def test_a_claim_that_is_done_but_not_booked_counts_nothing() -> None:
    lazis = await make_organization()
    await done_for(lazis, await make_member())

    assert (await statement(lazis, YEAR)).totals == Totals()
