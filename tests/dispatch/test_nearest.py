"""The nearest rows: exactly geopy's order, through the index, and nearly always in one statement."""

import random
from typing import Any
from uuid import UUID

import pytest
from geopy.distance import geodesic
from tortoise.connection import get_connection

from kurir_api.dispatch.geo import Point
from kurir_api.dispatch.nearest import PlaneDistance, nearest
from kurir_api.models import Case, Task, TaskStatus, new_id
from tests.counting import Statements
from tests.factories import NOW, make_case, make_task

pytestmark = pytest.mark.usefixtures("db")

HERE = Point(-7.4243, 109.2302)


def open_tasks() -> Any:
    return Task.filter(status=TaskStatus.OPEN)


async def scatter(case: Case, places: list[Point]) -> list[Task]:
    tasks = [
        Task(
            id=new_id(),
            regency_code=case.regency_code,
            number=number,
            kind="POST_CARE",
            status=TaskStatus.OPEN,
            urgency="NORMAL",
            case=case,
            region_id=case.region_id,
            latitude=place.latitude,
            longitude=place.longitude,
            area_latitude=place.latitude,
            area_longitude=place.longitude,
            starts_at=NOW,
            ends_at=NOW.replace(hour=23),
            waiting_since=NOW,
            created_at=NOW,
        )
        for number, place in enumerate(places)
    ]
    await Task.bulk_create(tasks)
    return tasks


def brute_force(tasks: list[Task], origin: Point) -> list[tuple[float, UUID]]:
    here = (origin.latitude, origin.longitude)
    return sorted((geodesic(here, (task.latitude, task.longitude)).meters, task.id) for task in tasks)


async def paged(origin: Point, size: int) -> list[tuple[float, UUID]]:
    seen: list[tuple[float, UUID]] = []
    while True:
        page = await nearest(open_tasks(), origin, limit=size, after=seen[-1] if seen else None)
        seen += [(metres, task.id) for metres, task in page]
        if len(page) < size:
            return seen


@pytest.mark.parametrize("seed", range(5))
async def test_pages_follow_each_other_in_geopys_order_with_ties_and_identical_places(seed: int) -> None:
    chance = random.Random(seed)
    places = [Point(chance.uniform(-7.7, -7.2), chance.uniform(108.9, 109.6)) for _ in range(150)]
    places += [chance.choice(places) for _ in range(100)]
    places += [Point(2 * HERE.latitude - place.latitude, place.longitude) for place in places[:30]]
    places += [Point(place.latitude, 2 * HERE.longitude - place.longitude) for place in places[:30]]
    places += [HERE] * 40
    tasks = await scatter(await make_case(), places)

    found = await paged(HERE, 17)

    assert [task_id for _, task_id in found] == [task_id for _, task_id in brute_force(tasks, HERE)]
    assert [metres for metres, _ in found] == pytest.approx(
        [metres for metres, _ in brute_force(tasks, HERE)], abs=1e-8
    )


async def test_the_order_is_exact_across_the_whole_country() -> None:
    chance = random.Random(7)
    places = [Point(chance.uniform(-11.5, 6.5), chance.uniform(94, 142)) for _ in range(200)]
    tasks = await scatter(await make_case(), places)
    for origin in (Point(-11.5, 94.0), Point(6.5, 142.0), Point(-11.5, 142.0), HERE):
        assert [one for _, one in await paged(origin, 20)] == [one for _, one in brute_force(tasks, origin)]


async def test_where_the_plane_orders_otherwise_the_ellipsoid_decides() -> None:
    case = await make_case()
    east = await make_task(case, latitude=HERE.latitude, longitude=HERE.longitude + 0.1001)
    north = await make_task(case, latitude=HERE.latitude + 0.1, longitude=HERE.longitude)

    found = await nearest(open_tasks(), HERE, limit=1)

    assert [task.id for _, task in found] == [east.id]
    assert found[0][0] == pytest.approx(11050.280006)
    assert (await nearest(open_tasks(), HERE, limit=1, after=(found[0][0], east.id)))[0][1].id == north.id


async def test_only_rows_of_the_query_are_found() -> None:
    case = await make_case()
    await make_task(case, latitude=HERE.latitude, longitude=HERE.longitude, status=TaskStatus.FILLED)
    other = await make_task(case)
    assert [task.id for _, task in await nearest(open_tasks(), HERE, limit=5)] == [other.id]


async def test_nothing_is_found_among_nothing_or_when_nothing_is_asked() -> None:
    assert await nearest(open_tasks(), HERE, limit=5) == []
    await make_task()
    assert await nearest(open_tasks(), HERE, limit=0) == []


async def test_a_place_outside_indonesia_is_refused() -> None:
    with pytest.raises(ValueError, match="not a place in Indonesia"):
        await nearest(open_tasks(), Point(109.2, -7.4), limit=5)


async def test_a_page_of_twenty_takes_one_statement_wherever_it_is() -> None:
    chance = random.Random(3)
    await scatter(
        await make_case(), [Point(chance.uniform(-7.7, -7.2), chance.uniform(108.9, 109.6)) for _ in range(2000)]
    )
    after = None
    with Statements() as statements:
        for _ in range(10):
            page = await nearest(open_tasks(), HERE, limit=20, after=after)
            after = (page[-1][0], page[-1][1].id)
    assert len(statements) == 10


async def test_however_many_are_open_in_one_village_a_page_takes_three_statements_at_most() -> None:
    beyond = Point(HERE.latitude + 0.1, HERE.longitude)
    tasks = await scatter(await make_case(), [Point(HERE.latitude, HERE.longitude + 0.1)] * 300 + [beyond] * 3)

    with Statements() as first:
        await nearest(open_tasks(), HERE, limit=20)
    with Statements() as statements:
        found = await paged(HERE, 20)

    assert [task_id for _, task_id in found] == [task_id for _, task_id in brute_force(tasks, HERE)]
    assert len(first) == 2
    assert len(statements) <= 3 * 16


async def test_fifty_thousand_open_tasks_are_read_through_the_index_on_their_areas() -> None:
    case = await make_case()
    await get_connection("default").execute_query(
        "INSERT INTO task (id, regency_code, number, kind, status, urgency, case_id, region_id, latitude, longitude,"
        " area_latitude, area_longitude, starts_at, ends_at, slots, slots_taken, alerts_stale, created_at,"
        " waiting_since)"
        " SELECT gen_random_uuid(), $1, g, 'POST_CARE', 'OPEN', 'NORMAL', $2, $3,"
        " -7.4, 109.2, -7.7 + random() * 0.5, 108.9 + random() * 0.6, $4, $5, 1, 0, false, $4, $4"
        " FROM generate_series(1, 50000) g",
        [case.regency_code, case.id, case.region_id, NOW, NOW.replace(hour=23)],
    )
    await get_connection("default").execute_query("ANALYZE task")
    query = (
        open_tasks()
        .annotate(away=PlaneDistance("area_latitude", "area_longitude", HERE))
        .order_by("away", "id")
        .limit(32)
    )
    await query
    sql, values = query.query.get_parameterized_sql()
    plan = await get_connection("default").execute_query_dict(f"EXPLAIN {sql}", values)
    text = "\n".join(row["QUERY PLAN"] for row in plan)
    assert "Index Scan using task_open_area" in text
    assert "Order By: (point(area_longitude, area_latitude) <-> '(109.2302,-7.4243)'::point)" in text
