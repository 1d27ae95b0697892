"""What is done through one api process is heard by those who are connected to another, as far as it is theirs."""

from datetime import UTC, datetime, timedelta

import pytest
from tortoise.connection import get_connection
from websockets.exceptions import ConnectionClosed

from kurir_api.models import Member, Role
from kurir_api.settings import Settings
from tests.api import Answer, Api, Stream
from tests.factories import OTHER_REGENCY, OTHER_VILLAGE, VILLAGE, make_case, make_member, make_patient, make_task
from tests.ids import id_of
from tests.processes.office import serving, working

pytestmark = pytest.mark.usefixtures("db")
LICENCE = ("AMBULANCE_LICENCE",)
NEARBY = "subscription { nearbyTaskEvents { kind task { number status } } }"
BOARD = "subscription ($region: String) { boardEvents(region: $region) { kind task { number status } } }"
INBOX = "subscription { myNotifications { kind title task { number } } }"
LISTENERS = """
SELECT count(pg_terminate_backend(pid)) AS count FROM pg_stat_activity
WHERE datname = current_database() AND (query LIKE 'LISTEN%' OR query = 'SELECT 1')
"""
# What listens says the latter every half a minute.


async def create(api: Api, coordinator: Member, region: str = VILLAGE, *, publish: bool = True) -> Answer:
    """A task for a new case in the region; its id and number."""
    case = await make_case(await make_patient(region=region))
    answer = await api.do(
        coordinator,
        "createTask",
        "task { id number }",
        caseId=id_of(case),
        kind="AMBULANCE_RUN",
        instructions="Kursi roda ada di rumah",
        publish=publish,
    )
    task: Answer = answer["task"]
    return task


async def events(stream: Stream, count: int) -> list[tuple[str, int, str]]:
    """The next so many events: what happened, the task's number, and how it stands."""
    heard = [next(iter((await stream.event()).values())) for _ in range(count)]
    return [(event["kind"], event["task"]["number"], event["task"]["status"]) for event in heard]


async def test_volunteers_and_the_office_hear_of_a_task_and_of_its_claim(two_apis: tuple[Api, Api]) -> None:
    first, second = two_apis
    coordinator = await make_member(role=Role.COORDINATOR)
    volunteer, driver = await make_member(), await make_member(capabilities=LICENCE)
    async with (
        first.subscribed(volunteer, NEARBY) as nearby,
        first.subscribed(coordinator, BOARD) as board,
        second.subscribed(coordinator, BOARD) as board_beside,
    ):
        task = await create(second, coordinator)
        published = [await events(stream, 1) for stream in (nearby, board, board_beside)]
        await second.do(driver, "claimTask", taskId=task["id"])
        claimed = [await events(stream, 2) for stream in (nearby, board, board_beside)]

    number = task["number"]
    assert published == [[("PUBLISHED", number, "OPEN")]] * 3
    assert claimed == [[("CLAIMED", number, "FILLED"), ("CHANGED", number, "FILLED")]] * 3


async def test_an_event_tells_a_volunteer_nothing_of_the_patient(two_apis: tuple[Api, Api]) -> None:
    first, second = two_apis
    coordinator, volunteer = await make_member(role=Role.COORDINATOR), await make_member()
    details = "task { number title instructions address location { latitude } case { number } }"
    async with (
        first.subscribed(volunteer, f"subscription {{ nearbyTaskEvents {{ {details} }} }}") as nearby,
        first.subscribed(coordinator, f"subscription {{ boardEvents {{ {details} }} }}") as board,
    ):
        task = await create(second, coordinator)
        told = (await nearby.event())["nearbyTaskEvents"]["task"]
        told_the_office = (await board.event())["boardEvents"]["task"]

    assert told == {
        "number": task["number"],
        "title": "Antar jemput ambulans",
        "instructions": None,
        "address": None,
        "location": None,
        "case": None,
    }
    assert told_the_office["instructions"] == "Kursi roda ada di rumah"
    assert told_the_office["address"] == "RT 2 RW 1, dekat mushala"


async def test_another_regency_hears_only_its_own(two_apis: tuple[Api, Api]) -> None:
    first, second = two_apis
    banyumas = await make_member(role=Role.COORDINATOR)
    kebumen = await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)
    volunteer = await make_member(region=OTHER_REGENCY)
    async with first.subscribed(volunteer, NEARBY) as nearby, first.subscribed(kebumen, BOARD) as board:
        await create(second, banyumas)
        own = await create(second, kebumen, OTHER_VILLAGE)
        heard = [await events(stream, 1) for stream in (nearby, board)]

    assert heard == [[("PUBLISHED", own["number"], "OPEN")]] * 2


async def test_only_the_office_hears_of_a_draft_that_is_given_up(two_apis: tuple[Api, Api]) -> None:
    first, second = two_apis
    coordinator, volunteer = await make_member(role=Role.COORDINATOR), await make_member()
    async with first.subscribed(volunteer, NEARBY) as nearby, first.subscribed(coordinator, BOARD) as board:
        draft = await create(second, coordinator, publish=False)
        await second.do(coordinator, "cancelTask", taskId=draft["id"], reason="Sudah diantar keluarga")
        task = await create(second, coordinator)
        heard, heard_by_the_office = await events(nearby, 1), await events(board, 2)

    assert heard == [("PUBLISHED", task["number"], "OPEN")]
    assert heard_by_the_office == [("CLOSED", draft["number"], "CANCELLED"), ("PUBLISHED", task["number"], "OPEN")]


async def test_members_hear_of_their_own_notifications_which_a_worker_made(
    two_apis: tuple[Api, Api], settings: Settings
) -> None:
    first, second = two_apis
    coordinator = await make_member(role=Role.COORDINATOR)
    driver, off_duty = (
        await make_member(capabilities=LICENCE),
        await make_member(available=False, capabilities=LICENCE),
    )
    async with (
        working(settings),
        first.subscribed(driver, INBOX) as alerted,
        first.subscribed(off_duty, INBOX) as assigned,
    ):
        task = await create(second, coordinator)
        alert = (await alerted.event())["myNotifications"]
        soon = datetime.now(UTC) + timedelta(hours=1)
        other = await make_task(starts_at=soon, ends_at=soon + timedelta(hours=2))
        await second.do(
            coordinator, "assignTask", taskId=id_of(other), memberId=id_of(off_duty), reason="Sudah bersedia"
        )
        offer = (await assigned.event())["myNotifications"]

    assert (alert["kind"], alert["task"]) == ("TASK_ALERT", {"number": task["number"]})
    assert (offer["kind"], offer["task"]) == ("OFFER", {"number": other.number})


async def test_what_happens_while_a_process_has_lost_the_database_is_told_when_it_has_it_again(
    two_apis: tuple[Api, Api],
) -> None:
    first, second = two_apis
    coordinator, driver = await make_member(role=Role.COORDINATOR), await make_member(capabilities=LICENCE)
    task = await create(second, coordinator)
    async with first.subscribed(coordinator, BOARD) as board:
        rows = await get_connection("default").execute_query_dict(LISTENERS)
        await second.do(driver, "claimTask", taskId=task["id"])
        while (heard := (await board.event())["boardEvents"]["kind"]) != "CLAIMED":
            assert heard == "PUBLISHED"  # what came shortly before may be told again

    assert rows == [{"count": 2}]


async def test_a_member_who_was_made_inactive_is_signed_out_of_an_open_socket(settings: Settings) -> None:
    volunteer = await make_member()
    async with (
        serving(settings, recheck_seconds="1") as watchful,
        watchful.api.subscribed(volunteer, NEARBY) as stream,
    ):
        await Member.filter(id=volunteer.id).update(active=False)
        with pytest.raises(ConnectionClosed) as closed:
            await stream.hear()

    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4403, "Forbidden")
