"""Live events: what commits in the database reaches the subscribers of every process.

Triggers NOTIFY the channel `kurir` (models/migrations/0002_constraints.py); each process LISTENs on one
connection of its own. PostgreSQL keeps nothing for a listener that is away: after a broken connection, what
was missed is read from the tables, so events may come twice but none is lost.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID

import asyncpg
import orjson
import structlog

from kurir_api.database import ANSWER_SECONDS, GONE, connect_arguments
from kurir_api.errors import ClientError, Words

CHANNEL = "kurir"
MOST_WAITING = 1_000
HEARTBEAT_SECONDS = 30.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 10.0
OVERLAP = timedelta(seconds=10)
"""Longer than any transaction: a row's id is made before it commits, and is told of when it does."""

MISSED = """
SELECT id, machine, action, subject_id AS subject, task_id AS task, regency_code AS regency, NULL::uuid AS member
FROM transition_log WHERE id > $1
UNION ALL
SELECT id, 'notification', '', id, NULL, NULL, member_id FROM notification WHERE id > $1 AND NOT silent
ORDER BY id LIMIT $2
"""

log = structlog.get_logger(__name__)


class TooSlow(ClientError):
    """A subscriber that does not take its events: it is dropped rather than remembered without end."""

    client_code = "RATE_LIMITED"
    words = Words(
        id="Sambungan terlalu lambat untuk semua kabar. Muat ulang data, lalu berlangganan lagi.",
        en="This connection is too slow for all the news. Reload the data, then subscribe again.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that was committed. `regency`: of a transition; `member`: of a notification."""

    machine: str
    action: str = ""
    subject: UUID
    task: UUID | None = None
    regency: str | None = None
    member: UUID | None = None

    @classmethod
    def of(cls, payload: str) -> Self:
        """The event of a NOTIFY."""
        told = orjson.loads(payload)
        ids = {name: UUID(told[name]) for name in ("subject", "task", "member") if told.get(name)}
        return cls(machine=told["machine"], action=told.get("action", ""), regency=told.get("regency"), **ids)


class Subscriber:
    """One subscription's share of the events; iterating waits for some and gives all that wait, in order."""

    def __init__(self, wants: Callable[[Event], bool]) -> None:
        self._wants = wants
        self._waiting: list[Event] = []
        self._news = asyncio.Event()
        self._overrun = False

    def tell(self, event: Event) -> None:
        """Keep the event if it is wanted and there is room."""
        if self._overrun or not self._wants(event):
            return
        self._overrun = len(self._waiting) == MOST_WAITING
        if not self._overrun:
            self._waiting.append(event)
        self._news.set()

    def drop(self) -> None:
        """Tell nothing more: something it may have wanted was not kept."""
        self._overrun = True
        self._news.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[Event]:
        """At least one event. Raises TooSlow once more waited than there was room for."""
        await self._news.wait()
        if self._overrun:
            raise TooSlow
        self._news.clear()
        events, self._waiting = self._waiting, []
        return events


class LiveEvents:
    """The process's one listening connection, and everybody who wants to hear."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._subscribers: set[Subscriber] = set()
        self._heard_at = datetime.now(UTC)

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str) -> AsyncIterator[Self]:
        """Listen until the block ends; from its first line on, nothing is missed."""
        live = cls(url)
        listening = asyncio.Event()
        task = asyncio.create_task(live._keep_listening(listening))
        try:
            await listening.wait()
            yield live
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    @asynccontextmanager
    async def subscribe(self, wants: Callable[[Event], bool]) -> AsyncIterator[Subscriber]:
        """Hear of the events that `wants` holds for, committed from now on. `wants` is called for every event of
        the database, so it must be cheap.
        """
        subscriber = Subscriber(wants)
        self._subscribers.add(subscriber)
        try:
            yield subscriber
        finally:
            self._subscribers.discard(subscriber)

    async def _keep_listening(self, listening: asyncio.Event) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                connection = await asyncpg.connect(**connect_arguments(self._url), command_timeout=ANSWER_SECONDS)
                try:
                    ended = asyncio.Event()
                    connection.add_termination_listener(lambda _, ended=ended: ended.set())
                    await connection.add_listener(CHANNEL, self._hear)
                    if listening.is_set():
                        await self._catch_up(connection)
                    listening.set()
                    pause = FIRST_PAUSE_SECONDS
                    await self._watch(connection, ended)
                finally:
                    connection.terminate()
            except (*GONE, asyncpg.PostgresError) as error:
                log.warning("live_events_interrupted", error=type(error).__name__, retry_seconds=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _watch(self, connection: Any, ended: asyncio.Event) -> None:
        """Return when the connection has ended, or no longer answers."""
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await ended.wait()
                return
            except TimeoutError:
                asked_at = datetime.now(UTC)
                await connection.execute("SELECT 1")
                self._heard_at = asked_at

    def _hear(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        self._tell([Event.of(str(payload))])

    def _tell(self, events: Iterable[Event]) -> None:
        self._heard_at = datetime.now(UTC)
        for event in events:
            for subscriber in tuple(self._subscribers):
                subscriber.tell(event)

    async def _catch_up(self, connection: Any) -> None:
        """Tell what was committed while nobody listened. If that is more than a subscriber may have waiting, all are
        dropped, so that they load anew.
        """
        missed = await connection.fetch(MISSED, _first_id_at(self._heard_at - OVERLAP), MOST_WAITING + 1)
        if len(missed) > MOST_WAITING:
            for subscriber in tuple(self._subscribers):
                subscriber.drop()
        self._tell(Event(**{name: value for name, value in row.items() if name != "id"}) for row in missed)


def _first_id_at(time: datetime) -> UUID:
    """The smallest UUIDv7 of that millisecond (RFC 9562 section 5.7): ids are in order of time."""
    return UUID(int=int(time.timestamp() * 1000) << 80)
