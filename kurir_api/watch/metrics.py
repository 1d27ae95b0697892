"""GET /metrics, for a Prometheus that knows the token."""

import asyncio
import hmac
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime

import uvicorn
from asyncpg.exceptions import PostgresError
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from tortoise.exceptions import BaseORMException

from kurir_api.database import DatabaseDown
from kurir_api.services.operations.office_figures import office_figures
from kurir_api.settings import Settings, SettingsError
from kurir_api.telemetry.metrics import exposition
from kurir_api.watch.health import pulse_routes
from kurir_api.watch.requests import note_pool

KEPT_SECONDS = 10.0
DOWN = "# HELP kurir_database_up Whether the database answers\n# TYPE kurir_database_up gauge\nkurir_database_up {}\n"


class OfficeFigures:
    """The office's figures as exposition, asked for once in ten seconds, however often one scrapes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._asking = asyncio.Lock()
        self._until = 0.0
        self._text = b""

    async def __call__(self) -> bytes:
        """The exposition; of a database that doesn't answer it says just that."""
        note_pool()
        async with self._asking:
            if time.monotonic() >= self._until:
                try:
                    self._text = DOWN.format(1).encode() + await office_figures(datetime.now(UTC), self._settings)
                except (DatabaseDown, BaseORMException, PostgresError):
                    self._text = DOWN.format(0).encode()
                self._until = time.monotonic() + KEPT_SECONDS
        return self._text


def metrics_routes(settings: Settings) -> list[BaseRoute]:
    """The api's: the figures of its processes, and the office's. Without KURIR_METRICS_TOKEN there is none."""
    return _routes(settings, OfficeFigures(settings))


@asynccontextmanager
async def worker_served(settings: Settings) -> AsyncIterator[None]:
    """Answer /health/live and /metrics for this worker at KURIR_WORKER_PORT, if it is set, while the block lasts."""
    if settings.worker_port is None:
        yield
        return

    async def nothing_more() -> bytes:
        return b""

    app = Starlette(routes=[*pulse_routes(), *_routes(settings, nothing_more)])
    server = _Quiet(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", server_header=False))
    try:
        listener = socket.create_server((settings.host, settings.worker_port))
    except OSError as error:
        raise SettingsError(
            f"KURIR_WORKER_PORT: can't listen on {settings.host}, port {settings.worker_port} ({error.strerror}); "
            "set it to another, or unset it"
        ) from error
    with listener:
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield
        finally:
            server.should_exit = True
            await serving


class _Quiet(uvicorn.Server):
    """Leaves signals to the worker."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _routes(settings: Settings, more: Callable[[], Awaitable[bytes]]) -> list[BaseRoute]:
    token = settings.metrics_token.get_secret_value()
    if not token:
        return []
    expected = f"Bearer {token}".encode()

    async def metrics(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode(errors="surrogatepass")
        if not hmac.compare_digest(given, expected):
            return PlainTextResponse("The token is KURIR_METRICS_TOKEN.\n", 401, {"WWW-Authenticate": "Bearer"})
        office = await more()
        return Response(exposition() + office, media_type=CONTENT_TYPE_LATEST)

    return [Route("/metrics", metrics)]
