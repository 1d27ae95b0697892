"""Whom the suggestions are made of: the eligible of each task, loaded for all tasks at once."""

from datetime import date, timedelta
from itertools import pairwise

import httpx
import pytest

from kurir_api.dispatch.suggest import Suggested, load_openings, suggest
from kurir_api.dispatch.travel import Roads
from kurir_api.models import ClaimStatus
from tests.counting import Statements
from tests.factories import NOW, OTHER_REGENCY, make_alert, make_claim, make_member, make_task, make_wave

pytestmark = pytest.mark.usefixtures("db")

LICENSED = ("AMBULANCE_LICENCE",)
AT_THE_PATIENTS = (-7.3825, 109.2215)
NEAR, FARTHER = (-7.3925, 109.2215), (-7.4325, 109.2215)


def given(found: Suggested) -> list[tuple[int, str]]:
    return [(one.task.number, one.candidate.name) for one in found.best.suggestions]


async def test_the_nearest_to_one_task_is_kept_for_the_next_that_everybody_else_is_far_from() -> None:
    first = await make_task(number=1)
    second = await make_task(number=2, latitude=-7.3725, starts_at=first.starts_at + timedelta(hours=1))
    await make_member("Ana", home=(-7.3745, 109.2215), capabilities=LICENSED)
    await make_member("Budi", home=NEAR, capabilities=LICENSED)

    found = await suggest([second, first], NOW)

    assert given(found) == [(1, "Budi"), (2, "Ana")]
    assert [one.candidate.distance_m for one in found.best.suggestions] == pytest.approx([1105.926352, 221.185132])
    assert found.best.distance_m == pytest.approx(1327.111484)
    assert found.greedy.distance_m == pytest.approx(884.740726 + 2211.852210)


async def test_whoever_is_not_eligible_is_not_suggested_however_near() -> None:
    task = await make_task(number=1, slots=9)
    other = await make_task(starts_at=task.starts_at + timedelta(hours=3))
    for name, values in {
        "no licence": {"capabilities": ()},
        "licence ends": {"capabilities": {"AMBULANCE_LICENCE": date(2026, 11, 23)}},
        "off duty": {"available": False},
        "elsewhere": {"region": OTHER_REGENCY},
        "out of range": {"home": (-8.3, 109.2)},
    }.items():
        await make_member(name, **{"home": AT_THE_PATIENTS, "capabilities": LICENSED} | values)
    busy, declined, claimed = [
        await make_member(name, home=AT_THE_PATIENTS, capabilities=LICENSED)
        for name in ("busy", "declined", "claimed")
    ]
    await make_claim(other, busy)
    await make_alert(await make_wave(task), declined, status="DECLINED")
    await make_claim(task, claimed)
    await make_member("Sri", home=FARTHER, capabilities=LICENSED)

    found = await suggest([task], NOW)

    assert given(found) == [(1, "Sri")]
    assert (found.slots, [slots for _, slots in found.unfilled]) == (8, [7])


async def test_whoever_was_alerted_without_an_answer_may_still_be_suggested() -> None:
    task = await make_task(number=1)
    await make_alert(await make_wave(task), await make_member("Sri", capabilities=LICENSED), status="SENT")

    assert given(await suggest([task], NOW)) == [(1, "Sri")]


async def test_a_slot_that_was_given_back_is_not_offered_to_the_same_member_again() -> None:
    task = await make_task(number=1)
    await make_claim(task, await make_member("Sri", capabilities=LICENSED), ClaimStatus.RELEASED)

    found = await suggest([task], NOW)

    assert (given(found), found.slots) == ([], 1)


async def test_a_task_s_list_is_as_long_as_there_are_slots_open_at_its_time() -> None:
    early = await make_task(kind="POST_CARE", slots=2)
    late = await make_task(kind="POST_CARE", starts_at=early.ends_at)
    between = await make_task(kind="POST_CARE", starts_at=early.starts_at + timedelta(hours=1))
    for _ in range(7):
        await make_member()

    lists = {opening.task.id: opening.candidates for opening in await load_openings([late, early, between], NOW)}

    assert [len(lists[task.id]) for task in (early, between, late)] == [4, 4, 4]
    assert all(one.rank < other.rank for ranked in lists.values() for one, other in pairwise(ranked))


async def test_many_tasks_take_as_few_statements_as_one() -> None:
    tasks = [await make_task(kind="POST_CARE", slots=2)]
    for number in range(30):
        await make_member(home=(-7.4 - number / 200, 109.2))

    taken = []
    for _ in range(2):
        with Statements() as statements:
            found = await suggest(tasks, NOW)
        taken.append(len(statements))
        tasks += [await make_task(kind="POST_CARE", slots=2) for _ in range(11)]

    assert (taken, found.best.filled) == ([1, 1], 24)


async def test_with_a_router_the_time_by_road_counts() -> None:
    """The nearest as the crow flies lives across a river."""
    task = await make_task(number=1)
    await make_member("across", home=NEAR, capabilities=LICENSED)
    await make_member("along", home=FARTHER, capabilities=LICENSED)
    seconds = {f"{NEAR[1]:.5f},{NEAR[0]:.5f}": 2400.0, f"{FARTHER[1]:.5f},{FARTHER[0]:.5f}": 600.0}

    def answer(request: httpx.Request) -> httpx.Response:
        _, *origins = request.url.path.rpartition("/")[2].split(";")
        return httpx.Response(200, json={"code": "Ok", "durations": [[seconds[origin]] for origin in origins]})

    roads = Roads("http://router", transport=httpx.MockTransport(answer))
    by_road, crow = await suggest([task], NOW, roads), await suggest([task], NOW)
    await roads.close()

    assert (given(crow), crow.best.travel_time) == (
        [(1, "across")],
        timedelta(seconds=1105.926352 * 1.4 / (30 / 3.6)),
    )
    assert (given(by_road), by_road.best.travel_time) == ([(1, "along")], timedelta(minutes=10))
    assert by_road.best.suggestions[0].candidate.explanation["en"] == "5.5 km, 10 min by road, capability valid"
