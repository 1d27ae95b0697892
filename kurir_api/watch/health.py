"""Whether a process lives, and whether it can be given work."""

from asyncpg.exceptions import PostgresError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from tortoise.exceptions import BaseORMException

from kurir_api.database import DatabaseDown, pending_migrations
from kurir_api.telemetry.steps import PULSE, SILENT_SECONDS


def health_routes() -> list[BaseRoute]:
    """Of the api. One that was told to stop takes no connections any more, which says it all."""
    return [Route("/health/live", _alive), Route("/health/ready", _ready)]


def pulse_routes() -> list[BaseRoute]:
    """Of a worker."""
    return [Route("/health/live", _working)]


async def _alive(_: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "alive"})


async def _ready(_: Request) -> Response:
    """The database answers, within seconds and with a connection to spare, and its tables fit this release."""
    try:
        pending = await pending_migrations()
    except (DatabaseDown, BaseORMException, PostgresError):
        return _no("unready", "The database does not answer.")
    if pending:
        return _no("unready", f"Migrations are pending ({', '.join(pending)}): run `kurir migrate`.")
    return JSONResponse({"status": "ready"})


async def _working(_: Request) -> Response:
    """A step of the worker's ended well in the last minute; each looks for work every five seconds."""
    if PULSE.seconds > SILENT_SECONDS:
        return _no("stuck", f"No step has ended well for {PULSE.seconds:.0f} s; the log says why.")
    return JSONResponse({"status": "working"})


def _no(status: str, reason: str) -> Response:
    return JSONResponse({"status": status, "reason": reason}, 503)
