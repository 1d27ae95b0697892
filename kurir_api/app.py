"""The api as an ASGI application: routes, and what lives as long as the process."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from asyncpg.exceptions import InterfaceError, PostgresError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket
from tortoise.exceptions import BaseORMException

from kurir_api.auth import Authenticator
from kurir_api.database import connected, database_url, pending_migrations
from kurir_api.dispatch.travel import Roads, opened_roads
from kurir_api.files import file_routes
from kurir_api.intake import intake_routes
from kurir_api.logs import configure_logging
from kurir_api.schema import build_schema
from kurir_api.schema.context import Context
from kurir_api.schema.graphiql import ASSETS_URL, graphiql_assets_dir, graphiql_html
from kurir_api.schema.http import MAX_BODY, GraphQLView
from kurir_api.schema.live import LiveEvents
from kurir_api.settings import Settings, load_settings
from kurir_api.storage import Storage
from kurir_api.vault import open_vault

DRAIN_SECONDS = 25
IDLE_SECONDS = 75
"""Longer than proxies keep a connection that nobody uses, such as nginx's 60 s: else one would at times ask on a
connection that is just being closed, and answer 502.
"""

GraphiQLToken = Callable[[], Awaitable[str | None]]


@dataclass
class Services:
    """What requests use, while the application runs."""

    authenticator: Authenticator
    live: LiveEvents
    roads: Roads | None
    settings: Settings
    storage: Storage


def create_app(settings: Settings, *, graphiql_token: GraphiQLToken | None = None) -> Starlette:
    """The application. In development `/` leads to GraphiQL, signed in with what `graphiql_token` gives for each
    page.

    Its lifespan opens the vault, the database, the authenticator and the live events, and raises SettingsError
    when the database can't be reached.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        url = database_url(settings)
        open_vault(settings)
        authenticator = Authenticator(settings)
        storage = Storage.opened(settings)
        try:
            async with (
                connected(url, maxsize=settings.database_pool, every_task=True),
                LiveEvents.opened(url) as live,
                opened_roads(settings.router_url) as roads,
            ):
                app.state.services = Services(authenticator, live, roads, settings, storage)
                yield
        finally:
            await authenticator.close()

    async def page() -> str:
        return graphiql_html(await graphiql_token() if graphiql_token else None)

    view = GraphQLView(
        build_schema(production=settings.production),
        make_context=_context,
        on_connect=_let_in,
        production=settings.production,
        allowed_origins=settings.allowed_origins,
        ide_page=None if settings.production else page,
    )
    view.recheck_seconds = settings.recheck_seconds
    return Starlette(
        routes=[
            # Above the view's own limit, which answers in JSON.
            Route("/graphql", view, max_body_size=2 * MAX_BODY),
            WebSocketRoute("/graphql", view),
            *intake_routes(settings),
            *file_routes(),
            Route("/health/live", _alive),
            Route("/health/ready", _ready),
            *([] if settings.production else _development_routes()),
        ],
        # For pages of other hosts. Whether they may open sockets is the view's to say.
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=settings.allowed_origins,
                allow_methods=("POST",),
                allow_headers=("Authorization", "Content-Type"),
            )
        ],
        lifespan=lifespan,
        max_body_size=MAX_BODY,
    )


def from_environment() -> Starlette:
    """The application of the environment's settings: what each process of `kurir serve` runs."""
    settings = load_settings()
    configure_logging(settings)
    return create_app(settings)


def server_options(settings: Settings) -> dict[str, Any]:
    """How uvicorn serves the application.

    After SIGTERM no new request is taken, and those under way have 25 s to end.
    """
    return {
        "host": settings.host,
        "port": settings.port,
        "log_config": None,
        "server_header": False,
        "ws_max_size": MAX_BODY,
        "timeout_graceful_shutdown": DRAIN_SECONDS,
        "timeout_keep_alive": IDLE_SECONDS,
    }


async def _context(connection: Request | WebSocket) -> Context:
    services: Services = connection.app.state.services
    return Context(connection, services.settings, services.authenticator, services.live, services.roads)


async def _let_in(context: Context) -> None:
    await context.sign_in_again()


async def _alive(_: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "alive"})


async def _ready(_: Request) -> Response:
    """The database answers, and its tables fit this release."""
    try:
        pending = await pending_migrations()
    except (OSError, BaseORMException, PostgresError, InterfaceError):
        return _unready("The database does not answer.")
    if pending:
        return _unready(f"Migrations are pending ({', '.join(pending)}): run `kurir migrate`.")
    return JSONResponse({"status": "ready"})


def _unready(reason: str) -> Response:
    return JSONResponse({"status": "unready", "reason": reason}, 503)


def _development_routes() -> list[BaseRoute]:
    """The way to GraphiQL, and its files where they are installed."""
    routes: list[BaseRoute] = [Route("/", lambda _: RedirectResponse("/graphql"))]
    if folder := graphiql_assets_dir():
        routes.append(Mount(ASSETS_URL.rstrip("/"), StaticFiles(directory=folder)))
    return routes
