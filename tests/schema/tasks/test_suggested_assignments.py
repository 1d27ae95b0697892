"""suggestedAssignments through the API."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from kurir_api.models import Member, Role, Task, TaskStatus
from tests.api import Answer, Api
from tests.counting import Statements
from tests.factories import (
    OTHER_REGENCY,
    REGENCY,
    SUBDISTRICT,
    make_case,
    make_claim,
    make_member,
    make_patient,
    make_task,
)
from tests.schema.refusals import everything

LICENSED = ("AMBULANCE_LICENCE",)
ASK = """query ($region: String!, $first: Int = 100) { suggestedAssignments(region: $region) {
    openSlots
    suggestions(first: $first) { task { number } member { name } distanceM travelSeconds explanation }
    unfilled(first: $first) { task { number } slots }
    totals { filled distanceM travelSeconds }
    greedy { filled distanceM travelSeconds }
} }"""
NOTHING = {"filled": 0, "distanceM": 0, "travelSeconds": 0}


async def coordinator(region: str = REGENCY) -> Member:
    return await make_member("Kus", Role.COORDINATOR, region)


async def tomorrow(**values: object) -> Task:
    """An open ambulance run in a day's time."""
    return await make_task(**{"starts_at": datetime.now(UTC) + timedelta(days=1)} | values)


async def suggested(api: Api, caller: Member, region: str = REGENCY, **values: object) -> Answer:
    found: Answer = (await api.data(caller, ASK, region=region, **values))["suggestedAssignments"]
    return found


async def test_a_coordinator_sees_who_could_take_what_and_what_that_saves(api: Api) -> None:
    first = await tomorrow(number=4821)
    await make_task(number=4822, latitude=-7.3725, starts_at=first.starts_at + timedelta(hours=1), slots=2)
    await make_member("Ana", home=(-7.3745, 109.2215), capabilities=LICENSED)
    await make_member("Budi", home=(-7.3925, 109.2215), capabilities=LICENSED)
    caller, before = await coordinator(), await everything()

    assert await suggested(api, caller) == {
        "openSlots": 3,
        "suggestions": [
            {
                "task": {"number": 4821},
                "member": {"name": "Budi"},
                "distanceM": 1106,
                "travelSeconds": 186,
                "explanation": "1,1 km, keahlian berlaku",
            },
            {
                "task": {"number": 4822},
                "member": {"name": "Ana"},
                "distanceM": 221,
                "travelSeconds": 37,
                "explanation": "220 m, keahlian berlaku",
            },
        ],
        "unfilled": [{"task": {"number": 4822}, "slots": 1}],
        "totals": {"filled": 2, "distanceM": 1327, "travelSeconds": 223},
        "greedy": {"filled": 2, "distanceM": 3097, "travelSeconds": 520},
    }
    assert await everything() == before


async def test_only_what_still_needs_somebody_is_assigned(api: Api) -> None:
    kept = await tomorrow(number=4821, slots=2)
    await make_claim(kept, await make_member(capabilities=LICENSED))
    await tomorrow(status=TaskStatus.DRAFT)
    await tomorrow(status=TaskStatus.CANCELLED)
    await tomorrow(starts_at=datetime.now(UTC) - timedelta(hours=5))
    await make_claim(await tomorrow(status=TaskStatus.FILLED), await make_member(capabilities=LICENSED))
    await make_member("Sri", capabilities=LICENSED)

    answer = await suggested(api, await coordinator())

    assert answer["openSlots"] == 1
    assert [(one["task"], one["member"]) for one in answer["suggestions"]] == [({"number": 4821}, {"name": "Sri"})]


async def test_a_region_without_open_tasks_has_nothing_to_assign(api: Api) -> None:
    await make_member(capabilities=LICENSED)

    assert await suggested(api, await coordinator()) == {
        "openSlots": 0,
        "suggestions": [],
        "unfilled": [],
        "totals": NOTHING,
        "greedy": NOTHING,
    }


async def test_a_region_is_asked_for_with_all_below_it_and_nothing_beside_it(api: Api) -> None:
    await tomorrow(number=4821)
    await tomorrow(case=await make_case(await make_patient(region="33.02.24.1003")), number=4822)

    seen = {
        region: [one["task"]["number"] for one in (await suggested(api, await coordinator(), region))["unfilled"]]
        for region in (REGENCY, SUBDISTRICT, "33.02.24.1003")
    }

    assert {region: set(numbers) for region, numbers in seen.items()} == {
        REGENCY: {4821, 4822},
        SUBDISTRICT: {4821},
        "33.02.24.1003": {4822},
    }


async def test_the_soonest_of_many_are_shown_first_and_the_totals_are_of_all(api: Api) -> None:
    starts_at = datetime.now(UTC)
    for day in (3, 1, 2):
        await tomorrow(number=4820 + day, starts_at=starts_at + timedelta(days=day))
        await tomorrow(number=4830 + day, starts_at=starts_at + timedelta(days=day), kind="SHELTER_STAY")
    await make_member(capabilities=LICENSED)

    answer = await suggested(api, await coordinator(), first=2)

    assert [one["task"]["number"] for one in answer["suggestions"]] == [4821, 4822]
    assert [one["task"]["number"] for one in answer["unfilled"]] == [4831, 4832]
    assert (answer["openSlots"], answer["totals"]["filled"]) == (6, 3)


async def test_the_suggestions_can_all_be_followed_and_then_nothing_is_left_to_suggest(api: Api) -> None:
    caller, morning = await coordinator(), await tomorrow(slots=2)
    await tomorrow(starts_at=morning.starts_at + timedelta(hours=1))
    await tomorrow(starts_at=morning.ends_at)
    for latitude in (-7.39, -7.40, -7.41):
        await make_member(home=(latitude, 109.2215), capabilities=LICENSED)
    select = f'{{ suggestedAssignments(region: "{REGENCY}") {{ suggestions {{ task {{ id }} member {{ id }} }} }} }}'

    found = (await api.data(caller, select))["suggestedAssignments"]["suggestions"]
    answers = [
        await api.do(caller, "assignTask", taskId=one["task"]["id"], memberId=one["member"]["id"]) for one in found
    ]

    assert [answer["__typename"] for answer in answers] == ["ClaimTaskSuccess"] * 4
    assert (await suggested(api, caller))["openSlots"] == 0


class TestOutsiders:
    @pytest.mark.parametrize(
        ("role", "reach"),
        [
            (Role.COORDINATOR, OTHER_REGENCY),
            (Role.COORDINATOR, SUBDISTRICT),
            (Role.VOLUNTEER, REGENCY),
            (Role.DESK_OFFICER, REGENCY),
            (Role.PARTNER_REVIEWER, REGENCY),
            (Role.ADMIN, REGENCY),
        ],
    )
    async def test_whoever_does_not_coordinate_the_region_is_refused(self, api: Api, role: Role, reach: str) -> None:
        await tomorrow()
        await make_member("Sri", capabilities=LICENSED)

        answer = (await api.post(await make_member(role=role, region=reach), ASK, region=REGENCY)).json()

        assert answer["data"] is None
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]

    async def test_a_region_that_does_not_exist_outside_of_one_s_reach_is_refused_alike(self, api: Api) -> None:
        caller = await coordinator()

        there, missing = [await api.errors(caller, ASK, region=code) for code in (OTHER_REGENCY, "99.99")]

        assert [error["extensions"] for error in there] == [{"code": "FORBIDDEN"}]
        assert [error["message"] for error in there] == [error["message"] for error in missing]

    async def test_a_region_that_does_not_exist_within_reach_is_said_to_be_unknown(self, api: Api) -> None:
        (error,) = await api.errors(await coordinator(), ASK, region="33.02.99")

        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert error["message"] == "Perbaiki isian: region: Wilayah ini tidak dikenal; tulis kodenya, seperti 33.02."


async def test_ten_tasks_take_as_many_statements_as_two(api: Api) -> None:
    caller, days = await coordinator(), count(1)
    for number in range(12):
        await make_member(home=(-7.4 - number / 200, 109.2), capabilities=LICENSED)

    taken = []
    for more in (2, 8):
        for _ in range(more):
            await tomorrow(starts_at=datetime.now(UTC) + timedelta(days=next(days)))
        with Statements() as statements:
            answer = await suggested(api, caller)
        taken.append((len(statements), answer["totals"]["filled"]))

    assert taken == [(6, 2), (6, 10)]
