"""The promise about slots, and its price: how fast claims are answered when everybody wants the same task."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import aiohttp
import asyncpg

from bench.figures import COLUMNS, Timing, table, title
from bench.office import KURIR, add_members, add_tasks, opened_office, processes
from kurir_api.auth import issue_token
from kurir_api.database import connect_arguments
from kurir_api.models import Claim, Member, Task
from kurir_api.schema.ids import global_id
from kurir_api.settings import Settings

WON, TAKEN = "ClaimTaskSuccess", "TaskAlreadyClaimed"
API_PROCESSES = 2
CLAIM_TASK = """
mutation Claim($task: ID!) {
  claimTask(input: {taskId: $task}) {
    __typename
    ... on ClaimTaskSuccess { claim { id status } }
    ... on UserError { code message }
  }
}
"""

# How claimTask takes a slot, and nothing else of what it does.
BARE_CLAIM = """
WITH slot AS MATERIALIZED (
    SELECT * FROM task WHERE id = $1 AND status = 'OPEN' AND slots_taken < slots FOR UPDATE
)
INSERT INTO claim (id, regency_code, status, starts_at, ends_at, claimed_at, released_late, member_id,
                   organization_id, task_id)
SELECT gen_random_uuid(), regency_code, 'HELD', starts_at, ends_at, now(), false, $2,
       (SELECT organization_id FROM membership WHERE member_id = $2), id FROM slot
"""

Attempt = Callable[[int, Task], Awaitable[str]]
"""The rival of that number tries to claim the task; how it was answered."""


async def race(
    members: Annotated[int, "how many want each task"] = 200,
    tasks: Annotated[int, "how many tasks, one after the other"] = 50,
) -> bool:
    """Members race for each of many one-slot tasks through two api processes.

    The ratio's 1 is the one statement that takes a slot, sent by as many rivals over as many connections. Fails
    unless every task has one winner and everybody else is told that it is taken.
    """
    title("race", f"{members} members race for each of {tasks} one-slot tasks, through {API_PROCESSES} api processes")
    async with opened_office() as settings:
        await add_members(members)
        rivals = [member.id for member in await Member.all()]
        every_task = await add_tasks(2 * tasks)
        by_sql, bare = await _by_sql(settings, rivals, every_task[:tasks])
        by_api, told = await _by_api(settings, rivals, every_task[tasks:])
        claims = Counter(await Claim.all().values_list("task_id", flat=True))
    expected = Counter({WON: tasks, TAKEN: tasks * (members - 1)})
    errors = told - expected
    table(
        [
            ("winners", f"{told[WON]:,}", f"of {expected[WON]:,}"),
            ("told it is taken", f"{told[TAKEN]:,}", f"of {expected[TAKEN]:,}"),
            ("anything else", f"{errors.total():,}", ", ".join(errors)),
        ]
    )
    table([COLUMNS, by_sql.row("one statement", to=by_sql), by_api.row("claimTask", to=by_sql)])
    return told == expected == bare and set(claims.values()) == {1} and len(claims) == len(every_task)


async def _by_sql(settings: Settings, rivals: list[UUID], tasks: list[Task]) -> tuple[Timing, Counter[str]]:
    size = API_PROCESSES * settings.database_pool
    arguments = connect_arguments(settings.database_url or "")
    async with asyncpg.create_pool(**arguments, min_size=size, max_size=size) as pool:

        async def attempt(number: int, task: Task) -> str:
            return WON if await pool.execute(BARE_CLAIM, task.id, rivals[number]) == "INSERT 0 1" else TAKEN

        return await _raced(len(rivals), tasks, attempt)


async def _by_api(settings: Settings, rivals: list[UUID], tasks: list[Task]) -> tuple[Timing, Counter[str]]:
    headers = [{"Authorization": f"Bearer {issue_token(settings, member_id)}"} for member_id in rivals]
    with processes(settings, API_PROCESSES, KURIR, "serve") as urls:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:

            async def attempt(number: int, task: Task) -> str:
                body = {"query": CLAIM_TASK, "variables": {"task": str(global_id("Task", task.id))}}
                url = f"{urls[number % len(urls)]}/graphql"
                async with http.post(url, json=body, headers=headers[number]) as answer:
                    return _kind(await answer.json())

            return await _raced(len(rivals), tasks, attempt)


def _kind(answer: dict[str, dict[str, dict[str, str]]]) -> str:
    """The type of the mutation's result; or that there was none."""
    return answer["data"]["claimTask"]["__typename"] if answer.get("data") else "error"


async def _raced(rivals: int, tasks: list[Task], attempt: Attempt) -> tuple[Timing, Counter[str]]:
    timing, told = Timing(), Counter[str]()

    async def run(number: int, task: Task) -> None:
        with timing.one():
            told[await attempt(number, task)] += 1

    for task in tasks:
        with timing.together():
            async with asyncio.TaskGroup() as group:
                for number in range(rivals):
                    group.create_task(run(number, task))
    return timing, told
