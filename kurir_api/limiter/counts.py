"""Counts that all processes share: a storage of the library `limits` over one UNLOGGED table of PostgreSQL.

Each process has one connection for it, apart from the models' own, and one statement at a time on its way: what is
counted meanwhile goes together with the next. So counting takes nothing from those who work, however much comes.
"""

import asyncio
import hashlib
from asyncio import Future, Task, TimerHandle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic, time

import asyncpg
import structlog
from limits.aio.storage import Storage
from tortoise.connection import get_connection

from kurir_api.database import connect_arguments

LATEST_SECONDS = 0.05
"""How long what was only noted may wait for company."""

PATIENCE_SECONDS = 2
AWAY_SECONDS = 5
"""How long the database may take, and after how long a database that failed is tried again."""

# In one order everywhere: else two processes would wait for each other's rows.
ADD = """
INSERT INTO rate_count AS counted (key, count, ends_at)
SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::timestamptz[]) AS new (key, count, ends_at) ORDER BY key
ON CONFLICT (key) DO UPDATE SET count = counted.count + excluded.count
RETURNING key, count
"""


@dataclass(eq=False, slots=True)
class Window:
    """One key's count in the `expiry` seconds until `ends_at`, in seconds since 1970. `known`: over all processes,
    when it was last asked for; then what is on its way, and what will go next. `waiting`: who wants to know, and
    their place in it.
    """

    row: bytes
    ends_at: float
    expiry: int
    known: int = 0
    sent: int = 0
    pending: int = 0
    waiting: list[tuple[int, Future[int]]] = field(default_factory=list)

    @property
    def seen(self) -> int:
        """As far as this process knows."""
        return self.known + self.sent + self.pending

    def holds(self, now: float) -> bool:
        """Whether it is the window of now: it is neither over nor, since the clock was put back, to come."""
        return now < self.ends_at <= now + self.expiry


class Counts(Storage):
    """Windows of fixed length, beginning at multiples of it. While the database is away each process counts alone.

    Keys are kept as keyed digests: nobody's address or number stands in the table.
    """

    STORAGE_SCHEME = None

    def __init__(self, url: str, secret: str, clock: Callable[[], float] = time) -> None:
        super().__init__()
        self._arguments = connect_arguments(url)
        self._secret = hashlib.sha256(secret.encode()).digest()
        self._clock = clock
        self._windows: dict[str, Window] = {}
        self._next: list[Window] = []
        self._later: TimerHandle | None = None
        self._sending: Task[None] | None = None
        self._connection: asyncpg.Connection | None = None
        self._away_until = 0.0
        self._swept_at = clock()
        self._log = structlog.get_logger("kurir.limiter")

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """What it may raise: nothing."""
        return Exception

    def note(self, key: str, expiry: int, amount: int = 1) -> None:
        """Count, without waiting."""
        self._noted(key, expiry, amount)
        if self._later is None and self._sending is None:
            self._later = asyncio.get_running_loop().call_later(LATEST_SECONDS, self._begin)

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count; how many it were then, over all processes."""
        window = self._noted(key, expiry, amount)
        told: Future[int] = asyncio.get_running_loop().create_future()
        window.waiting.append((window.pending, told))
        self._begin()
        return await told

    async def get(self, key: str) -> int:
        """As far as this process knows."""
        window = self._windows.get(key)
        return window.seen if window and window.holds(self._clock()) else 0

    async def get_expiry(self, key: str) -> float:
        """When its window ends, seconds since 1970."""
        window = self._windows.get(key)
        return window.ends_at if window else self._clock()

    async def check(self) -> bool:
        """Whether the database took part when it was last asked."""
        return monotonic() >= self._away_until

    async def clear(self, key: str) -> None:
        """Not done: a window ends by itself."""
        raise NotImplementedError

    async def reset(self) -> int | None:
        """Not done either."""
        raise NotImplementedError

    async def close(self) -> None:
        """Send what was noted, and give the connection back."""
        if self._next:
            self._begin()
        if self._sending:
            await self._sending
        if self._connection:
            await self._connection.close()

    def _noted(self, key: str, expiry: int, amount: int) -> Window:
        now = self._clock()
        window = self._windows.get(key)
        if window is None or not window.holds(now):
            ends_at = (now // expiry + 1) * expiry
            row = hashlib.blake2b(f"{key}/{ends_at:.0f}".encode(), digest_size=16, key=self._secret).digest()
            window = self._windows[key] = Window(row, ends_at, expiry)
        if not window.pending:
            self._next.append(window)
        window.pending += amount
        return window

    def _begin(self) -> None:
        if self._later:
            self._later.cancel()
            self._later = None
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())

    async def _send(self) -> None:
        try:
            while self._next:
                await self._send_next()
        finally:
            self._sending = None
        self._sweep()

    async def _send_next(self) -> None:
        windows, self._next = self._next, []
        waiting = [(window, window.waiting) for window in windows]
        for window in windows:
            window.sent, window.pending, window.waiting = window.pending, 0, []
        totals: Mapping[bytes, int] = {}
        try:
            totals = await self._totals(windows)
        finally:
            for window, told in waiting:
                before = totals.get(window.row, window.known + window.sent) - window.sent
                window.known, window.sent = before + window.sent, 0
                for place, future in told:
                    if not future.done():
                        future.set_result(before + place)

    async def _totals(self, windows: Sequence[Window]) -> dict[bytes, int]:
        """The counts over all processes; none while the database is away, or whatever else hinders."""
        if monotonic() < self._away_until:
            return {}
        try:
            ends = [datetime.fromtimestamp(window.ends_at, UTC) for window in windows]
            async with asyncio.timeout(PATIENCE_SECONDS):
                if self._connection is None or self._connection.is_closed():
                    self._connection = await asyncpg.connect(**self._arguments)
                rows = await self._connection.fetch(
                    ADD, [window.row for window in windows], [window.sent for window in windows], ends
                )
        except Exception as error:  # noqa: BLE001 - everybody waits for it: better to count alone
            if self._connection:
                self._connection.terminate()
                self._connection = None
            self._away_until = monotonic() + AWAY_SECONDS
            self._log.warning("the database is away: each process counts requests alone", cause=type(error).__name__)
            return {}
        return {row["key"]: row["count"] for row in rows}

    def _sweep(self) -> None:
        """Forget windows that are over, once a minute."""
        now = self._clock()
        if abs(now - self._swept_at) >= 60:
            self._swept_at = now
            self._windows = {key: window for key, window in self._windows.items() if window.holds(now)}


async def clear_counts(now: datetime) -> int:
    """Remove the counts of windows that are over; nothing is ever left to do at once."""
    await get_connection("default").execute_query("DELETE FROM rate_count WHERE ends_at < $1", [now])
    return 0
