"""What every request passes: how often its address may ask, and the headers that protect what is answered."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from kurir_api.errors import TooMany, asked_locale
from kurir_api.pages import client_address, network
from kurir_api.schema.graphiql import ASSETS_URL
from kurir_api.settings import Settings

FREE = ("/health/",)
"""What this machine's own supervisors ask, again and again."""

RECEIPTS, SIGN_IN = "/receipts", "/auth/"
"""Where apps ask, beside GraphQL; all else is for people and providers."""

PROTECTION: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""Of every answer that doesn't say otherwise."""

SECURE = "max-age=31536000; includeSubDomains"
"""A year: https://hstspreload.org asks for no less."""


class Door:
    """Counts every request, and every socket, for the address it comes from, before anything of it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it in, or answer 429."""
        if scope["type"] == "lifespan" or scope["path"].startswith(FREE):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            await connection.app.state.services.limiter.note("address", network(client_address(connection)))
        except TooMany as error:
            refusal = _refusal(connection, error)
            if scope["type"] == "websocket":
                await WebSocket(scope, receive, send).send_denial_response(refusal)
            else:
                await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


class Protected:
    """Adds to each answer the headers that it lacks: those that protect it, and that it is kept nowhere."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        secure = (settings.public_url or "").startswith("https://")
        self._headers = {**PROTECTION, **({"Strict-Transport-Security": SECURE} if secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, protected."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Of all that is served only the development page's files are nobody's in particular.
        kept = scope["path"].startswith(ASSETS_URL)

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if not kept or message["status"] >= 400:
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, protected)


def _refusal(connection: HTTPConnection, error: TooMany) -> Response:
    """429, as GraphQL, as JSON, or as words; what still comes of the body is not waited for."""
    headers = {"Retry-After": str(error.retry_after), "Connection": "close"}
    path = connection.scope["path"]
    message = error.message(asked_locale(connection.headers.get("accept-language", "")))
    if path == "/graphql":
        return JSONResponse({"errors": [{"message": message, "extensions": error.extensions()}]}, 429, headers)
    if path.startswith(RECEIPTS):
        return JSONResponse({"code": error.client_code, "message": message}, 429, headers)
    if path.startswith(SIGN_IN):
        return JSONResponse({"error": "too_many_requests", "error_description": message}, 429, headers)
    return PlainTextResponse(f"{error.message('id')}\n{error.message('en')}\n", 429, headers)
