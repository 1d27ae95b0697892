"""PostgreSQL stopped, unreachable, or busy: whoever asks is told so soon, and all goes on by itself afterwards."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import httpx
import pytest
from tortoise.transactions import in_transaction

from kurir_api.database import NETWORK_SECONDS, DatabaseDown, connect_arguments, connected
from kurir_api.database.client import ACQUIRE_SECONDS
from kurir_api.models import Claim, ClaimStatus, Cost, Member, Task, TaskStatus
from kurir_api.settings import Settings
from tests.api import Api
from tests.conftest import Figures, empty, url_of
from tests.factories import FAR_OFF, NOW, make_claim, make_device, make_member, make_notification, make_task
from tests.faults.network import Network
from tests.faults.office import PLENTY, kill_postgres, own_postgres, start_postgres, until_sent
from tests.ids import id_of
from tests.processes.office import serving, working

LONGEST_ANSWER = 20.0
"""Seconds until whoever asks is told: 5 to wait for a connection and 12 for an answer on it, and some to spare."""

ME = "{ me { name } }"
CLIENTS = 8
MINUTE, MOMENT = 60, 2


class Crowd:
    """Members who log costs all the time. `slowest`: the longest that one waited, in seconds; `logged`: the ids of
    what was acknowledged; `unclear`: answers that said neither yes nor that the database is down.
    """

    def __init__(self, api: Api, spender: Member, task: Task) -> None:
        self.api, self.spender, self.task = api, spender, task
        self.slowest = 0.0
        self.refused = 0
        self.logged: list[str] = []
        self.unclear: list[object] = []

    async def log_costs(self, number: int) -> None:
        """Until cancelled, each with a key of its own that a refusal doesn't use up."""
        document = """mutation ($input: LogCostInput!) { logCost(input: $input) {
            ... on CostSuccess { cost { id } } ... on UserError { code } } }"""
        for one in range(1_000_000):
            given = {
                "taskId": id_of(self.task),
                "category": "FUEL",
                "amount": 1_000 + one,
                "spentOn": NOW.date().isoformat(),
                "idempotencyKey": f"{number} {one}",
            }
            while not await self._logged(document, given):  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    async def logs_more(self) -> None:
        """Wait until each, or as many, was answered once more."""
        enough = len(self.logged) + CLIENTS
        async with asyncio.timeout(60):
            while len(self.logged) < enough:  # noqa: ASYNC110 - it's another process
                await asyncio.sleep(0.05)

    async def _logged(self, document: str, given: dict[str, object]) -> bool:
        began = time.monotonic()
        try:
            answer = await self.api.post(self.spender, document, input=given)
        finally:
            self.slowest = max(self.slowest, time.monotonic() - began)
        body = answer.json()
        if answer.status_code == 200 and "errors" not in body:
            self.logged.append(body["data"]["logCost"]["cost"]["id"])
            return True
        told = body["errors"][0]["extensions"]
        clear = (answer.status_code, told["code"], answer.headers.get("retry-after")) == (503, "INTERNAL", "5")
        if not clear:
            self.unclear.append((answer.status_code, told))
        self.refused += 1
        return False


@asynccontextmanager
async def crowded(api: Api, spender: Member, task: Task) -> AsyncIterator[Crowd]:
    """A crowd at work while the block lasts."""
    crowd = Crowd(api, spender, task)
    tasks = [asyncio.create_task(crowd.log_costs(number)) for number in range(CLIENTS)]
    try:
        yield crowd
    finally:
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def emptied(settings: Settings) -> AsyncIterator[None]:
    """Empties the database afterwards, by a way of its own: the test's may be gone, and the server then keeps for a
    while what was begun on it.
    """
    yield
    async with connected(settings.database_url or ""):
        await empty()


@asynccontextmanager
async def answering(settings: Settings, pool: int, *, full: bool, far: Settings | None = None) -> AsyncIterator[Api]:
    """An api with so many connections, to the database of `far` where given. In the short form it isn't a program of
    its own, and a statement may take a second.
    """
    far = far or settings
    if full:
        async with (
            connected(settings.database_url or "", every_task=True),
            serving(far, **PLENTY | {"database_pool": str(pool)}) as process,
        ):
            yield process.api
    else:
        async with Api.opened(far.model_copy(update={"database_pool": pool}), answer_seconds=1) as api:
            yield api


async def spending() -> tuple[Member, Task]:
    """Somebody who may log costs for a task, and has a phone."""
    driver, task = await make_member(), await make_task(status=TaskStatus.IN_PROGRESS)
    await make_claim(task, driver, ClaimStatus.IN_PROGRESS)
    await make_device(driver)
    return driver, task


async def readiness(api: Api) -> int:
    async with httpx.AsyncClient(base_url=api.url, timeout=30) as http:
        return (await http.get("/health/ready")).status_code


async def until_ready(api: Api, status: int = 200) -> float:
    """The seconds until it says so."""
    began = time.monotonic()
    async with asyncio.timeout(60):
        while await readiness(api) != status:  # noqa: ASYNC110 - it's another process
            await asyncio.sleep(0.1)
    return time.monotonic() - began


async def test_a_server_that_is_killed_and_comes_back_is_found_again(full: bool, figure: Figures) -> None:
    outage = MINUTE if full else MOMENT
    async with own_postgres() as (server, settings):
        async with connected(settings.database_url or "", every_task=True):
            driver, task = await spending()
        async with AsyncExitStack() as stack:
            process, _ = await asyncio.gather(
                stack.enter_async_context(serving(settings, **PLENTY)),
                stack.enter_async_context(working(settings)),
            )
            stream = await stack.enter_async_context(
                process.api.subscribed(driver, "subscription { myNotifications { kind } }")
            )
            async with crowded(process.api, driver, task) as crowd:
                await crowd.logs_more()
                kill_postgres(server)
                unready = await until_ready(process.api, 503)
                await asyncio.sleep(outage)
                await asyncio.to_thread(start_postgres, server)
                back = await until_ready(process.api)
                await crowd.logs_more()
            async with connected(settings.database_url or "", every_task=True):
                late = await make_notification(driver, None, kind="DRILL", due_at=NOW, expires_at=FAR_OFF)
                sent = await until_sent(late)
                heard = await stream.event()
                kept = {id_of(row) for row in await Cost.all()}

    assert heard["myNotifications"]["kind"] == "DRILL"
    assert set(crowd.logged) <= kept
    assert len(crowd.logged) == len(set(crowd.logged))
    assert crowd.unclear == []
    assert max(crowd.slowest, unready) < LONGEST_ANSWER
    figure(
        f"the database is killed, away for {outage} s and restarted: refused in words, then on by itself",
        f"{crowd.refused} refused within {crowd.slowest:.1f} s, the api ready after {back:.1f} s, a push after"
        f" {sent:.1f} s, {len(crowd.logged)} acknowledged, {len(set(crowd.logged) - kept)} lost",
    )


async def test_what_a_network_swallows_is_given_up_and_the_next_statement_goes_another_way(
    settings: Settings,
) -> None:
    async with (
        Network(settings.database_url or "").opened() as network,
        connected(network.through(settings).database_url or "", minsize=1, maxsize=1, answer_seconds=1),
    ):
        network.swallowing = True
        began = time.monotonic()
        with pytest.raises(DatabaseDown):
            await Member.all().count()
        with pytest.raises(DatabaseDown):
            async with in_transaction():
                await Member.all().count()
        waited = time.monotonic() - began
        network.swallowing = False

        async with in_transaction():
            assert await Member.all().count() == 0

    assert waited < 1 + NETWORK_SECONDS + ACQUIRE_SECONDS + 3


@pytest.mark.usefixtures("emptied")
async def test_a_server_that_a_network_swallows_hangs_nobody(settings: Settings, full: bool, figure: Figures) -> None:
    async with (
        Network(settings.database_url or "").opened() as network,
        answering(settings, 4, full=full, far=network.through(settings)) as api,
        AsyncExitStack() as stack,
    ):
        driver, task = await spending()
        if full:
            await stack.enter_async_context(working(network.through(settings), database_pool="30"))
        async with crowded(api, driver, task) as crowd:
            await crowd.logs_more()
            network.swallowing = True
            unready = await until_ready(api, 503)
            await asyncio.sleep(MINUTE if full else 0)
            network.swallowing = False
            back = await until_ready(api)
            await crowd.logs_more()
        sent = 0.0
        if full:
            late = await make_notification(driver, None, kind="DRILL", due_at=NOW, expires_at=FAR_OFF)
            sent = await until_sent(late)
        kept = {id_of(row) for row in await Cost.all()}

    assert set(crowd.logged) <= kept
    assert crowd.unclear == []
    assert max(crowd.slowest, unready) < LONGEST_ANSWER
    figure(
        f"the database is unreachable for {'a minute' if full else 'seconds'} under load: nobody hangs",
        f"{crowd.refused} refused within {crowd.slowest:.1f} s, unready after {unready:.1f} s, ready again after"
        f" {back:.1f} s, {f'a push after {sent:.1f} s, ' if full else ''}"
        f"{len(set(crowd.logged) - kept)} of {len(crowd.logged)} lost",
    )


@pytest.mark.usefixtures("emptied")
async def test_when_every_connection_is_busy_one_is_told_so_and_others_go_on_afterwards(
    settings: Settings, full: bool, figure: Figures
) -> None:
    document = "mutation ($input: ClaimTaskInput!) { claimTask(input: $input) { __typename } }"
    database = settings.database_url.rsplit("/")[-1].partition("?")[0] if settings.database_url else ""
    async with answering(settings, 2, full=full) as api:
        drivers = [await make_member(capabilities=("AMBULANCE_LICENCE",)) for _ in range(6)]
        task = await make_task()
        other = await asyncpg.connect(**connect_arguments(url_of(database)))
        try:
            async with other.transaction():
                await other.execute("SELECT FROM task WHERE id = $1 FOR NO KEY UPDATE", task.id)
                given = {"taskId": id_of(task), "idempotencyKey": "one"}
                asked = [asyncio.create_task(api.post(driver, document, input=given)) for driver in drivers]
                await asyncio.sleep(0.2)
                began = time.monotonic()
                await api.post(drivers[0], ME)
                waited = time.monotonic() - began
                async with httpx.AsyncClient(base_url=api.url) as http:
                    began = time.monotonic()
                    alive = (await http.get("/health/live")).status_code
                    answered = time.monotonic() - began
                answers = await asyncio.gather(*asked)
        finally:
            await other.close()
        afterwards = await api.data(drivers[0], ME)
        won = await api.do(drivers[0], "claimTask", taskId=id_of(task), idempotencyKey="one")
        held = await Claim.filter(status=ClaimStatus.HELD).count()

    assert {answer.status_code for answer in answers} == {503}
    assert waited < LONGEST_ANSWER
    assert alive == 200
    assert afterwards["me"]["name"]
    assert (won["__typename"], held) == ("ClaimTaskSuccess", 1)
    figure(
        "every connection is busy: a clear refusal within 20 s, and others go on",
        f"refused or answered after {waited:.1f} s; /health/live meanwhile in {answered * 1000:.0f} ms",
    )
