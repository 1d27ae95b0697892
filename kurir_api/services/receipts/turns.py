"""Turns: how much is done at once, so that no member keeps the others waiting."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary

from kurir_api.services.receipts.refusals import NotTaken


class Turns:
    """At most `most` at once in this process, of which at most `each` are one member's; the others wait."""

    def __init__(self, most: int, each: int) -> None:
        self._all = asyncio.Semaphore(most)
        self._each = each
        self._of: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, member_id: UUID, patience: float | None = None) -> AsyncIterator[None]:
        """The member's turn, while the block lasts. Raises NotTaken (BUSY) when it doesn't come in `patience`
        seconds.
        """
        # Whoever waits behind their own takes nobody else's place.
        own = self._of.setdefault(member_id, asyncio.Semaphore(self._each))
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(patience):
                    await held.enter_async_context(own)
                    await held.enter_async_context(self._all)
            except TimeoutError as error:
                raise NotTaken("BUSY") from error
            yield
