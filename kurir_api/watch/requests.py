"""Every request: an id that its log lines and its answer carry, its figures, its span."""

import re
import secrets
import time
from collections.abc import Collection

import structlog
from opentelemetry.trace import SpanKind
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from tortoise.connection import get_connection

from kurir_api.database.client import Client
from kurir_api.telemetry.metrics import POOL, RESPONSE_SECONDS, RESPONSES, SOCKETS
from kurir_api.telemetry.tracing import span

REQUEST_ID = re.compile(r"[0-9A-Za-z-]{16,64}")
OTHER = "other"


class Watched:
    """The outermost ASGI middleware. `paths`: the first parts of the paths that are served, such as "graphql"; of
    others nothing is told but that they were asked for.
    """

    def __init__(self, app: ASGIApp, paths: Collection[str]) -> None:
        self._app = app
        self._paths = frozenset(paths)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request or socket."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        with structlog.contextvars.bound_contextvars(request_id=_request_id(scope)) as _:
            if scope["type"] == "websocket":
                with SOCKETS.track_inprogress():
                    await self._app(scope, receive, send)
            else:
                await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        first = scope["path"].lstrip("/").partition("/")[0]
        path = f"/{first}" if first in self._paths else OTHER
        request_id = structlog.contextvars.get_contextvars()["request_id"]
        began = time.perf_counter()
        # Of a request that nobody reads the answer to, as nginx has it.
        status = 499
        with span(f"{scope['method']} {path}", SpanKind.SERVER) as current:

            async def sending(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    MutableHeaders(scope=message)["x-request-id"] = request_id
                await send(message)

            try:
                await self._app(scope, receive, sending)
            finally:
                current.set_attribute("http.response.status_code", status)
                RESPONSES.labels(path, str(status)).inc()
                RESPONSE_SECONDS.labels(path).observe(time.perf_counter() - began)
                note_pool()


def note_pool() -> None:
    """How many connections this process has open, and how many of them are busy."""
    try:
        client = get_connection("default")
    except RuntimeError:
        return  # while it stops there are none
    if isinstance(client, Client):
        opened, busy = client.pool_use()
        POOL.labels("open").set(opened)
        POOL.labels("busy").set(busy)


def _request_id(scope: Scope) -> str:
    """The proxy's, if it is one that is trusted and the id looks like one; else a new one, which can't be taken for
    somebody's number.
    """
    client = scope.get("client")
    # uvicorn puts the caller's address there on a trusted proxy's word, and of the port says 0.
    if client and client[1] == 0:
        given = Headers(scope=scope).get("x-request-id", "")
        if REQUEST_ID.fullmatch(given):
            return given
    return f"r{secrets.token_hex(8)}"
