"""When offices are closed."""

from datetime import date

import pytest

from kurir_api.models import Holiday, HolidayKind, Role
from kurir_api.services.places.find_holidays import find_holidays
from kurir_api.services.places.load_places import holidays, load_holidays
from tests.factories import OTHER_REGENCY, REGENCY, VILLAGE, principal_for
from tests.services.refusals import problems

pytestmark = pytest.mark.usefixtures("db")


@pytest.mark.parametrize(("year", "national", "leave"), [(2025, 17, 11), (2026, 17, 8)])
def test_the_file_holds_as_many_days_as_the_decree(year: int, national: int, leave: int) -> None:
    kinds = [holiday.kind for holiday in holidays() if holiday.day.year == year]

    assert (kinds.count(HolidayKind.NATIONAL), kinds.count(HolidayKind.COLLECTIVE_LEAVE)) == (national, leave)


async def test_loading_again_brings_the_days_up_to_date_and_leaves_others_alone() -> None:
    await Holiday.create(day=date(2026, 3, 18), kind="NATIONAL", name_id="Salah", name_en="Wrong")
    await Holiday.create(
        day=date(2026, 3, 18), regency_code=REGENCY, kind="LOCAL", name_id="Hari jadi", name_en="Anniversary"
    )

    for _ in range(2):
        await load_holidays()

    eve, local = await Holiday.filter(day=date(2026, 3, 18)).order_by("regency_code")
    assert (eve.kind, eve.name_id) == (HolidayKind.COLLECTIVE_LEAVE, "Cuti bersama Nyepi")
    assert (local.kind, await Holiday.all().count()) == (HolidayKind.LOCAL, 54)


async def test_a_member_sees_the_nations_and_the_own_regencys_of_a_year() -> None:
    for day, regency in ((date(2026, 2, 22), REGENCY), (date(2026, 2, 21), OTHER_REGENCY), (date(2027, 1, 1), "")):
        await Holiday.create(day=day, regency_code=regency, kind="LOCAL", name_id="Hari jadi", name_en="Anniversary")
    await Holiday.create(day=date(2026, 1, 1), kind="NATIONAL", name_id="Tahun Baru", name_en="New Year's Day")

    found = await find_holidays(await principal_for(Role.VOLUNTEER, region=VILLAGE), 2026)

    assert [(holiday.day, holiday.regency_code) for holiday in found] == [
        (date(2026, 1, 1), ""),
        (date(2026, 2, 22), REGENCY),
    ]


@pytest.mark.parametrize("year", [1999, 2101])
async def test_a_year_is_one_of_ours(year: int) -> None:
    assert await problems(find_holidays(await principal_for(), year)) == {"year": "Use 2000 to 2100."}
