"""The office says what is covered from a day on; what was in force stays as it was."""

import asyncio
from datetime import date
from typing import Any

import pytest

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, NotAllowed
from kurir_api.models import CostCategory, Rate, RateUnit, Role
from kurir_api.services.rates.set_rate import SetRate, set_rate
from tests.factories import OTHER_REGENCY, REGENCY, SUBDISTRICT, make_rate, make_regions, principal_for
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

YESTERDAY, TODAY, TOMORROW = date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24)
NEVER_CHANGED = {"validFrom": "A rate that was in force is never changed; let the new one begin after today."}


def waiting(**values: Any) -> SetRate:
    """Fifty thousand rupiah a day for who waits with the patient, from tomorrow on."""
    defaults = {
        "region": REGENCY,
        "category": CostCategory.WAITING_COST,
        "unit": RateUnit.DAY,
        "amount": 50_000,
        "valid_from": TOMORROW,
        "source": "SK Bupati Banyumas 460/12/2026",
    }
    return SetRate(**defaults | values)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMIN])
async def test_the_office_of_the_regency_sets_a_rate(role: Role) -> None:
    caller = await principal_for(role)
    limits = {"max_units": 5, "yearly_cap": 1_000_000, "care_class": 3}
    command = waiting(**limits, valid_until=date(2027, 12, 31), source=" SK 1 ")

    rate = await Rate.get(id=await set_rate(caller, command))

    assert (rate.regency_code, rate.category, rate.unit, rate.amount) == (REGENCY, "WAITING_COST", "DAY", 50_000)
    assert (rate.max_units, rate.yearly_cap, rate.care_class) == (5, 1_000_000, 3)
    assert (rate.valid_from, rate.valid_until, rate.source) == (TOMORROW, date(2027, 12, 31), "SK 1")


@pytest.mark.parametrize(
    ("role", "region"),
    [(Role.COORDINATOR, SUBDISTRICT), (Role.ADMIN, OTHER_REGENCY), (Role.DESK_OFFICER, REGENCY)],
)
async def test_nobody_else_does(role: Role, region: str) -> None:
    await refused(set_rate(await principal_for(role, region=region), waiting()), NotAllowed)


@pytest.mark.usefixtures("on_23_november")
class TestWhatWasInForce:
    @pytest.mark.parametrize("valid_from", [date(2026, 1, 1), YESTERDAY, TODAY])
    async def test_is_never_changed(self, coordinator: Principal, valid_from: date) -> None:
        await make_rate(valid_from=date(2026, 1, 1))
        assert await problems(set_rate(coordinator, waiting(valid_from=valid_from))) == NEVER_CHANGED

    async def test_is_not_changed_by_a_rate_that_begins_before_it(self, coordinator: Principal) -> None:
        await make_rate(valid_from=date(2026, 6, 1))
        assert await problems(set_rate(coordinator, waiting(valid_from=date(2026, 1, 1)))) == NEVER_CHANGED

    async def test_is_followed_by_one_that_begins_later(self, coordinator: Principal) -> None:
        await make_rate(valid_from=date(2026, 1, 1))
        await set_rate(coordinator, waiting(amount=60_000))
        assert await Rate.all().order_by("valid_from").values_list("amount", flat=True) == [50_000, 60_000]

    @pytest.mark.parametrize(
        "other",
        [
            {"category": CostCategory.FUEL},
            {"regency_code": OTHER_REGENCY},
            {"valid_until": date(2026, 10, 31)},
            {"valid_from": TOMORROW},
        ],
    )
    async def test_leaves_days_free_on_which_there_was_none(
        self, coordinator: Principal, other: dict[str, Any]
    ) -> None:
        await make_rate(**{"category": CostCategory.WAITING_COST} | other)
        rate = await Rate.get(id=await set_rate(coordinator, waiting(valid_from=date(2026, 11, 1))))
        assert rate.valid_from == date(2026, 11, 1)

    @pytest.mark.parametrize(("was", "new"), [(None, 3), (3, None)])
    async def test_for_all_classes_was_so_for_each(
        self, coordinator: Principal, was: int | None, new: int | None
    ) -> None:
        await make_rate(care_class=was)
        assert await problems(set_rate(coordinator, waiting(care_class=new, valid_from=TODAY))) == NEVER_CHANGED
        await set_rate(coordinator, waiting(care_class=new))

    async def test_for_one_class_leaves_the_days_of_another_free(self, coordinator: Principal) -> None:
        await make_rate(care_class=3)
        rate = await Rate.get(id=await set_rate(coordinator, waiting(care_class=2, valid_from=date(2026, 11, 1))))
        assert rate.valid_from == date(2026, 11, 1)

    async def test_of_four_at_the_same_time_one_is_the_first(self, coordinator: Principal) -> None:
        asked = [waiting(care_class=None if day % 2 else 3, valid_from=date(2026, 11, day)) for day in range(1, 5)]
        done = await asyncio.gather(*(set_rate(coordinator, one) for one in asked), return_exceptions=True)
        refusals = [one for one in done if isinstance(one, InvalidInput)]
        assert [str(one) for one in refusals] == [
            f"Correct the input: validFrom: {NEVER_CHANGED['validFrom']}" for _ in range(3)
        ]
        assert await Rate.all().values_list("id", flat=True) == [one for one in done if one not in refusals]

    async def test_was_not_before_it_began_so_that_it_is_replaced(self, coordinator: Principal) -> None:
        later = await make_rate(valid_from=TOMORROW, yearly_cap=1_000_000)
        assert await set_rate(coordinator, waiting(amount=60_000)) == later.id
        rate = await Rate.get()
        assert (rate.amount, rate.yearly_cap) == (60_000, None)


async def test_two_at_the_same_time_with_one_beginning_make_one_rate(coordinator: Principal) -> None:
    day = date(2099, 1, 1)
    ids = await asyncio.gather(*(set_rate(coordinator, waiting(amount=n, valid_from=day)) for n in range(1, 5)))
    assert len(set(ids)) == await Rate.all().count() == 1


async def test_every_field_that_makes_no_sense_is_named(coordinator: Principal) -> None:
    command = waiting(
        region=SUBDISTRICT,
        amount=0,
        max_units=0,
        yearly_cap=-1,
        care_class=4,
        valid_from=TOMORROW,
        valid_until=TODAY,
        source=" ",
    )
    assert await problems(set_rate(coordinator, command)) == {
        "region": "Choose a regency.",
        "amount": "Give Rp 1 to Rp 1,000,000,000.",
        "maxUnits": "Give 1 to 10,000, or nothing.",
        "yearlyCap": "Give Rp 1 to Rp 1,000,000,000.",
        "careClass": "Give class 1, 2 or 3.",
        "validUntil": "Before the first day; swap the two.",
        "source": "Must not be empty.",
    }


@pytest.mark.parametrize("region", ["33", "33.99", ""])
async def test_a_rate_is_a_regencys(region: str, coordinator: Principal) -> None:
    await make_regions()
    assert await problems(set_rate(coordinator, waiting(region=region))) == {"region": "Choose a regency."}


async def test_a_cap_below_one_unit_and_units_of_a_rate_for_a_case_contradict_it(coordinator: Principal) -> None:
    command = waiting(unit=RateUnit.CASE, max_units=1, amount=300_000, yearly_cap=299_999, source="x" * 201)
    assert await problems(set_rate(coordinator, command)) == {
        "maxUnits": "Leave it out: a rate for a case is once in each case.",
        "yearlyCap": "Below the rate for a single unit; check the figures.",
        "source": "At most 200 characters.",
    }
