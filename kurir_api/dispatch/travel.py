"""How long members need to a task: by a router where the office has one, else by the distance and a detour.

The router is OSRM (https://project-osrm.org), asked through its table service. It is told places, never who is there:
run your own.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog

from kurir_api.dispatch.geo import Point

DETOUR = 1.4
"""Road metres per metre as the crow flies: guessed for Java's plains and hills (1.3 to 1.5)."""

SPEED_M_PER_S = 30 / 3.6
"""A motorbike on village roads, guessed (25 to 35 km/h)."""

TIME_OUT = timedelta(seconds=2)
"""For all of an answer: a wave is not held up for longer."""

PAUSE = timedelta(minutes=1)
"""A router that failed isn't asked again before that."""

MOST_PLACES = 99
"""OSRM's table service takes 100 places by default: these and the task's."""

FAULTS = (httpx.HTTPError, TimeoutError, ValueError, ArithmeticError, LookupError, TypeError)
"""What comes of no answer, or a strange one."""


def by_detour(distance_m: float) -> timedelta:
    """The usual time for so many metres as the crow flies."""
    return timedelta(seconds=distance_m * DETOUR / SPEED_M_PER_S)


class Roads:
    """Asks the router at `url`; close it when done. One for each worker."""

    def __init__(
        self, url: str, *, time_out: timedelta = TIME_OUT, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/"), timeout=time_out.total_seconds(), transport=transport
        )
        self._time_out = time_out
        self._asked_again_from: datetime | None = None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def times(self, origins: Sequence[Point], destination: Point, now: datetime) -> list[timedelta | None]:
        """For each origin the time by road to the destination; None where there is no road, beyond the 99 first, and
        everywhere while the router doesn't answer in time. Never raises for what the router does.
        """
        asked = origins[:MOST_PLACES]
        if not asked or (self._asked_again_from is not None and now < self._asked_again_from):
            return [None] * len(origins)
        try:
            # httpx bounds only each read; a trickle of bytes would go on.
            async with asyncio.timeout(self._time_out.total_seconds()):
                seconds = await self._table(asked, destination)
        except FAULTS as error:
            # The address of the request holds places: only what kind of fault it was is logged.
            structlog.get_logger("kurir.travel").warning("the router doesn't answer", fault=type(error).__name__)
            self._asked_again_from = now + PAUSE
            return [None] * len(origins)
        self._asked_again_from = None
        return [*seconds, *[None] * (len(origins) - len(asked))]

    async def _table(self, origins: Sequence[Point], destination: Point) -> list[timedelta | None]:
        """See OSRM's documentation of `GET /table/v1/{profile}/{coordinates}`. ValueError for a strange answer."""
        places = ";".join(f"{place.longitude:.5f},{place.latitude:.5f}" for place in (destination, *origins))
        sources = ";".join(str(number) for number in range(1, len(origins) + 1))
        answer = await self._http.get(
            f"/table/v1/driving/{places}", params={"sources": sources, "destinations": "0", "annotations": "duration"}
        )
        answer.raise_for_status()
        rows: list[list[Any]] = answer.json()["durations"]
        if len(rows) != len(origins):
            raise ValueError("not one row for each source")
        return [None if row[0] is None else timedelta(seconds=float(row[0])) for row in rows]


@asynccontextmanager
async def opened_roads(url: str | None) -> AsyncIterator[Roads | None]:
    """The roads of the router at `url`, closed at the end; None without one."""
    roads = Roads(url) if url else None
    try:
        yield roads
    finally:
        if roads is not None:
            await roads.close()
