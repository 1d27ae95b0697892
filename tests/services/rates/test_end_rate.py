"""The office says how long a rate still holds."""

from datetime import date

import pytest

from kurir_api.auth import Principal
from kurir_api.errors import NotAllowed, NotFound
from kurir_api.models import Rate, Role
from kurir_api.services.rates.end_rate import EndRate, end_rate
from tests.factories import OTHER_REGENCY, SUBDISTRICT, make_rate, principal_for
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db", "on_23_november")

YESTERDAY, TODAY, TOMORROW, LATER = (date(2026, 11, day) for day in range(22, 26))


def ending(rate: Rate, day: date) -> EndRate:
    """The rate's last day."""
    return EndRate(rate_id=rate.id, valid_until=day)


@pytest.mark.parametrize("day", [TODAY, date(2027, 12, 31)])
async def test_a_rate_ends_today_or_later(coordinator: Principal, day: date) -> None:
    rate = await make_rate()
    assert await end_rate(coordinator, ending(rate, day)) == rate.id
    assert (await Rate.get(id=rate.id)).valid_until == day


async def test_an_end_that_has_not_come_may_be_moved(coordinator: Principal) -> None:
    rate = await make_rate(valid_until=TOMORROW)
    await end_rate(coordinator, ending(rate, LATER))
    assert (await Rate.get(id=rate.id)).valid_until == LATER


async def test_what_was_in_force_stays(coordinator: Principal) -> None:
    not_back = {"validUntil": "Give today or a later day, and none before the rate begins."}
    assert await problems(end_rate(coordinator, ending(await make_rate(), YESTERDAY))) == not_back
    later = await make_rate(valid_from=date(2027, 1, 1))
    assert await problems(end_rate(coordinator, ending(later, TOMORROW))) == not_back


@pytest.mark.parametrize("ended_on", [YESTERDAY, TODAY])
async def test_a_rate_that_has_ended_or_ends_today_does_not_come_back(coordinator: Principal, ended_on: date) -> None:
    ended = await make_rate(valid_until=ended_on)
    assert await problems(end_rate(coordinator, ending(ended, TOMORROW))) == {
        "rateId": "This rate has ended, or ends today; set a new one from tomorrow on."
    }
    assert (await Rate.get(id=ended.id)).valid_until == ended_on


async def test_only_the_office_of_the_whole_regency_ends_a_rate() -> None:
    command = ending(await make_rate(), date(2099, 1, 1))
    await refused(end_rate(await principal_for(Role.COORDINATOR, region=SUBDISTRICT), command), NotAllowed)
    await refused(end_rate(await principal_for(Role.ADMIN, region=OTHER_REGENCY), command), NotFound)
