"""A slot has one winner, though the race runs through two api processes."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from kurir_api.models import Claim, ClaimStatus, Task, TaskStatus
from tests.api import Api
from tests.conftest import Figures
from tests.factories import NOW, make_member, make_organization, make_task
from tests.ids import id_of

pytestmark = pytest.mark.usefixtures("db")
MEMBERS, TASKS = 40, 5
ALL_MEMBERS, ALL_TASKS = 200, 50


async def make_tasks(count: int, slots: int) -> list[Task]:
    """Ambulance runs on different days, so that nobody is too busy for any of them."""
    return [await make_task(slots=slots, starts_at=NOW + timedelta(days=1 + number)) for number in range(count)]


@pytest.mark.parametrize("slots", [1, 2])
async def test_as_many_win_as_there_are_slots_and_all_others_are_told_it_is_taken(
    two_apis: tuple[Api, Api], slots: int, full: bool, figure: Figures
) -> None:
    members, count = (ALL_MEMBERS, ALL_TASKS) if full else (MEMBERS, TASKS)
    partner = await make_organization()
    drivers = [await make_member(organization=partner, capabilities=("AMBULANCE_LICENCE",)) for _ in range(members)]
    winners = 0

    for task in await make_tasks(count, slots):
        answers = await asyncio.gather(
            *(
                two_apis[number % 2].do(driver, "claimTask", "claim { id status }", taskId=id_of(task))
                for number, driver in enumerate(drivers)
            )
        )

        assert Counter(answer["__typename"] for answer in answers) == {
            "ClaimTaskSuccess": slots,
            "TaskAlreadyClaimed": members - slots,
        }
        told = {answer["claim"]["id"] for answer in answers if "claim" in answer}
        assert told == {id_of(claim) for claim in await Claim.filter(task_id=task.id, status=ClaimStatus.HELD)}
        await task.refresh_from_db()
        assert (task.status, task.slots_taken) == (TaskStatus.FILLED, slots)
        winners += len(told)

    figure(
        f"a slot has one winner: 200 members race for each of 50 tasks of {slots}, over 2 processes",
        f"{winners} winners of {count} x {slots}, {members} members",
    )


async def test_one_who_wants_every_task_of_the_same_hour_gets_one(two_apis: tuple[Api, Api]) -> None:
    driver = await make_member(capabilities=("AMBULANCE_LICENCE",))
    tasks = [await make_task() for _ in range(10)]

    answers = await asyncio.gather(
        *(two_apis[number % 2].do(driver, "claimTask", taskId=id_of(task)) for number, task in enumerate(tasks))
    )

    assert Counter(answer["__typename"] for answer in answers) == {"ClaimTaskSuccess": 1, "ScheduleConflict": 9}
    assert await Claim.filter(status=ClaimStatus.HELD).count() == 1
    assert await Task.filter(status=TaskStatus.FILLED).count() == 1
