"""The api as an ASGI application: routes, and what lives as long as the process."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from kurir_api.auth import Authenticator
from kurir_api.database import ANSWER_SECONDS, DatabaseDown, connected, database_url
from kurir_api.dispatch.travel import Roads, opened_roads
from kurir_api.door import Door, Protected
from kurir_api.files import file_routes
from kurir_api.intake import intake_routes
from kurir_api.limiter import Limiter
from kurir_api.logs import configure_logging
from kurir_api.schema import build_schema
from kurir_api.schema.context import Context
from kurir_api.schema.graphiql import ASSETS_URL, graphiql_assets_dir, graphiql_html
from kurir_api.schema.http import MAX_BODY, GraphQLView
from kurir_api.schema.live import LiveEvents
from kurir_api.schema.masking import AGAIN_SECONDS, log_fault
from kurir_api.schema.trusted import TrustedDocuments
from kurir_api.schema.websocket import MAX_MESSAGE
from kurir_api.settings import Settings, load_settings
from kurir_api.signin import sign_in_routes
from kurir_api.storage import Storage
from kurir_api.telemetry.tracing import start_tracing
from kurir_api.vault import open_vault
from kurir_api.watch import Watched, health_routes, metrics_routes
from kurir_api.wire import Http, Sockets

DRAIN_SECONDS = 25
PING_SECONDS = 20
"""How often a socket is asked for a sign of life, and how long that may take."""

DOWN_WORDS = "Sedang ada gangguan. Coba lagi sebentar lagi.\nSomething is out of order. Try again shortly.\n"
IDLE_SECONDS = 75
"""Longer than proxies keep a connection that nobody uses, such as nginx's 60 s: else one would at times ask on a
connection that is just being closed, and answer 502.
"""

GraphiQLToken = Callable[[], Awaitable[str | None]]


class _Application(Starlette):
    """Every answer protected, also those to faults."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        self._settings = settings
        super().__init__(**options)

    def build_middleware_stack(self) -> ASGIApp:
        """What all requests go through."""
        paths = {str(getattr(route, "path", "")).lstrip("/").partition("/")[0] for route in self.routes}
        return Watched(Protected(super().build_middleware_stack(), self._settings), paths - {""})


@dataclass
class Services:
    """What requests use, while the application runs."""

    authenticator: Authenticator
    live: LiveEvents
    limiter: Limiter
    roads: Roads | None
    settings: Settings
    storage: Storage


def create_app(
    settings: Settings, *, graphiql_token: GraphiQLToken | None = None, answer_seconds: int = ANSWER_SECONDS
) -> Starlette:
    """The application. In development `/` leads to GraphiQL, signed in with what `graphiql_token` gives for each
    page. The database has `answer_seconds` for a statement.

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
                connected(url, maxsize=settings.database_pool, every_task=True, answer_seconds=answer_seconds),
                LiveEvents.opened(url) as live,
                Limiter.opened(url, settings) as limiter,
                opened_roads(settings.router_url) as roads,
            ):
                app.state.services = Services(authenticator, live, limiter, roads, settings, storage)
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
        documents=TrustedDocuments(open_queries=settings.open_queries),
        caller=_member,
        admit=Context.admit,
        count=Context.count,
        ide_page=None if settings.production else page,
    )
    view.recheck_seconds = settings.recheck_seconds
    return _Application(
        settings,
        routes=[
            # Above the view's own limit, which answers in JSON.
            Route("/graphql", view, max_body_size=2 * MAX_BODY),
            WebSocketRoute("/graphql", view),
            *intake_routes(settings),
            *file_routes(),
            *sign_in_routes(),
            *health_routes(),
            *metrics_routes(settings),
            *([] if settings.production else _development_routes()),
        ],
        # For pages of other hosts. Whether they may open sockets is the view's to say.
        middleware=[
            Middleware(
                CORSMiddleware,
                allow_origins=settings.allowed_origins,
                allow_methods=("POST",),
                allow_headers=("Authorization", "Content-Type"),
                expose_headers=("Retry-After", "X-Request-Id"),
            ),
            Middleware(Door),
        ],
        exception_handlers={DatabaseDown: _down},
        lifespan=lifespan,
        max_body_size=MAX_BODY,
    )


def from_environment() -> Starlette:
    """The application of the environment's settings: what each process of `kurir serve` runs."""
    settings = load_settings()
    configure_logging(settings)
    start_tracing("kurir-api")
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
        "forwarded_allow_ips": list(settings.trusted_proxies),
        "http": Http,
        "ws": Sockets,
        "ws_max_size": MAX_MESSAGE,
        "ws_ping_interval": PING_SECONDS,
        "ws_ping_timeout": PING_SECONDS,
        "timeout_graceful_shutdown": DRAIN_SECONDS,
        "timeout_keep_alive": IDLE_SECONDS,
    }


async def _context(connection: Request | WebSocket) -> Context:
    services: Services = connection.app.state.services
    return Context(
        connection, services.settings, services.authenticator, services.live, services.limiter, services.roads
    )


def _member(context: Context) -> UUID:
    return context.principal.member_id


async def _let_in(context: Context) -> None:
    await context.sign_in_again()


async def _down(_: Request, error: Exception) -> Response:
    """What isn't GraphQL, such as a provider's delivery, is to be sent again."""
    log_fault(error)
    return PlainTextResponse(DOWN_WORDS, 503, {"Retry-After": str(AGAIN_SECONDS)})


def _development_routes() -> list[BaseRoute]:
    """The way to GraphiQL, and its files where they are installed."""
    routes: list[BaseRoute] = [Route("/", lambda _: RedirectResponse("/graphql"))]
    if folder := graphiql_assets_dir():
        routes.append(Mount(ASSETS_URL.rstrip("/"), StaticFiles(directory=folder)))
    return routes
