"""Where a task is, and what point stands for that before those who needn't know."""

import pytest

from kurir_api.dispatch.geo import Point
from kurir_api.models import Region
from kurir_api.services.tasks.placing import placed
from tests.factories import OTHER_VILLAGE, PLACES, VILLAGE, make_case, make_patient

pytestmark = pytest.mark.usefixtures("db")
HOUSES = (Point(-7.3825, 109.2215), Point(-7.3761, 109.2293), Point(-7.6, 109.7))


def centre(code: str) -> Point:
    centre = PLACES[code][1]
    assert centre is not None
    return Point(*centre)


async def test_a_task_at_the_patients_is_at_the_house_and_its_area_is_the_village() -> None:
    for house in HOUSES:
        case = await make_case(await make_patient(latitude=house.latitude, longitude=house.longitude))
        assert await placed(case, None) == (house, centre(VILLAGE))

    case = await make_case(await make_patient(latitude=None, longitude=None))
    assert await placed(case, None) == (centre(VILLAGE), centre(VILLAGE))


async def test_a_place_that_the_desk_gives_has_the_village_for_its_area_and_far_away_the_nearest_one() -> None:
    case, near, far = await make_case(), Point(-7.44, 109.263), Point(-7.5900, 109.7000)

    assert await placed(case, near) == (near, centre(VILLAGE))
    assert await placed(case, far) == (far, centre(OTHER_VILLAGE))


async def test_a_village_without_a_centre_has_that_of_the_region_around_and_without_any_a_hundredth_of_a_degree() -> (
    None
):
    case = await make_case()
    await Region.filter(code=VILLAGE).update(latitude=None, longitude=None)
    assert (await placed(case, None)).area == centre("33.02.23")

    await Region.all().update(latitude=None, longitude=None)
    assert (await placed(case, None)).area == Point(-7.385, 109.225)
