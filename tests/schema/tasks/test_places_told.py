"""However much a volunteer asks, and from wherever: two houses of a village are one place."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from kurir_api.dispatch.travel import Roads
from kurir_api.dispatch.waves import plan_wave, run_due_waves
from kurir_api.models import Alert, Member, Notification, Role, Task
from tests.api import Answer, Api
from tests.conftest import Figures
from tests.factories import NOW, make_case, make_member, make_task
from tests.ids import id_of

HOUSES = ((-7.3825, 109.2215), (-7.3761, 109.2293))
CENTRE = (-7.382, 109.221)
FROM = [{"latitude": CENTRE[0] + north, "longitude": CENTRE[1]} for north in (-0.004, 0, 0.004)]
QUESTIONS = """query ($id: ID!, $from: GeoPointInput!, $within: Int) {
  nearbyTasks(near: $from, withinM: $within, first: 1) {
    edges { cursor distanceM node { id } } pageInfo { hasNextPage endCursor }
  }
  task(id: $id) { distanceM(from: $from) location { latitude } viewerEligibility { eligible reasons } }
  tasks(first: 5) { edges { cursor node { id distanceM(from: $from) } } }
}"""
EVENTS = "subscription ($near: GeoPointInput!) { nearbyTaskEvents(near: $near, withinM: 300) { task { id } } }"


async def move_to(task: Task, house: tuple[float, float]) -> None:
    """As if the patient lived there."""
    await Task.filter(id=task.id).update(latitude=house[0], longitude=house[1])


async def told(api: Api, volunteer: Member, task: Task) -> list[Answer]:
    """All that is answered, from all places, within all distances."""
    return [
        await api.data(volunteer, QUESTIONS, **{"id": id_of(task), "from": place, "within": within})
        for place in FROM
        for within in (None, 500, 1_000)
    ]


async def make_two() -> Task:
    """Two open tasks, of which the one returned is at a house of the village."""
    case = await make_case()
    await make_task(case, latitude=-7.40, longitude=109.22)
    values: dict[str, Any] = {"area_latitude": CENTRE[0], "area_longitude": CENTRE[1]}
    return await make_task(case, starts_at=datetime.now(UTC) + timedelta(hours=1), **values)


async def test_two_houses_of_a_village_give_the_same_answers_to_every_question(api: Api, figure: Figures) -> None:
    volunteer, task, answers = await make_member(), await make_two(), []
    for house in HOUSES:
        await move_to(task, house)
        answers.append(await told(api, volunteer, task))

    figure(
        "a volunteer can't compute a house", f"{len(answers[0])} questions, the same answers for houses 1.1 km apart"
    )
    assert answers[0] == answers[1]
    assert [answer["task"]["location"] for answer in answers[0]] == [None] * len(answers[0])


def minutes_by_road(to_the_house: int) -> Roads:
    """A router that knows the way to the house."""
    answer = httpx.Response(200, json={"code": "Ok", "durations": [[60 * to_the_house]]})
    return Roads("https://osrm.example.go.id", transport=httpx.MockTransport(lambda _: answer))


@pytest.mark.usefixtures("db")
async def test_an_alert_and_its_push_tell_how_far_the_village_is() -> None:
    task = await make_two()
    home = (CENTRE[0] + 0.02, CENTRE[1])
    member = await make_member(capabilities=("AMBULANCE_LICENCE",), home=home)
    await move_to(task, HOUSES[1])
    await plan_wave(await Task.get(id=task.id), NOW)

    roads = minutes_by_road(7)
    await run_due_waves(NOW, roads)
    await roads.close()

    alert = await Alert.get(member_id=member.id)
    push = await Notification.get(member_id=member.id)
    assert round(alert.distance_m) == 2212
    assert alert.explanation == {"id": "2,2 km, keahlian berlaku", "en": "2.2 km, capability valid"}
    assert push.data["distance_m"] == alert.distance_m


async def test_events_are_heard_around_the_village_not_around_the_house(api: Api) -> None:
    task, kus = await make_two(), await make_member(role=Role.COORDINATOR)
    await move_to(task, HOUSES[1])
    other = await make_task(starts_at=task.starts_at, latitude=HOUSES[1][0], longitude=HOUSES[1][1])
    await Task.filter(id__in=[task.id, other.id]).update(status="DRAFT")
    latitude, longitude = HOUSES[1]

    async with api.subscribed(
        await make_member(), EVENTS, near={"latitude": latitude, "longitude": longitude}
    ) as stream:
        for drafted in (task, other):
            await api.do(kus, "publishTask", taskId=id_of(drafted))
        event = await stream.event()

    assert event == {"nearbyTaskEvents": {"task": {"id": id_of(other)}}}
