"""nearbyTasks, and what a task tells a volunteer before the claim."""

from typing import Any

import pytest
from geopy.distance import geodesic

from kurir_api.models import Member, Role
from tests.api import Api
from tests.factories import NOW, OTHER_REGENCY, make_claim, make_member, make_task
from tests.schema.test_pages import ID, cursor

NEARBY = """query ($near: GeoPointInput, $withinM: Int, $kinds: [String!], $after: String) {
  nearbyTasks(near: $near, withinM: $withinM, kinds: $kinds, after: $after) {
    edges { distanceM node { number distanceM } }
  }
}"""
HOME = (-7.4243, 109.2302)
PLACES = {1: (-7.4248, 109.2302), 2: (-7.3825, 109.2215), 3: (-7.3, 109.2302)}
"""Where the tasks are: next door, 4.7 km away, 13.7 km away."""


async def three_tasks() -> None:
    for number, (latitude, longitude) in reversed(PLACES.items()):
        await make_task(number=number, latitude=latitude, longitude=longitude)


def metres(number: int, origin: tuple[float, float] = HOME) -> int:
    return round(geodesic(origin, PLACES[number]).meters)


async def nearby(api: Api, caller: Member, **variables: Any) -> list[tuple[int, int]]:
    edges = (await api.data(caller, NEARBY, **variables))["nearbyTasks"]["edges"]
    return [(edge["node"]["number"], edge["distanceM"]) for edge in edges]


async def test_open_tasks_come_nearest_to_home_first_with_the_exact_distance(api: Api) -> None:
    await three_tasks()

    found = await nearby(api, await make_member(home=HOME))

    assert found == [(1, metres(1)), (2, metres(2)), (3, metres(3))]
    assert [number for number, _ in found] == [1, 2, 3]


async def test_the_place_the_phone_told_last_counts_before_home(api: Api) -> None:
    await three_tasks()
    latitude, longitude = PLACES[3]
    member = await make_member(home=HOME, last_latitude=latitude, last_longitude=longitude, last_fix_at=NOW)

    assert [number for number, _ in await nearby(api, member)] == [3, 2, 1]


async def test_a_place_that_is_given_counts_before_both(api: Api) -> None:
    await three_tasks()

    found = await nearby(api, await make_member(home=HOME), near={"latitude": -7.3825, "longitude": 109.2215})

    assert found[0] == (2, 0)


async def test_the_radius_and_the_kinds_can_be_chosen(api: Api) -> None:
    await three_tasks()
    await make_task(number=9, kind="FOOD_DELIVERY")
    member = await make_member(home=HOME)

    within = [number for number, _ in await nearby(api, member, withinM=metres(2) + 1, kinds=["AMBULANCE_RUN"])]
    food = [number for number, _ in await nearby(api, member, kinds=["FOOD_DELIVERY", "FLYING"])]

    assert (within, food) == ([1, 2], [9])


async def test_drafts_taken_ones_and_other_regencies_are_not_listed(api: Api) -> None:
    await make_task(status="DRAFT")
    taken = await make_task(status="FILLED")
    await make_claim(taken, await make_member())
    await make_task()

    assert await nearby(api, await make_member(region=OTHER_REGENCY, home=HOME)) == []
    assert len(await nearby(api, await make_member(home=HOME))) == 1


async def test_a_partner_s_reviewer_measures_nothing_since_distances_tell_where_a_patient_lives(
    api: Api,
) -> None:
    await three_tasks()
    reviewer = await make_member(role=Role.PARTNER_REVIEWER, home=HOME)

    assert await nearby(api, reviewer) == []
    assert (await api.data(reviewer, "{ taskByNumber(number: 1) { number distanceM } }"))["taskByNumber"] == {
        "number": 1,
        "distanceM": None,
    }


async def test_without_any_place_the_caller_is_asked_for_one(api: Api) -> None:
    nowhere = await make_member(home=None)

    (error,) = await api.errors(nowhere, NEARBY)

    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["message"] == "Perbaiki isian: near: Lokasi Anda belum diketahui; kirim `near`."


@pytest.mark.parametrize("within", [0, -1, 2_000_001])
async def test_a_radius_is_1_to_2000000_metres(api: Api, within: int) -> None:
    (error,) = await api.errors(await make_member(), NEARBY, withinM=within)

    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["message"] == "Perbaiki isian: withinM: Isi 1 sampai 2.000.000 meter."


@pytest.mark.parametrize("metres", ['"nan"', '"inf"', "-1", "1e300"])
async def test_a_cursor_at_no_possible_distance_is_bad_user_input(api: Api, metres: str) -> None:
    (error,) = await api.errors(await make_member(), NEARBY, after=cursor(f'[{metres},"{ID}"]'))

    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_the_distance_of_a_task_is_measured_from_where_one_asks(api: Api) -> None:
    await three_tasks()
    document = """query ($from: GeoPointInput) {
      taskByNumber(number: 2) { home: distanceM  there: distanceM(from: $from) }
    }"""

    found = await api.data(
        await make_member(home=HOME), document, **{"from": {"latitude": -7.3, "longitude": 109.2302}}
    )
    without = await api.data(await make_member(home=None), "{ taskByNumber(number: 2) { distanceM } }")

    assert found["taskByNumber"] == {"home": metres(2), "there": metres(2, PLACES[3])}
    assert without["taskByNumber"] == {"distanceM": None}


@pytest.mark.parametrize(
    ("capabilities", "eligibility"),
    [
        (("AMBULANCE_LICENCE",), {"eligible": True, "reasons": []}),
        ((), {"eligible": False, "reasons": ["CAPABILITY_MISSING"]}),
    ],
)
async def test_a_task_says_whether_a_claim_would_be_taken(
    api: Api, capabilities: tuple[str, ...], eligibility: dict[str, Any]
) -> None:
    await make_task(number=4821)
    member = await make_member(capabilities=capabilities)

    found = await api.data(member, "{ taskByNumber(number: 4821) { viewerEligibility { eligible reasons } } }")

    assert found["taskByNumber"]["viewerEligibility"] == eligibility


async def test_a_task_one_claimed_already_says_so_with_the_claim(api: Api) -> None:
    sri = await make_member(capabilities=("AMBULANCE_LICENCE",))
    await make_claim(await make_task(number=4821, slots=2), sri)

    found = await api.data(
        sri, "{ taskByNumber(number: 4821) { openSlots viewerClaim { status } viewerEligibility { reasons } } }"
    )

    assert found["taskByNumber"] == {
        "openSlots": 1,
        "viewerClaim": {"status": "HELD"},
        "viewerEligibility": {"reasons": ["ALREADY_CLAIMED"]},
    }


class TestCandidates:
    DOCUMENT = """query ($first: Int) { taskByNumber(number: 4821) {
      candidates(first: $first) { rank distanceM eligible reasons explanation member { name } }
    } }"""

    async def test_are_for_coordinators_nearest_first_with_what_speaks_against_them(self, api: Api) -> None:
        await make_task(number=4821)
        await make_member("Jauh", home=(-7.5, 109.2215), capabilities=("AMBULANCE_LICENCE",))
        await make_member("Dekat", home=(-7.383, 109.2215))

        coordinator = await make_member(role=Role.COORDINATOR, home=None)
        found = (await api.data(coordinator, self.DOCUMENT))["taskByNumber"]["candidates"]

        assert [(one["rank"], one["member"]["name"], one["eligible"], one["reasons"]) for one in found] == [
            (1, "Dekat", False, ["CAPABILITY_MISSING"]),
            (2, "Jauh", True, []),
        ]
        assert found[0]["distanceM"] == round(geodesic((-7.383, 109.2215), (-7.3825, 109.2215)).meters)

    async def test_are_as_many_as_asked_for_and_at_most_100(self, api: Api) -> None:
        await make_task(number=4821)
        for _ in range(2):
            await make_member(capabilities=("AMBULANCE_LICENCE",))
        coordinator = await make_member(role=Role.COORDINATOR, home=None)

        one = (await api.data(coordinator, self.DOCUMENT, first=1))["taskByNumber"]["candidates"]
        (error,) = await api.errors(coordinator, self.DOCUMENT, first=101)

        assert len(one) == 1
        assert error["extensions"] == {"code": "BAD_USER_INPUT"}
