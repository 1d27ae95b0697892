"""How a partner's members get back what they spent, and who bore it: the figures add up, whatever happened when."""

from dataclasses import asdict, fields
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kurir_api.models import Case, Cost, CostStatus, Member, Organization, Pledge
from kurir_api.services.contributions.calendar import last_day
from kurir_api.services.contributions.statement import MoneyFlow, StatementContent, statements
from kurir_api.services.contributions.totals import Period
from kurir_api.services.costs.booking import book_payment, book_spending, book_void
from tests.conftest import empty
from tests.factories import (
    NOW,
    make_case,
    make_claim,
    make_closed_month,
    make_cost,
    make_member,
    make_need,
    make_organization,
    make_pledge,
    make_task,
)
from tests.services.contributions.scene import NOVEMBER

pytestmark = pytest.mark.usefixtures("db")

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
MONTHS = [Period(date(2026, month, 1), last_day(date(2026, month, 1))) for month in range(1, 13)]
DECEMBER = MONTHS[11]


async def approved(
    case: Case, organization: Organization, member: Member, amount: int, on: date, **cost: bool
) -> Cost:
    """A cost of the member's for the organisation, on the books; the case's pledges bear what they can of it."""
    claim = await make_claim(await make_task(case), member, "COMPLETED", organization)
    status = CostStatus.RECORDED if cost.get("in_kind") else CostStatus.APPROVED
    made = await make_cost(claim, amount, spent_on=on, status=status, approved_at=NOW, **cost)
    found = await Cost.get(id=made.id).select_related("task__case")
    await book_spending(found, NOW)
    return found


class TestPatungan:
    async def scene(self) -> tuple[Organization, Organization, Cost]:
        """Sri of Lazis spent 100,000, of which Baznas promised 30,000."""
        lazis, baznas, case = await make_organization(), await make_organization(), await make_case()
        await make_pledge(await make_need(case), baznas, amount=30_000)
        return lazis, baznas, await approved(case, lazis, await make_member("Sri"), 100_000, date(2026, 11, 20))

    async def told(self, *partners: Organization, period: Period = NOVEMBER) -> list[StatementContent]:
        """The partners' statements."""
        return await statements(partners, period)

    async def test_what_another_partner_promised_it_bears_as_soon_as_the_cost_is_approved(self) -> None:
        lazis, baznas, _ = await self.scene()

        of_lazis, of_baznas = await self.told(lazis, baznas)

        assert of_lazis.money == MoneyFlow(approved=100_000, outstanding=100_000, borne_by_others=30_000)
        assert of_baznas.money == MoneyFlow(borne_for_others=30_000)
        assert (of_lazis.value, of_baznas.value) == (70_000, 30_000)

    async def test_paid_back_each_paid_its_part(self) -> None:
        lazis, baznas, cost = await self.scene()
        await book_payment(cost, date(2026, 11, 23), NOW)

        of_lazis, of_baznas = await self.told(lazis, baznas)

        assert of_lazis.money == MoneyFlow(
            approved=100_000, reimbursed_by_itself=70_000, reimbursed_by_others=30_000, borne_by_others=30_000
        )
        assert of_baznas.money == MoneyFlow(paid_for_others=30_000, borne_for_others=30_000)
        assert (of_lazis.value, of_baznas.value) == (70_000, 30_000)

    async def test_paid_back_a_month_later_it_is_outstanding_in_between(self) -> None:
        lazis, _, cost = await self.scene()
        await book_payment(cost, date(2026, 12, 1), NOW)

        (november,), (december,) = await self.told(lazis), await self.told(lazis, period=DECEMBER)

        assert (november.money.outstanding, november.money.reimbursed_by_others) == (100_000, 0)
        assert december.money == MoneyFlow(
            outstanding_before=100_000, reimbursed_by_itself=70_000, reimbursed_by_others=30_000
        )

    async def test_void_nothing_is_left_of_it(self) -> None:
        lazis, baznas, cost = await self.scene()
        await book_payment(cost, date(2026, 11, 23), NOW)
        await book_void(cost, NOW)

        assert [(one.money, one.value) for one in await self.told(lazis, baznas)] == [(MoneyFlow(), 0)] * 2

    async def test_void_after_the_month_was_closed_it_is_taken_back_in_the_next(self) -> None:
        lazis, baznas, cost = await self.scene()
        await book_payment(cost, date(2026, 11, 23), NOW)
        await make_closed_month(date(2026, 11, 1))
        await book_void(cost, NOW)

        of_lazis, of_baznas = await self.told(lazis, baznas, period=DECEMBER)

        assert of_lazis.money == MoneyFlow(
            approved=-100_000, reimbursed_by_itself=-70_000, reimbursed_by_others=-30_000, borne_by_others=-30_000
        )
        assert of_baznas.money == MoneyFlow(paid_for_others=-30_000, borne_for_others=-30_000)
        assert (of_lazis.value, of_baznas.value) == (-70_000, -30_000)

    async def test_a_pledge_for_the_own_members_is_the_partners_own_money(self) -> None:
        lazis, case = await make_organization(), await make_case()
        await make_pledge(await make_need(case), lazis, amount=30_000)
        cost = await approved(case, lazis, await make_member(), 100_000, date(2026, 11, 20))
        await book_payment(cost, date(2026, 11, 23), NOW)

        (told,) = await self.told(lazis)

        assert told.money == MoneyFlow(approved=100_000, reimbursed_by_itself=100_000)
        assert told.value == 100_000


COSTS = st.tuples(
    st.integers(0, 2),
    st.dates(date(2026, 1, 1), date(2026, 6, 30)),
    st.integers(1, 500_000),
    st.sampled_from(["approved", "paid", "void", "paid and void", "given"]),
    st.dates(date(2026, 1, 1), date(2026, 9, 30)),
)
FLOWS = [field.name for field in fields(MoneyFlow) if not field.name.startswith("outstanding")]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    costs=st.lists(COSTS, min_size=1, max_size=6),
    promised=st.lists(st.integers(1, 600_000), max_size=3),
    closed=st.integers(1, 12),
)
async def test_in_every_period_what_was_owed_and_approved_is_paid_back_or_still_owed(
    costs: list[tuple[int, date, int, str, date]], promised: list[int], closed: int
) -> None:
    await empty()
    partners = [await make_organization() for _ in range(3)]
    members, case = [await make_member() for _ in partners], await make_case()
    need = await make_need(case, amount=2_000_000)
    pledges: list[Pledge] = [
        await make_pledge(need, partner, amount=amount) for partner, amount in zip(partners, promised, strict=False)
    ]
    owed, void = [0, 0, 0], []
    for spender, on, amount, what, later in costs:
        cost = await approved(case, partners[spender], members[spender], amount, on, in_kind=what == "given")
        if what.startswith("paid"):
            await book_payment(cost, later, NOW)
        if what.endswith("void"):
            void.append(cost)
        owed[spender] += amount if what == "approved" else 0
    await make_closed_month(date(2026, closed, 1))
    for cost in void:
        await book_void(cost, NOW)

    ever = Period(YEAR.first_day, date(2027, 1, 31))
    whole = await statements(partners, ever)
    months = [await statements(partners, period) for period in [*MONTHS, Period(date(2027, 1, 1), ever.last_day)]]

    for told in [whole, *months]:
        for flow in (one.money for one in told):
            assert flow.outstanding_before + flow.approved == (
                flow.reimbursed_by_itself + flow.reimbursed_by_others + flow.outstanding
            )
        for ours, theirs in (("reimbursed_by_others", "paid_for_others"), ("borne_by_others", "borne_for_others")):
            assert sum(getattr(one.money, ours) for one in told) == sum(getattr(one.money, theirs) for one in told)
        assert sum(one.value for one in told) == sum(one.totals.cost + one.totals.in_kind for one in told)
    for number, one in enumerate(whole):
        own = [month[number].money for month in months]
        assert one.money.outstanding == owed[number]
        assert [flow.outstanding_before for flow in own] == [0, *(flow.outstanding for flow in own[:-1])]
        assert {name: sum(getattr(flow, name) for flow in own) for name in FLOWS} == {
            name: amount for name, amount in asdict(one.money).items() if name in FLOWS
        }
    for pledge, partner in zip(pledges, whole, strict=False):
        settled = (await Pledge.get(id=pledge.id)).settled
        assert 0 <= partner.money.borne_for_others <= settled
