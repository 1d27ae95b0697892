"""The worker: does all that is due, wakes when more comes, outlives its database, and stops without dropping work."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from structlog.testing import capture_logs
from tortoise.connection import get_connection

from kurir_api.auth import principal_of_member
from kurir_api.database import connect_arguments
from kurir_api.dispatch.outbox import LEASE
from kurir_api.dispatch.senders import Delivery, Push
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.models import IdempotencyKey, Notification, Role, Task
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from kurir_api.services.tasks.publish_task import TaskAction, publish_task
from kurir_api.settings import Settings
from kurir_api.worker import CHANNEL, LONGEST_SLEEP, SHORTEST_SLEEP, Loop, Worker
from tests.counting import Statements
from tests.dispatch.outgoing import ending, waiting
from tests.factories import NOW, make_device, make_member, make_notification, make_task, principal_for

pytestmark = pytest.mark.usefixtures("db")

PATIENCE = 20
"""Seconds after which a test gives up what it waits for."""

AT_ONCE = LONGEST_SLEEP.total_seconds() * 0.8
"""Seconds in which a worker that only looks now and then would not have looked yet."""

ITS_CONNECTIONS = "kurir-worker-under-test"


STEP: ContextVar["asyncio.Task[None] | None"] = ContextVar("step")
"""The step that looked at the clock, also for the tasks that it starts."""


class Clock:
    """Stands still where it is set, and knows who looks at it."""

    def __init__(self) -> None:
        self.now = NOW
        self._awaited: dict[asyncio.Task[None] | None, tuple[int, asyncio.Event]] = {}

    def __call__(self) -> datetime:
        task = asyncio.current_task()
        STEP.set(task)
        looks, event = self._awaited.get(task, (0, asyncio.Event()))
        self._awaited[task] = looks - 1, event
        if looks == 1:
            event.set()
        return self.now

    async def looked_at_by(self, task: "asyncio.Task[None] | None", times: int) -> None:
        """Wait until the task has looked so many times more."""
        event = asyncio.Event()
        self._awaited[task] = times, event
        await event.wait()


class Phones(MemorySender):
    """Tells of each push that arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.handed_in_by: asyncio.Task[None] | None = None
        self._arrived: asyncio.Queue[Push] = asyncio.Queue()

    async def send(self, pushes: Sequence[Push]) -> list[Delivery]:
        """See `PushSender.send`."""
        self.handed_in_by = STEP.get()
        answers = await super().send(pushes)
        for push in pushes:
            self._arrived.put_nowait(push)
        return answers

    async def next(self) -> Push:
        """The next push, as soon as it arrives."""
        return await self._arrived.get()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker_settings(settings: Settings) -> Settings:
    """The same database, over connections that can be told from the tests'."""
    url = settings.database_url or ""
    sign = "&" if "?" in url else "?"
    return settings.model_copy(update={"database_url": f"{url}{sign}application_name={ITS_CONNECTIONS}"})


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[asyncio.Event]:
    """The worker at work, until the block ends or the event it yields is set; what takes too long fails."""
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        async with asyncio.timeout(PATIENCE):
            yield stop
    finally:
        stop.set()
        await running


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Ask the database until it is so."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():
            pass


async def asleep(clock: Clock, phones: Phones) -> None:
    """The step that sends has found nothing more and waits to be woken: it has looked at the clock to begin, and to
    see for how long to sleep. That second look is only taken when something is due in the future.
    """
    await clock.looked_at_by(phones.handed_in_by, times=2)


async def nothing(now: datetime) -> int:
    """A step that could do nothing."""
    return 0


class TestSleeping:
    @pytest.mark.parametrize(
        ("due_in", "asleep"),
        [
            (timedelta(seconds=3), timedelta(seconds=3)),
            (timedelta(seconds=60), LONGEST_SLEEP),
            (timedelta(seconds=0.01), SHORTEST_SLEEP),
        ],
    )
    def test_until_the_next_is_due_within_bounds(self, due_in: timedelta, asleep: timedelta) -> None:
        assert Loop(nothing).sleep_until(NOW + due_in, NOW) == asleep

    def test_as_long_as_may_be_when_nothing_is_due_at_all(self) -> None:
        assert Loop(nothing).sleep_until(None, NOW) == LONGEST_SLEEP

    def test_longer_each_time_while_what_is_due_cannot_be_done(self) -> None:
        loop = Loop(nothing)

        slept = [loop.sleep_until(NOW, NOW).total_seconds() for _ in range(8)]

        assert slept == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5]

    def test_briefly_again_once_it_is_over(self) -> None:
        loop = Loop(nothing)
        for due in (NOW, NOW, NOW + timedelta(hours=1)):
            loop.sleep_until(due, NOW)

        assert loop.sleep_until(NOW, NOW) == SHORTEST_SLEEP


async def test_a_worker_that_finds_nothing_to_do_wakes_nobody(settings: Settings) -> None:
    await make_task()
    heard: asyncio.Queue[str] = asyncio.Queue()
    listening = await asyncpg.connect(**connect_arguments(settings.database_url or ""))
    await listening.add_listener(CHANNEL, lambda *said: heard.put_nowait(said[-1]))

    await Worker(settings, MemorySender(), MemoryTextSender()).run_until_idle(NOW)
    await get_connection("default").execute_query("SELECT pg_notify($1, 'the end')", [CHANNEL])

    assert await heard.get() == "the end"
    await listening.close()


class TestRunning:
    async def test_sends_what_is_due_on_connections_of_its_own(self, worker_settings: Settings, clock: Clock) -> None:
        phones, notification = Phones(), await waiting("phone")

        async with working(Worker(worker_settings, phones, MemoryTextSender(), clock)):
            assert (await phones.next()).token == "phone"

        assert await ending(notification) == (None, NOW, None, 1)
        await until(its_connections_are_closed)

    async def test_wakes_when_something_is_committed_elsewhere(self, worker_settings: Settings, clock: Clock) -> None:
        phones = Phones()
        await waiting("later", due_at=NOW + timedelta(hours=1))
        await waiting("first")

        async with working(Worker(worker_settings, phones, MemoryTextSender(), clock)):
            await phones.next()
            for token in ("second", "third"):
                await asleep(clock, phones)
                await waiting(token)
                async with asyncio.timeout(AT_ONCE):
                    assert (await phones.next()).token == token

    async def test_sends_what_becomes_due_while_it_sleeps(self, worker_settings: Settings, clock: Clock) -> None:
        phones = Phones()
        await waiting("soon", due_at=NOW + timedelta(seconds=0.1))
        await waiting("first")

        async with working(Worker(worker_settings, phones, MemoryTextSender(), clock)):
            await phones.next()
            await asleep(clock, phones)
            await waiting("second")
            await phones.next()
            await asleep(clock, phones)
            clock.now += timedelta(seconds=0.1)
            async with asyncio.timeout(AT_ONCE):
                assert (await phones.next()).token == "soon"

    async def test_outlives_the_loss_of_every_connection(self, worker_settings: Settings, clock: Clock) -> None:
        phones = Phones()
        await waiting("later", due_at=NOW + timedelta(hours=1))
        await waiting("before")

        with capture_logs():
            async with working(Worker(worker_settings, phones, MemoryTextSender(), clock)):
                await phones.next()
                await asleep(clock, phones)
                assert await cut_its_connections() >= 2
                after = await waiting("after")
                assert (await phones.next()).token == "after"
                await asleep(clock, phones)
                await waiting("and it hears again")
                async with asyncio.timeout(AT_ONCE):
                    assert (await phones.next()).token == "and it hears again"

        assert await ending(after) == (None, NOW, None, 1)

    async def test_goes_on_after_a_fault_of_the_senders_and_sends_what_was_under_way_again(
        self, worker_settings: Settings, clock: Clock
    ) -> None:
        class Fragile(Phones):
            async def send(self, pushes: Sequence[Push]) -> list[Delivery]:
                if clock.now == NOW:
                    clock.now += LEASE
                    raise RuntimeError
                return await super().send(pushes)

        phones, notification = Fragile(), await waiting("phone")

        with capture_logs() as logs:
            async with working(Worker(worker_settings, phones, MemoryTextSender(), clock)):
                await phones.next()

        assert [(entry["event"], entry["log_level"]) for entry in logs] == [("sending failed", "error")]
        assert await ending(notification) == (None, NOW + LEASE, None, 2)

    async def test_two_workers_over_the_same_rows_send_each_once(
        self, worker_settings: Settings, clock: Clock
    ) -> None:
        phones, rows = Phones(), await many_waiting(120)

        async with (
            working(Worker(worker_settings, phones, MemoryTextSender(), clock)),
            working(Worker(worker_settings, phones, MemoryTextSender(), clock)),
        ):
            arrived = [await phones.next() for _ in rows]

        assert sorted(push.notification_id for push in arrived) == sorted(row.id for row in rows)
        assert len(phones.pushes) == 120
        assert {await ending(row) for row in rows} == {(None, NOW, None, 1)}

    async def test_clears_old_idempotency_keys(self, worker_settings: Settings, clock: Clock) -> None:
        await make_key("old", NOW - timedelta(days=8))
        await make_key("young", NOW)

        async def cleared() -> bool:
            return await keys() == ["young"]

        async with working(Worker(worker_settings, Phones(), MemoryTextSender(), clock)):
            await until(cleared)

    async def test_a_commit_makes_each_waiting_step_look_once_and_ask_once_and_no_other(
        self, worker_settings: Settings, clock: Clock
    ) -> None:
        phones = Phones()
        await waiting("first")

        async with working(Worker(worker_settings, phones, MemoryTextSender(), clock)):
            await phones.next()
            await until(it_asks_nothing)
            with Statements() as statements:
                await get_connection("default").execute_query("SELECT pg_notify($1, '')", [CHANNEL])
                await until(it_asks_nothing)

        # 13 steps that rows tell of, one of them five times; the 8 that are done every so long asked the time, too.
        assert sum("clock_timestamp() AS now" in sent for sent in statements.sent) == 17


class TestStopping:
    async def test_finishes_what_it_began_and_begins_nothing_more(
        self, worker_settings: Settings, clock: Clock
    ) -> None:
        class Stopping(Phones):
            async def send(self, pushes: Sequence[Push]) -> list[Delivery]:
                stop.set()
                late.append(await waiting("late"))
                return await super().send(pushes)

        phones, late, begun = Stopping(), [], await waiting("begun")
        async with working(Worker(worker_settings, phones, MemoryTextSender(), clock)) as stop:
            await stop.wait()

        assert [push.token for push in phones.pushes] == ["begun"]
        assert await ending(begun) == (None, NOW, None, 1)
        assert [await ending(row) for row in late] == [(NOW, None, None, 0)]

    async def test_told_to_stop_before_it_starts_it_does_nothing(
        self, worker_settings: Settings, clock: Clock
    ) -> None:
        notification, stop = await waiting("phone"), asyncio.Event()
        stop.set()

        await Worker(worker_settings, Phones(), MemoryTextSender(), clock).run(stop)

        assert await ending(notification) == (NOW, None, None, 0)

    async def test_leaves_the_sender_open_for_its_owner_to_close(
        self, worker_settings: Settings, clock: Clock
    ) -> None:
        phones = Phones()
        await waiting("phone")

        async with working(Worker(worker_settings, phones, MemoryTextSender(), clock)):
            await phones.next()

        assert phones.closed is False


class TestUntilIdle:
    async def test_a_published_task_is_on_the_nearest_phones_and_off_the_losers_once_claimed(
        self, settings: Settings
    ) -> None:
        phones = MemorySender()
        worker = Worker(settings, phones, MemoryTextSender())
        drivers = [await make_member(capabilities=("AMBULANCE_LICENCE",)) for _ in range(3)]
        for driver in drivers:
            await make_device(driver, driver.name)
        task = await make_task(status="DRAFT", starts_at=datetime.now(UTC) + timedelta(hours=8))
        await publish_task(await principal_for(Role.COORDINATOR), TaskAction(task_id=task.id))

        await worker.run_until_idle()
        assert shown(phones, task) == {driver.name for driver in drivers}
        await claim_task(await principal_of_member(drivers[1].id), ClaimTask(task_id=task.id))
        await worker.run_until_idle()

        assert shown(phones, task) == {drivers[1].name}
        assert await Notification.filter(due_at__isnull=False).count() == 0

    async def test_does_what_is_due_at_the_given_time_and_no_more(self, settings: Settings, clock: Clock) -> None:
        worker = Worker(settings, MemorySender(), MemoryTextSender(), clock)
        now, later = await waiting("now"), await waiting("later", due_at=NOW + timedelta(minutes=1))

        await worker.run_until_idle()
        assert (await ending(now), await ending(later)) == (
            (None, NOW, None, 1),
            (NOW + timedelta(minutes=1), None, None, 0),
        )
        await worker.run_until_idle(NOW + timedelta(minutes=1))

        assert await ending(later) == (None, NOW + timedelta(minutes=1), None, 1)

    async def test_is_idle_only_when_every_batch_is_sent(self, settings: Settings) -> None:
        phones = MemorySender()
        await many_waiting(101)

        await Worker(settings, phones, MemoryTextSender()).run_until_idle(NOW)

        assert len(phones.pushes) == 101

    async def test_idempotency_keys_are_kept_seven_days(self, settings: Settings) -> None:
        await make_key("older", NOW - timedelta(days=7) - timedelta.resolution)
        await make_key("seven days", NOW - timedelta(days=7))

        await Worker(settings, MemorySender(), MemoryTextSender()).run_until_idle(NOW)

        assert await keys() == ["seven days"]

    async def test_and_cleared_hourly(self, settings: Settings) -> None:
        worker = Worker(settings, MemorySender(), MemoryTextSender())
        await worker.run_until_idle(NOW)
        await make_key("old", NOW - timedelta(days=8))

        await worker.run_until_idle(NOW + timedelta(minutes=59))
        assert await keys() == ["old"]
        await worker.run_until_idle(NOW + timedelta(minutes=60))

        assert await keys() == []


async def many_waiting(count: int) -> list[Notification]:
    """So many that are due, to one member's phone."""
    member = await make_member()
    await make_device(member)
    return [await make_notification(member, due_at=NOW) for _ in range(count)]


async def cut_its_connections() -> int:
    """End the worker's connections from the server's side; how many there were."""
    rows = await get_connection("default").execute_query_dict(
        "SELECT count(pg_terminate_backend(pid)) AS cut FROM pg_stat_activity"
        " WHERE application_name = $1 AND datname = current_database()",
        [ITS_CONNECTIONS],
    )
    return int(rows[0]["cut"])


async def its_connections_are_closed() -> bool:
    rows = await get_connection("default").execute_query_dict(
        "SELECT count(*) AS open FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()",
        [ITS_CONNECTIONS],
    )
    return rows[0]["open"] == 0


async def it_asks_nothing() -> bool:
    """And hasn't for a while."""
    rows = await get_connection("default").execute_query_dict(
        "SELECT bool_and(state = 'idle' AND state_change < clock_timestamp() - interval '0.3 s') AS quiet"
        " FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()",
        [ITS_CONNECTIONS],
    )
    return bool(rows[0]["quiet"])


async def make_key(key: str, created_at: datetime) -> None:
    await IdempotencyKey.create(
        member=await make_member(), mutation="claim_task", key=key, fingerprint="f" * 64, created_at=created_at
    )


async def keys() -> list[str]:
    return [row.key for row in await IdempotencyKey.all().order_by("key")]


def shown(phones: MemorySender, task: Task) -> set[str]:
    """The phones that show the task's alert."""
    return {token for token, collapse_key in phones.shown if collapse_key == str(task.id)}
