"""The worker: does what rows say is due. Any number of them run side by side; killing one loses nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from types import MappingProxyType

import asyncpg
import structlog
from tortoise.connection import get_connection

from kurir_api.database import ANSWER_SECONDS, connect_arguments, connected, database_url
from kurir_api.dispatch.alarming import tell_due_alarms
from kurir_api.dispatch.drills import run_due_drills
from kurir_api.dispatch.fallbacks import send_due_fallbacks
from kurir_api.dispatch.outbox import deliver_due
from kurir_api.dispatch.senders import PushSender
from kurir_api.dispatch.settling import settle_stale_alerts
from kurir_api.dispatch.text_outbox import deliver_due_texts
from kurir_api.dispatch.text_senders import TextSender, channel_senders, text_sender_named
from kurir_api.dispatch.travel import Roads, opened_roads
from kurir_api.dispatch.waves import run_due_waves
from kurir_api.limiter import clear_counts
from kurir_api.models import IdempotencyKey
from kurir_api.services.accesses.anchoring import tell_heads
from kurir_api.services.cases.duplicates import index_names
from kurir_api.services.claims.deadlines import REMINDED_BEFORE
from kurir_api.services.claims.expiry import expire_claims, remind_claimants
from kurir_api.services.desks.escalating import tell_due_escalations
from kurir_api.services.receipts.sweep import sweep_receipts
from kurir_api.services.recurrences.making import make_recurring_tasks
from kurir_api.services.sessions.codes import forget_sign_ins, send_codes
from kurir_api.services.sync.clearing import clear_syncs
from kurir_api.services.tasks.expiry import close_windows
from kurir_api.services.threads.inbox import take_in_messages
from kurir_api.settings import Settings
from kurir_api.storage import Storage
from kurir_api.telemetry.steps import watched
from kurir_api.watch.requests import note_pool

CHANNEL = "kurir_work"
LONGEST_SLEEP = timedelta(seconds=5)
"""However quiet it is, look this often: a notification of PostgreSQL's may be missed while reconnecting."""

SHORTEST_SLEEP = timedelta(seconds=0.1)
"""What is due though a step could do nothing is in another worker's hands, or fails each time: it is tried again
after this, then after twice as long and so on."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=0.2), timedelta(seconds=5)
KEYS_KEPT = timedelta(days=7)
KEYS_CLEARED_EVERY = timedelta(hours=1)
SYNCS_CLEARED_EVERY = timedelta(hours=1)
COUNTS_CLEARED_EVERY = timedelta(minutes=10)
DRILLS_LOOKED_FOR_EVERY = timedelta(minutes=1)
RECEIPTS_SWEPT_EVERY = timedelta(hours=1)
NAMES_INDEXED_EVERY = timedelta(hours=1)
HEADS_TOLD_EVERY = timedelta(days=1)
SIGN_INS_FORGOTTEN_EVERY = timedelta(hours=1)
STEP_SECONDS = 20
"""How long a statement of a step may take. Longer than in the api: nobody waits for it."""

HEARTBEAT_SECONDS = 30.0
"""How often the listening connection is asked whether it still is one."""

PUSHES_AT_ONCE = 5
"""Batches side by side: one that waits for a vendor's answer must not hold up an emergency. A batch lasts as long as
its slowest message, so where FCM leaves one in twenty unanswered a worker sends 50 in a second."""

# What each step looks for, as times; with literals for states, so that the partial indexes are used.
NEXT_DUE = """
SELECT clock_timestamp() AS now, least(
    (SELECT min(greatest(due_at, leased_until)) FROM wave WHERE status IN ('PLANNED', 'SENDING', 'WAITING')),
    (SELECT min(greatest(due_at, leased_until)) FROM notification WHERE due_at IS NOT NULL),
    (SELECT to_timestamp(0) FROM task WHERE alerts_stale LIMIT 1),
    (SELECT min(expires_at) - $1::interval FROM claim WHERE status = 'HELD' AND reminded_at IS NULL),
    (SELECT min(expires_at) FROM claim WHERE status IN ('OFFERED', 'HELD')),
    (SELECT min(ends_at) FROM task WHERE status IN ('DRAFT', 'OPEN') AND NOT EXISTS (
        SELECT FROM claim WHERE claim.task_id = task.id AND claim.status IN ('OFFERED', 'HELD'))),
    (SELECT min(due_at) FROM alarm WHERE due_at IS NOT NULL),
    (SELECT min(due_at) FROM escalation WHERE due_at IS NOT NULL),
    (SELECT min(due_at) FROM recurrence WHERE due_at IS NOT NULL),
    (SELECT min(greatest(due_at, leased_until)) FROM inbound_message WHERE due_at IS NOT NULL),
    (SELECT min(due_at) FROM sign_in_code WHERE due_at IS NOT NULL),
    (SELECT min(fallback_due_at) FROM alert WHERE fallback_due_at IS NOT NULL)
) AS at
"""


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class DatabaseClock:
    """The database's time, carried on by this machine's monotonic clock: the same for all workers, whatever somebody
    sets their machines' clocks to. Read anew whenever `next_due` asks: the database's clock, too, is set now and
    then. This machine's time until it was first read.
    """

    def __init__(self) -> None:
        self._behind: float | None = None

    @property
    def was_read(self) -> bool:
        """Whether it goes by the database already."""
        return self._behind is not None

    def __call__(self) -> datetime:
        """The time."""
        return utc_now() if self._behind is None else datetime.fromtimestamp(self._behind + monotonic(), UTC)

    async def next_due(self) -> datetime | None:
        """When a step has something to do next, which may be in the past; None: nothing is waiting at all."""
        asked_at = monotonic()
        rows = await get_connection("default").execute_query_dict(NEXT_DUE, [REMINDED_BEFORE])
        self._behind = rows[0]["now"].timestamp() - (asked_at + monotonic()) / 2
        at: datetime | None = rows[0]["at"]
        return at


async def next_due() -> datetime | None:
    """See `DatabaseClock.next_due`."""
    return await DatabaseClock().next_due()


Step = Callable[[datetime], Awaitable[int]]
"""Does what is due at that time; how much it was. Zero: nothing is due any more."""


class Every:
    """A step that looks no more often than every so long, since its work is known by no row. Watched when it looks:
    what only waits is no sign of life.
    """

    def __init__(self, pause: timedelta, step: Step) -> None:
        self._pause = pause
        self._step = watched(step)
        self._last: datetime | None = None

    async def __call__(self, now: datetime) -> int:
        """The step's, or nothing."""
        if self._last is not None and now - self._last < self._pause:
            return 0
        done = await self._step(now)
        self._last = now
        return done


@dataclass
class Loop:
    """A step, and how long it sleeps when something is due but it could do nothing."""

    step: Step
    sleep: timedelta = SHORTEST_SLEEP

    def sleep_until(self, due: datetime | None, now: datetime) -> timedelta:
        """How long to sleep when the next is due at `due`."""
        if due is not None and due <= now:
            asleep, self.sleep = self.sleep, min(self.sleep * 2, LONGEST_SLEEP)
            return asleep
        self.sleep = SHORTEST_SLEEP
        return LONGEST_SLEEP if due is None else min(max(due - now, SHORTEST_SLEEP), LONGEST_SLEEP)


class Worker:
    """Deals with messages that came in, settles alerts, keeps deadlines, makes recurring tasks, runs waves and
    drills, tells of alarms and escalations, sends notifications and texts, clears what is old, sweeps unused
    receipts. The caller closes the senders and the roads.
    """

    def __init__(
        self,
        settings: Settings,
        sender: PushSender,
        texts: TextSender,
        now: Callable[[], datetime] | None = None,
        *,
        roads: Roads | None = None,
        channels: Mapping[str, TextSender] = MappingProxyType({}),
    ) -> None:
        self._settings = settings
        self._clock = DatabaseClock()
        self._now = now or self._clock
        self._log = structlog.get_logger("kurir.worker")
        self._steps: tuple[Step, ...] = (
            take_in_messages,
            settle_stale_alerts,
            remind_claimants,
            expire_claims,
            close_windows,
            make_recurring_tasks,
            partial(run_due_waves, roads=roads),
            tell_due_alarms,
            tell_due_escalations,
            send_due_fallbacks,
            *(partial(deliver_due, sender) for _ in range(PUSHES_AT_ONCE)),
            partial(deliver_due_texts, texts, channels=channels),
            Every(DRILLS_LOOKED_FOR_EVERY, self._run_drills),
            Every(KEYS_CLEARED_EVERY, _clear_keys),
            Every(SYNCS_CLEARED_EVERY, clear_syncs),
            Every(COUNTS_CLEARED_EVERY, clear_counts),
            Every(RECEIPTS_SWEPT_EVERY, partial(sweep_receipts, Storage.opened(settings))),
            Every(NAMES_INDEXED_EVERY, index_names),
            Every(HEADS_TOLD_EVERY, tell_heads),
            send_codes,
            Every(SIGN_INS_FORGOTTEN_EVERY, forget_sign_ins),
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; what is under way then is finished. Opens its own database connections.

        Any fault is logged, and work goes on after a pause that doubles up to 5 s: so it outlives a restart of the
        database, and one step's fault doesn't end the others.
        """
        url = database_url(self._settings)
        woken = [(Loop(watched(step)), asyncio.Event()) for step in self._steps if not isinstance(step, Every)]

        def wake_all(*_: object) -> None:
            for _loop, wake in woken:
                wake.set()

        async with (
            connected(url, maxsize=self._settings.database_pool, answer_seconds=STEP_SECONDS),
            asyncio.TaskGroup() as group,
        ):
            group.create_task(self._outlive(partial(self._listen, url, wake_all, stop), stop))
            for loop, wake in woken:
                group.create_task(self._outlive(partial(self._work, loop, wake, stop), stop))
            for step in self._steps:
                if isinstance(step, Every):
                    group.create_task(self._outlive(partial(self._look, step, stop), stop))
            await stop.wait()
            wake_all()

    async def run_until_idle(self, now: datetime | None = None) -> None:
        """Do all that is due at `now` (default: the worker's clock) on the connections that are open already."""
        moment = now or self._now()
        while sum([await step(moment) for step in self._steps]):
            pass

    async def _outlive(self, work: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
        """`work` again and again, whatever happens to it."""
        pause = FIRST_PAUSE
        while not stop.is_set():
            try:
                await work()
                pause = FIRST_PAUSE
            except Exception:  # noqa: BLE001 - a worker that ends on a fault would leave everything undone
                self._log.exception("the worker pauses", seconds=pause.total_seconds())
                await _event_within(stop, pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _work(self, loop: Loop, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """The step until nothing is due, then sleep: until told, until the next is due, or for 5 s."""
        wake.clear()
        if not self._clock.was_read:
            await self._clock.next_due()
        while not stop.is_set() and await loop.step(self._now()):
            loop.sleep = SHORTEST_SLEEP
        note_pool()
        if not stop.is_set():
            due = await self._clock.next_due()
            await _event_within(wake, loop.sleep_until(due, self._now()))

    async def _look(self, step: Step, stop: asyncio.Event) -> None:
        """A step that is done every so long: the database is asked nothing until then, and no commit wakes it."""
        if not self._clock.was_read:
            await self._clock.next_due()
        while not stop.is_set() and await step(self._now()):
            pass
        await _event_within(stop, LONGEST_SLEEP)

    async def _listen(self, url: str, wake_all: Callable[..., None], stop: asyncio.Event) -> None:
        """Wake the steps when a transaction commits work, until the connection is lost or the worker stops."""
        over = asyncio.Event()
        connection = await asyncpg.connect(**connect_arguments(url), command_timeout=ANSWER_SECONDS)
        stopped = asyncio.create_task(stop.wait())
        lost = asyncio.create_task(over.wait())
        try:
            connection.add_termination_listener(lambda _: over.set())
            await connection.add_listener(CHANNEL, wake_all)
            wake_all()
            while not (stopped.done() or lost.done()):
                await connection.execute("SELECT 1")
                await asyncio.wait({stopped, lost}, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            lost.cancel()
            connection.terminate()

    async def _run_drills(self, now: datetime) -> int:
        return await run_due_drills(now, weekday=self._settings.drill_weekday, hour=self._settings.drill_hour)


@asynccontextmanager
async def equipped(settings: Settings, sender: PushSender) -> AsyncIterator[Worker]:
    """A worker with the text senders and the router of the settings; they and `sender` are closed at the end."""
    async with AsyncExitStack() as at_the_end:
        at_the_end.push_async_callback(sender.close)
        texts = text_sender_named(settings.text_sender, settings)
        channels = channel_senders(settings, texts)
        for one in {*channels.values(), texts}:
            at_the_end.push_async_callback(one.close)
        roads = await at_the_end.enter_async_context(opened_roads(settings.router_url))
        yield Worker(settings, sender, texts, roads=roads, channels=channels)


async def _clear_keys(now: datetime) -> int:
    """Forget old idempotency keys; nothing is ever left to do at once."""
    await IdempotencyKey.filter(created_at__lt=now - KEYS_KEPT).delete()
    return 0


async def _event_within(event: asyncio.Event, time: timedelta) -> None:
    """Wait for the event, but not longer than `time`."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), time.total_seconds())
