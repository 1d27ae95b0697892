"""Whether a process lives, and whether it can be given work."""

import asyncio
from time import monotonic

from asyncpg.exceptions import PostgresError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from tortoise.exceptions import BaseORMException

from kurir_api.database import DatabaseDown, pending_migrations
from kurir_api.telemetry.steps import PULSE, SILENT_SECONDS

FRESH_SECONDS = 1.0


def health_routes() -> list[BaseRoute]:
    """Of the api. One that was told to stop takes no connections any more, which says it all."""
    return [Route("/health/live", _alive), Route("/health/ready", Readiness().answer)]


def pulse_routes() -> list[BaseRoute]:
    """Of a worker."""
    return [Route("/health/live", _working)]


async def _alive(_: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "alive"})


class Readiness:
    """Whether the database answers, within seconds and with a connection to spare, and its tables fit this release.
    Nobody has to sign in to ask: however many do, it is looked at once a second.
    """

    def __init__(self) -> None:
        self._looking = asyncio.Lock()
        self._looked_at = float("-inf")
        self._reason: str | None = None

    async def answer(self, _: Request) -> Response:
        """200, or 503 with the reason."""
        async with self._looking:
            if monotonic() - self._looked_at >= FRESH_SECONDS:
                self._reason = await _hindrance()
                self._looked_at = monotonic()
        return _no("unready", self._reason) if self._reason else JSONResponse({"status": "ready"})


async def _hindrance() -> str | None:
    try:
        pending = await pending_migrations()
    except (DatabaseDown, BaseORMException, PostgresError):
        return "The database does not answer."
    return f"Migrations are pending ({', '.join(pending)}): run `kurir migrate`." if pending else None


async def _working(_: Request) -> Response:
    """A step of the worker's ended well in the last minute; each looks for work every five seconds."""
    if PULSE.seconds > SILENT_SECONDS:
        return _no("stuck", f"No step has ended well for {PULSE.seconds:.0f} s; the log says why.")
    return JSONResponse({"status": "working"})


def _no(status: str, reason: str) -> Response:
    return JSONResponse({"status": status, "reason": reason}, 503)
