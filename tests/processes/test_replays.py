"""A retry changes nothing: through another process, at the same time, and after the one that was asked has died."""

import asyncio
import signal
from datetime import datetime
from zoneinfo import ZoneInfo

import httpx
import pytest

from kurir_api.models import Claim, ClaimStatus, Cost, CostCategory, Member, Task, TaskStatus
from kurir_api.settings import Settings
from tests.api import Answer, Api
from tests.factories import make_claim, make_member, make_task
from tests.ids import id_of
from tests.processes.locks import held, somebody_waits
from tests.processes.office import serving

pytestmark = pytest.mark.usefixtures("db")
KEY = "the key of this tap"
LICENCE = ("AMBULANCE_LICENCE",)
TODAY = datetime.now(ZoneInfo("Asia/Jakarta")).date().isoformat()


async def log_cost(api: Api, driver: Member, task: Task, amount: int = 85_000) -> Answer:
    """The answer to a cost logged under KEY."""
    return await api.do(
        driver,
        "logCost",
        "cost { id amount status }",
        taskId=id_of(task),
        category=CostCategory.FUEL,
        amount=amount,
        spentOn=TODAY,
        idempotencyKey=KEY,
    )


async def claim(api: Api, driver: Member, task: Task, key: str = KEY) -> Answer:
    """The answer to a claim."""
    return await api.do(driver, "claimTask", "claim { id status }", taskId=id_of(task), idempotencyKey=key)


async def make_run() -> tuple[Member, Task]:
    """A driver under way, and the task."""
    driver, task = await make_member(capabilities=LICENCE), await make_task(status=TaskStatus.IN_PROGRESS)
    await make_claim(task, driver, ClaimStatus.IN_PROGRESS)
    return driver, task


async def test_one_key_through_both_processes_at_once_has_one_effect_and_one_answer(
    two_apis: tuple[Api, Api], figure
) -> None:
    driver, task = await make_run()

    answers = await asyncio.gather(*(log_cost(two_apis[number % 2], driver, task) for number in range(20)))

    cost = await Cost.get()
    assert cost.amount == 85_000
    assert (
        answers
        == [{"__typename": "CostSuccess", "cost": {"id": id_of(cost), "amount": 85_000, "status": "SUBMITTED"}}] * 20
    )
    figure("a retry changes nothing: 0 keys applied twice", "1 effect, 1 answer of 20 calls at once over 2 processes")


async def test_other_input_under_the_key_is_refused_by_the_other_process_and_changes_nothing(
    two_apis: tuple[Api, Api],
) -> None:
    first, second = two_apis
    driver, task = await make_run()
    await log_cost(first, driver, task)

    answer = await log_cost(second, driver, task, amount=86_000)

    assert (answer["__typename"], answer["code"]) == ("IdempotencyKeyReused", "IDEMPOTENCY_KEY_REUSED")
    assert await Cost.all().values_list("amount", flat=True) == [85_000]


async def test_the_same_key_of_somebody_else_is_another_key(two_apis: tuple[Api, Api]) -> None:
    first, second = two_apis
    driver, task = await make_run()
    other, other_task = await make_run()

    await log_cost(first, driver, task)
    answer = await log_cost(second, other, other_task)

    assert answer["__typename"] == "CostSuccess"
    assert await Cost.all().count() == 2


async def test_a_refusal_is_kept_though_the_task_is_free_again(two_apis: tuple[Api, Api]) -> None:
    first, second = two_apis
    winner, loser = [await make_member(capabilities=LICENCE) for _ in range(2)]
    task = await make_task()
    won = await claim(first, winner, task)
    refused = await claim(first, loser, task)
    await first.do(winner, "releaseClaim", claimId=won["claim"]["id"])

    again = await claim(second, loser, task)

    assert [answer["__typename"] for answer in (refused, again)] == ["TaskAlreadyClaimed"] * 2
    assert again["message"] == refused["message"]
    assert again["task"]["status"] == "OPEN"  # of the refusal only the task is told as it is now
    assert (await claim(second, loser, task, key="a new tap"))["__typename"] == "ClaimTaskSuccess"


async def test_after_a_kill_a_retry_answers_what_was_answered_and_does_what_was_not(
    settings: Settings, figure
) -> None:
    driver, (answered, interrupted) = await make_member(capabilities=LICENCE), [await make_task(), await make_task()]
    other = await make_member(capabilities=LICENCE)
    async with serving(settings) as killed:
        first = await claim(killed.api, driver, answered)
        async with held(interrupted, settings):
            lost = asyncio.create_task(claim(killed.api, other, interrupted))
            await somebody_waits()
            killed.program.send(signal.SIGKILL)
            assert await killed.program.end() == -signal.SIGKILL
            with pytest.raises(httpx.TransportError):
                await lost

    async with serving(settings) as restarted:
        assert await claim(restarted.api, driver, answered) == first
        second = await claim(restarted.api, other, interrupted)
        assert await claim(restarted.api, other, interrupted) == second

    assert (first["claim"]["status"], second["claim"]["status"]) == ("HELD", "HELD")
    assert {id_of(one) for one in await Claim.all()} == {first["claim"]["id"], second["claim"]["id"]}
    figure(
        "a retry changes nothing, also after restart", "after SIGKILL: the first answer, 0 of 2 keys applied twice"
    )
