"""tasks, task, taskByNumber and taskKinds: the board."""

import pytest

from kurir_api.models import ClaimStatus, Member, Role, TaskStatus, Urgency
from tests.api import Api
from tests.factories import (
    OTHER_REGENCY,
    VILLAGE,
    make_alert,
    make_case,
    make_claim,
    make_member,
    make_organization,
    make_patient,
    make_task,
    make_wave,
)
from tests.ids import id_of

TASKS = """query ($status: [TaskStatus!], $kinds: [String!], $region: String, $urgency: [Urgency!]) {
  tasks(status: $status, kinds: $kinds, region: $region, urgency: $urgency) { edges { node { number } distanceM } }
}"""
ONE = "query ($id: ID!, $number: Int!) { task(id: $id) { number } taskByNumber(number: $number) { number } }"


async def numbers(api: Api, caller: Member, **variables: object) -> list[int]:
    edges = (await api.data(caller, TASKS, **variables))["tasks"]["edges"]
    return [edge["node"]["number"] for edge in edges]


async def three_tasks() -> None:
    far = await make_case(await make_patient(region="33.02.24.1003"))
    await make_task(number=1, kind="FOOD_DELIVERY", urgency=Urgency.NORMAL)
    await make_task(number=2, status=TaskStatus.DRAFT)
    await make_task(far, number=3, urgency=Urgency.EMERGENCY)


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, [3, 2, 1]),
        ({"status": ["OPEN"]}, [3, 1]),
        ({"status": []}, []),
        ({"kinds": ["FOOD_DELIVERY"]}, [1]),
        ({"kinds": ["FLYING"]}, []),
        ({"region": "33.02.23"}, [2, 1]),
        ({"region": "33.02.2"}, []),
        ({"urgency": ["EMERGENCY", "URGENT"]}, [3, 2]),
        ({"status": ["OPEN"], "region": "33.02", "urgency": ["NORMAL"]}, [1]),
    ],
)
async def test_tasks_come_newest_first_and_can_be_chosen(
    api: Api, variables: dict[str, object], found: list[int]
) -> None:
    await three_tasks()

    assert await numbers(api, await make_member(role=Role.COORDINATOR), **variables) == found


async def test_the_board_is_as_wide_as_the_callers_reach_and_volunteers_see_no_drafts(api: Api) -> None:
    await three_tasks()

    assert await numbers(api, await make_member(role=Role.DESK_OFFICER, region=VILLAGE)) == [2, 1]
    assert await numbers(api, await make_member()) == [3, 1]
    assert await numbers(api, await make_member(region=VILLAGE)) == [1]
    assert await numbers(api, await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)) == []
    assert await numbers(api, await make_member(role=Role.PROGRAMME_OFFICER)) == []


async def test_what_one_took_part_in_or_was_asked_for_stays_on_ones_own_board(api: Api) -> None:
    sri, budi, asked = await make_member(), await make_member(), await make_member()
    done = await make_task(number=4821, status=TaskStatus.VERIFIED)
    cancelled = await make_task(number=4822, status=TaskStatus.CANCELLED)
    await make_claim(done, sri, ClaimStatus.VERIFIED)
    await make_alert(await make_wave(cancelled), asked)

    assert await numbers(api, sri) == [4821]
    assert await numbers(api, asked) == [4822]
    assert await numbers(api, budi) == []


async def test_a_reviewer_sees_every_task_of_the_own_organisation(api: Api) -> None:
    lazis, pmi = await make_organization("Lazis Serayu"), await make_organization("PMI")
    await make_claim(await make_task(number=1, status="VERIFIED"), await make_member(), ClaimStatus.VERIFIED, lazis)
    await make_claim(await make_task(number=2, status="VERIFIED"), await make_member(), ClaimStatus.VERIFIED, pmi)

    assert await numbers(api, await make_member(role=Role.PARTNER_REVIEWER, organization=lazis)) == [1]


async def test_in_a_list_by_age_there_is_no_distance(api: Api) -> None:
    await make_task()

    edges = (await api.data(await make_member(), TASKS))["tasks"]["edges"]

    assert [edge["distanceM"] for edge in edges] == [None]


async def test_a_task_is_found_by_id_and_by_the_number_people_say(api: Api) -> None:
    task = await make_task(number=4821)

    found = await api.data(await make_member(), ONE, id=id_of(task), number=4821)

    assert found == {"task": {"number": 4821}, "taskByNumber": {"number": 4821}}


async def test_what_one_may_not_know_of_looks_like_what_does_not_exist(api: Api) -> None:
    draft = await make_task(number=4821, status=TaskStatus.DRAFT)
    nothing = {"task": None, "taskByNumber": None}
    volunteer = await make_member()

    assert await api.data(volunteer, ONE, id=id_of(draft), number=4821) == nothing
    assert await api.data(volunteer, ONE, id="no id", number=-1) == nothing


@pytest.mark.parametrize(("locale", "name"), [("id", "Antar jemput ambulans"), ("en", "Ambulance run")])
async def test_the_kinds_of_task_are_named_in_the_callers_language(api: Api, locale: str, name: str) -> None:
    document = "{ taskKinds { code name requiredCapabilities defaultUrgency } }"

    kinds = (await api.data(await make_member(locale=locale), document))["taskKinds"]

    assert kinds[0] == {
        "code": "AMBULANCE_RUN",
        "name": name,
        "requiredCapabilities": ["AMBULANCE_LICENCE"],
        "defaultUrgency": "URGENT",
    }
    assert [kind["code"] for kind in kinds] == [
        "AMBULANCE_RUN",
        "CIVIL_DOCUMENT",
        "FOOD_DELIVERY",
        "HEALTH_INSURANCE",
        "OUTREACH_VISIT",
        "POST_CARE",
        "PSYCHOSOCIAL",
        "SHELTER_STAY",
        "WAITING_COST",
    ]
