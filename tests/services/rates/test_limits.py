"""What a regency covers: what a cost passes is flagged, and what is used up can't be approved."""

import asyncio
from datetime import date
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from kurir_api.errors import InvalidInput
from kurir_api.models import Case, Cost, CostCategory, CostFlag, CostStatus, RateUnit, Task
from kurir_api.services.rates.limits import rate_flags, refuse_over_limit
from tests.counting import Statements
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    make_case,
    make_claim,
    make_cost,
    make_member,
    make_patient,
    make_rate,
    make_task,
)

pytestmark = pytest.mark.usefixtures("db")


async def waited(case: Case, amount: int = 50_000, **values: Any) -> Cost:
    """What was paid to who waits with the patient, with its task."""
    claim = await make_claim(await make_task(case, kind="WAITING_COST"), await make_member())
    cost = await make_cost(claim, amount, **{"category": CostCategory.WAITING_COST} | values)
    cost.task = await Task.get(id=cost.task_id)
    return cost


async def left(cost: Cost) -> str | None:
    """What a coordinator who approves it now is told, in English."""
    try:
        async with in_transaction():
            await refuse_over_limit(cost)
    except InvalidInput as refusal:
        return refusal.message("en")
    return None


class TestOverRate:
    @pytest.mark.parametrize(
        ("amount", "quantity", "flags"),
        [
            (50_000, None, []),
            (50_001, None, [CostFlag.OVER_RATE]),
            (150_000, 3, []),
            (150_001, 3, [CostFlag.OVER_RATE]),
        ],
    )
    async def test_a_cost_may_be_as_much_as_its_units(
        self, amount: int, quantity: int | None, flags: list[CostFlag]
    ) -> None:
        await make_rate(amount=50_000)
        assert await rate_flags(await waited(await make_case(), amount, quantity=quantity)) == flags

    async def test_a_rate_for_a_case_is_for_all_of_its_costs(self) -> None:
        await make_rate(amount=300_000, unit=RateUnit.CASE)
        case = await make_case()
        await waited(case, 200_000)
        assert await rate_flags(await waited(case, 100_000)) == []
        assert await rate_flags(await waited(case, 1, quantity=5)) == [CostFlag.OVER_RATE]

    @pytest.mark.parametrize(
        ("spent_on", "flags"),
        [
            (date(2025, 12, 31), []),
            (date(2026, 5, 31), [CostFlag.OVER_RATE]),
            (date(2026, 6, 1), []),
        ],
    )
    async def test_the_rate_of_the_day_it_was_spent_on_counts(self, spent_on: date, flags: list[CostFlag]) -> None:
        await make_rate(amount=50_000)
        await make_rate(amount=75_000, valid_from=date(2026, 6, 1))
        assert await rate_flags(await waited(await make_case(), 75_000, spent_on=spent_on)) == flags

    async def test_a_rate_that_ended_counts_no_more(self) -> None:
        await make_rate(amount=50_000, valid_until=date(2026, 11, 22))
        assert await rate_flags(await waited(await make_case(), 75_000, spent_on=date(2026, 11, 23))) == []
        assert await rate_flags(await waited(await make_case(), 75_000, spent_on=date(2026, 11, 22))) == [
            CostFlag.OVER_RATE
        ]

    async def test_other_categories_and_regencies_have_rates_of_their_own(self) -> None:
        await make_rate(CostCategory.FUEL, amount=1)
        await make_rate(amount=1, regency_code=OTHER_REGENCY)
        assert await rate_flags(await waited(await make_case())) == []

    async def test_a_gift_passes_nothing(self) -> None:
        await make_rate(amount=1, yearly_cap=1, care_class=1)
        assert await rate_flags(await waited(await make_case(), in_kind=True)) == []


class TestCareClasses:
    @pytest.mark.parametrize(
        ("care_class", "flags"), [(3, []), (2, [CostFlag.CLASS_NOT_COVERED]), (None, [CostFlag.CLASS_NOT_COVERED])]
    )
    async def test_a_rate_for_one_class_covers_no_other(self, care_class: int | None, flags: list[CostFlag]) -> None:
        await make_rate(care_class=3)
        assert await rate_flags(await waited(await make_case(care_class=care_class))) == flags

    @pytest.mark.parametrize(("care_class", "flags"), [(3, []), (2, [CostFlag.OVER_RATE])])
    async def test_the_rate_for_the_class_comes_before_the_one_for_all(
        self, care_class: int, flags: list[CostFlag]
    ) -> None:
        await make_rate(amount=80_000, care_class=3)
        await make_rate(amount=50_000, valid_from=date(2026, 6, 1))
        assert await rate_flags(await waited(await make_case(care_class=care_class), 80_000)) == flags

    @pytest.mark.parametrize("care_class", [2, None])
    @pytest.mark.parametrize(
        ("amount", "quantity", "over"), [(50_000, 1, False), (100_000, 2, True), (50_000, 2, True), (60_000, 1, True)]
    )
    async def test_a_bed_that_no_rate_is_for_is_held_to_the_limits_of_all(
        self, care_class: int | None, amount: int, quantity: int, over: bool
    ) -> None:
        await make_rate(amount=200_000, max_units=9, yearly_cap=59_999, care_class=1)
        await make_rate(max_units=1, yearly_cap=900_000, care_class=3)
        await make_rate(max_units=1, yearly_cap=1, care_class=3, valid_from=date(2025, 1, 1))
        flags = await rate_flags(await waited(await make_case(care_class=care_class), amount, quantity=quantity))
        assert flags == [CostFlag.OVER_LIMIT] * over + [CostFlag.CLASS_NOT_COVERED]

    async def test_a_rate_for_all_is_for_a_bed_whose_class_nobody_knows(self) -> None:
        await make_rate(yearly_cap=1, care_class=3)
        await make_rate()
        assert await rate_flags(await waited(await make_case())) == []


class TestOverLimit:
    async def test_the_units_of_a_case_are_counted_with_what_is_live(self) -> None:
        await make_rate(max_units=5)
        case = await make_case()
        await waited(case, quantity=2)
        await waited(case, status=CostStatus.PAID)
        await waited(case, quantity=2, status=CostStatus.REJECTED)
        await waited(case, quantity=2, status=CostStatus.VOID)
        await waited(case, quantity=2, in_kind=True)
        assert await rate_flags(await waited(case, 100_000, quantity=2)) == []
        assert await rate_flags(await waited(case)) == [CostFlag.OVER_LIMIT]
        assert await rate_flags(await waited(await make_case())) == []

    async def test_an_amount_is_as_many_units_as_it_would_pay_for(self) -> None:
        await make_rate(amount=50_000, max_units=3)
        case = await make_case()
        await waited(case, 50_001)
        assert await rate_flags(await waited(case, 50_000, status=CostStatus.VOID)) == []
        assert await rate_flags(await waited(case, 50_001)) == [CostFlag.OVER_RATE, CostFlag.OVER_LIMIT]

    async def test_units_of_what_was_spent_before_the_rate_began_are_not_its_own(self) -> None:
        await make_rate(CostCategory.WAITING_COST, unit=RateUnit.KILOMETRE, amount=3_000, max_units=200)
        await make_rate(max_units=2, valid_from=date(2026, 6, 1))
        case = await make_case()
        await waited(case, 300_000, quantity=100, spent_on=date(2026, 5, 31))
        await waited(case, spent_on=date(2026, 6, 1))
        assert await rate_flags(await waited(case, status=CostStatus.VOID)) == []
        assert await rate_flags(await waited(case, 100_000, quantity=2)) == [CostFlag.OVER_LIMIT]

    async def test_the_rupiah_of_a_patient_are_counted_by_the_calendar_year_over_all_cases(self) -> None:
        await make_rate(yearly_cap=100_000, valid_from=date(2025, 1, 1))
        patient = await make_patient()
        await waited(await make_case(patient, status="CLOSED", outcome="RECOVERED", closed_at=NOW), 40_000)
        case = await make_case(patient)
        await waited(case, 90_000, spent_on=date(2025, 12, 31))
        assert await rate_flags(await waited(case, 50_000)) == []
        assert await rate_flags(await waited(case, 10_001)) == [CostFlag.OVER_LIMIT]
        assert await rate_flags(await waited(case, 1_000, spent_on=date(2025, 1, 1))) == []

    async def test_a_cost_may_pass_both(self) -> None:
        await make_rate(max_units=1, yearly_cap=50_000)
        assert await rate_flags(await waited(await make_case(), 200_000, quantity=2)) == [
            CostFlag.OVER_RATE,
            CostFlag.OVER_LIMIT,
        ]

    async def test_it_takes_three_statements_however_many_costs(self) -> None:
        await make_rate(max_units=5)
        case = await make_case()
        for _ in range(3):
            cost = await waited(case)
        with Statements() as statements:
            await rate_flags(cost)
        assert len(statements) == 3


class TestApproving:
    async def test_only_what_is_approved_or_paid_uses_a_cap_up(self) -> None:
        await make_rate(yearly_cap=200_000)
        case = await make_case()
        await waited(case, 30_000, status=CostStatus.APPROVED)
        await waited(case, 20_000, status=CostStatus.PAID)
        await waited(case, 500_000, status=CostStatus.ENDORSED)
        assert await left(await waited(case, 150_000)) is None
        assert await left(await waited(case, 150_001)) == (
            "Correct the input: costId: Left of the 2026 cap for this patient's waiting cost: Rp 150,000; "
            "send this cost back to be lowered, or reject it."
        )

    async def test_the_refusal_says_in_indonesian_how_much_is_left(self) -> None:
        await make_rate(yearly_cap=150_000)
        with pytest.raises(InvalidInput) as refusal:
            async with in_transaction():
                await refuse_over_limit(await waited(await make_case(), 150_001))
        assert refusal.value.problems[0].message("id") == (
            "Sisa plafon 2026 untuk biaya tunggu pasien ini Rp150.000; "
            "kembalikan biaya ini agar dikurangi, atau tolak."
        )

    async def test_units_are_used_up_in_a_case(self) -> None:
        await make_rate(max_units=5)
        case = await make_case()
        await waited(case, quantity=4, status=CostStatus.APPROVED)
        assert await left(await waited(case)) is None
        assert await left(await waited(case, quantity=2)) == (
            "Correct the input: costId: Left for waiting cost in this case: 1 of 5 days, and this cost counts as 2: "
            "by its quantity, or at Rp 50,000 each, whichever is more; "
            "send this cost back to be lowered, or reject it."
        )
        assert await left(await waited(await make_case(), quantity=5)) is None

    async def test_an_amount_uses_as_many_units_up_as_it_would_pay_for(self) -> None:
        await make_rate(max_units=5)
        case = await make_case()
        await waited(case, 149_999, status=CostStatus.APPROVED)
        with pytest.raises(InvalidInput) as refusal:
            async with in_transaction():
                await refuse_over_limit(await waited(case, 100_001))
        assert refusal.value.problems[0].message("id") == (
            "Sisa jatah biaya tunggu untuk kasus ini 2 hari dari 5, dan biaya ini terhitung 3: menurut banyaknya, "
            "atau Rp50.000 per hari, mana yang lebih besar; kembalikan biaya ini agar dikurangi, atau tolak."
        )

    @pytest.mark.parametrize("care_class", [2, None])
    async def test_for_a_bed_that_no_rate_is_for_the_least_that_is_left_counts(self, care_class: int | None) -> None:
        await make_rate(yearly_cap=900_000, care_class=1)
        await make_rate(yearly_cap=150_000, care_class=3)
        await make_rate(max_units=20, care_class=3, category=CostCategory.FUEL)
        await make_rate(max_units=2, care_class=1, category=CostCategory.FUEL)
        case = await make_case(care_class=care_class)
        assert await left(await waited(case, 150_000)) is None
        assert await left(await waited(case, 150_001)) == (
            "Correct the input: costId: Left of the 2026 cap for this patient's waiting cost: Rp 150,000; "
            "send this cost back to be lowered, or reject it."
        )
        fuel = await left(await waited(case, 150_000, category=CostCategory.FUEL))
        assert fuel is not None
        assert fuel.startswith("Correct the input: costId: Left for fuel in this case: 2 of 2 days")

    async def test_what_is_above_its_rate_may_still_be_approved(self) -> None:
        await make_rate(amount=1)
        assert await left(await waited(await make_case())) is None

    async def test_gifts_are_no_limits_business(self) -> None:
        await make_rate(yearly_cap=1)
        assert await left(await waited(await make_case(), in_kind=True)) is None

    async def test_of_approvals_at_the_same_time_as_many_pass_as_the_cap_holds(self) -> None:
        await make_rate(yearly_cap=120_000)
        case = await make_case()
        costs = [await waited(case, 50_000) for _ in range(8)]

        async def approve(cost: Cost) -> bool:
            try:
                async with in_transaction():
                    await refuse_over_limit(cost)
                    await Cost.filter(id=cost.id).update(status=CostStatus.APPROVED, approved_at=cost.created_at)
            except InvalidInput:
                return False
            return True

        assert sum(await asyncio.gather(*(approve(cost) for cost in costs))) == 2
