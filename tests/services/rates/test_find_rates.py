"""Every member may know what is covered."""

from datetime import date

import pytest

from kurir_api.auth import Principal, principal_of_member
from kurir_api.models import CostCategory, Role
from kurir_api.services.rates.find_rates import find_rates
from tests.counting import Statements
from tests.factories import OTHER_REGENCY, REGENCY, VILLAGE, add_membership, make_member, make_rate, principal_for

pytestmark = pytest.mark.usefixtures("db")

DAY = date(2026, 11, 23)


async def covered(caller: Principal, **asked: object) -> list[tuple[str, int | None, int]]:
    """Category, class and amount of what is in force."""
    rates = await find_rates(caller, **{"on": DAY} | asked)  # type: ignore[arg-type]
    return [(rate.category, rate.care_class, rate.amount) for rate in rates]


@pytest.mark.parametrize("role", list(Role))
async def test_every_member_reads_what_is_in_force_on_the_day(role: Role) -> None:
    caller = await principal_for(role)
    await make_rate(amount=50_000)
    await make_rate(amount=40_000, care_class=3)
    await make_rate(amount=60_000, valid_from=date(2026, 6, 1))
    await make_rate(amount=70_000, valid_from=date(2026, 11, 24))
    await make_rate(CostCategory.FUEL, amount=3_000, valid_until=DAY)
    await make_rate(CostCategory.MEAL, amount=1, valid_until=date(2026, 11, 22))

    assert await covered(caller) == [
        ("FUEL", None, 3_000),
        ("WAITING_COST", 3, 40_000),
        ("WAITING_COST", None, 60_000),
    ]
    assert await covered(caller, on=date(2026, 5, 31), category=CostCategory.WAITING_COST) == [
        ("WAITING_COST", 3, 40_000),
        ("WAITING_COST", None, 50_000),
    ]
    assert await covered(caller, category=CostCategory.MEAL) == []


async def test_a_region_stands_for_its_regency_and_none_for_the_callers(db: None) -> None:
    member = await make_member(region=VILLAGE)
    await make_rate(amount=1)
    await make_rate(amount=2, regency_code=OTHER_REGENCY)
    caller = await principal_of_member(member.id)
    assert await covered(caller) == await covered(caller, region=VILLAGE) == [("WAITING_COST", None, 1)]
    assert await covered(caller, region=OTHER_REGENCY) == []

    await add_membership(member, Role.VOLUNTEER, OTHER_REGENCY)
    both = await principal_of_member(member.id)
    assert await covered(both, region=OTHER_REGENCY) == [("WAITING_COST", None, 2)]
    assert await covered(both, region=REGENCY) == [("WAITING_COST", None, 1)]


async def test_without_a_day_it_is_today_and_takes_two_statements() -> None:
    caller = await principal_for()
    await make_rate(amount=1)
    await make_rate(amount=2, valid_from=date(2099, 1, 1))
    with Statements() as statements:
        assert [rate.amount for rate in await find_rates(caller)] == [1]
    assert len(statements) == 2
