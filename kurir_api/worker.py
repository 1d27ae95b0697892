"""The worker: does what rows say is due. Any number of them run side by side; killing one loses nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import asyncpg
import structlog
from tortoise.connection import get_connection

from kurir_api.database import connect_arguments, connected, database_url
from kurir_api.dispatch.outbox import deliver_due
from kurir_api.dispatch.senders import PushSender
from kurir_api.dispatch.settling import settle_stale_alerts
from kurir_api.dispatch.waves import run_due_waves
from kurir_api.models import IdempotencyKey
from kurir_api.settings import Settings

CHANNEL = "kurir_work"
LONGEST_SLEEP = timedelta(seconds=5)
"""However quiet it is, look this often: a notification of PostgreSQL's may be missed while reconnecting."""

SHORTEST_SLEEP = timedelta(seconds=0.1)
"""What is due already may be in another worker's hands: not asked for in a tight loop."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=0.2), timedelta(seconds=5)
KEYS_KEPT = timedelta(days=7)
KEYS_CLEARED_EVERY = timedelta(hours=1)

NEXT_DUE = """
SELECT least(
    (SELECT min(greatest(due_at, leased_until)) FROM wave WHERE status IN ('PLANNED', 'SENDING', 'WAITING')),
    (SELECT min(greatest(due_at, leased_until)) FROM notification WHERE due_at IS NOT NULL),
    (SELECT to_timestamp(0) FROM task WHERE alerts_stale LIMIT 1)
) AS at
"""


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


Step = Callable[[datetime], Awaitable[int]]
"""Does what is due at that time; how much it was. Zero: nothing is due any more."""


class Worker:
    """Settles alerts, runs waves, sends notifications, clears old idempotency keys. The caller closes the sender."""

    def __init__(self, settings: Settings, sender: PushSender, now: Callable[[], datetime] = utc_now) -> None:
        self._settings = settings
        self._sender = sender
        self._now = now
        self._keys_cleared_at: datetime | None = None
        self._log = structlog.get_logger("kurir.worker")

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; what is under way then is finished. Opens its own database connections.

        Any fault is logged, and work goes on after a pause that doubles up to 5 s: so it outlives a restart of the
        database, and one step's fault doesn't end the others.
        """
        url = database_url(self._settings)
        steps: tuple[Step, ...] = (settle_stale_alerts, run_due_waves, self._deliver, self._clear_keys)
        wakes = [asyncio.Event() for _ in steps]

        def wake_all(*_: object) -> None:
            for wake in wakes:
                wake.set()

        async with connected(url, maxsize=self._settings.database_pool), asyncio.TaskGroup() as group:
            group.create_task(self._outlive(partial(self._listen, url, wake_all, stop), stop))
            for step, wake in zip(steps, wakes, strict=True):
                group.create_task(self._outlive(partial(self._work, step, wake, stop), stop))
            await stop.wait()
            wake_all()

    async def run_until_idle(self, now: datetime | None = None) -> None:
        """Do all that is due at `now` (default: the worker's clock) on the connections that are open already."""
        moment = now or self._now()
        await self._clear_keys(moment)
        while await settle_stale_alerts(moment) + await run_due_waves(moment) + await self._deliver(moment):
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

    async def _work(self, step: Step, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """The step until nothing is due, then sleep: until told, until the next is due, or for 5 s."""
        wake.clear()
        while not stop.is_set() and await step(self._now()):
            pass
        if not stop.is_set():
            await _event_within(wake, await self._time_to_next())

    async def _time_to_next(self) -> timedelta:
        rows = await get_connection("default").execute_query_dict(NEXT_DUE)
        at: datetime | None = rows[0]["at"]
        return LONGEST_SLEEP if at is None else min(max(at - self._now(), SHORTEST_SLEEP), LONGEST_SLEEP)

    async def _listen(self, url: str, wake_all: Callable[..., None], stop: asyncio.Event) -> None:
        """Wake the steps when a transaction commits work, until the connection is lost or the worker stops."""
        over = asyncio.Event()
        connection = await asyncpg.connect(**connect_arguments(url))
        try:
            connection.add_termination_listener(lambda _: over.set())
            await connection.add_listener(CHANNEL, wake_all)
            wake_all()
            stopped = asyncio.create_task(stop.wait())
            lost = asyncio.create_task(over.wait())
            await asyncio.wait({stopped, lost}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            lost.cancel()
        finally:
            await connection.close()

    async def _deliver(self, now: datetime) -> int:
        return await deliver_due(self._sender, now)

    async def _clear_keys(self, now: datetime) -> int:
        """Forget old idempotency keys, hourly; nothing is ever left to do at once."""
        if self._keys_cleared_at is None or now - self._keys_cleared_at >= KEYS_CLEARED_EVERY:
            await IdempotencyKey.filter(created_at__lt=now - KEYS_KEPT).delete()
            self._keys_cleared_at = now
        return 0


async def _event_within(event: asyncio.Event, time: timedelta) -> None:
    """Wait for the event, but not longer than `time`."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), time.total_seconds())
