"""The limiter: who asks too often is told when to come back."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from math import ceil
from time import time
from typing import Self

from limits.aio.strategies import FixedWindowRateLimiter

from kurir_api.errors import TooMany
from kurir_api.limiter.counts import Counts
from kurir_api.limiter.kinds import rates
from kurir_api.settings import Settings


class Limiter:
    """Counts what `kinds.py` names, by whatever key: an address, a member, a phone number.

    Who is over the limit is refused from this process's memory until the window ends: a flood costs the database
    nothing.
    """

    def __init__(self, counts: Counts, settings: Settings, clock: Callable[[], float] = time) -> None:
        self._rates = rates(settings)
        self._counts = counts
        self._windows = FixedWindowRateLimiter(counts)
        self._clock = clock

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, settings: Settings) -> AsyncIterator[Self]:
        """Counting in the database at `url` while the block lasts; it is connected to when it is needed."""
        counts = Counts(url, settings.secret.get_secret_value())
        try:
            yield cls(counts, settings)
        finally:
            await counts.close()

    async def hit(self, kind: str, key: str, cost: int = 1) -> None:
        """Count, exactly, over all processes. Raises TooMany."""
        await self.check(kind, key)
        if not await self._windows.hit(self._rates[kind], kind, key, cost=cost):
            raise await self._refusal(kind, key)

    async def note(self, kind: str, key: str) -> None:
        """Count without waiting for the database: what other processes counted is known a moment later. Raises
        TooMany.
        """
        rate = self._rates[kind]
        await self.check(kind, key)
        self._counts.note(rate.key_for(kind, key), rate.get_expiry())

    async def check(self, kind: str, key: str) -> None:
        """Count nothing. Raises TooMany where this process knows of too many."""
        if not await self._windows.test(self._rates[kind], kind, key):
            raise await self._refusal(kind, key)

    async def _refusal(self, kind: str, key: str) -> TooMany:
        stats = await self._windows.get_window_stats(self._rates[kind], kind, key)
        return TooMany(max(1, ceil(stats.reset_time - self._clock())))
