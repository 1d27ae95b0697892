"""GraphQL subscriptions: the graphql-transport-ws protocol, held to its letter.

strawberry's handler trusts the shape of messages and the length of what it puts into a close frame. Here a
bad message closes the socket with 4400, a fault with 4500 and a reference, and no frame is ever unsendable.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Hashable, Mapping
from contextlib import suppress
from json import JSONDecodeError
from types import NoneType
from typing import Any, cast

from graphql import GraphQLError, get_operation_ast, parse
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    SubscribeMessage,
)

from kurir_api.errors import ClientError
from kurir_api.schema.counting import points
from kurir_api.schema.limits import MAX_TOKENS
from kurir_api.schema.masking import log_fault

MAX_MESSAGE = 64 * 1024
MAX_OPERATIONS = 20
MAX_SOCKETS = 10
"""Of one member, in one process."""

MAX_REASON = 123  # bytes of a close frame's reason, RFC 6455 section 5.5
SUBSCRIBE_PAYLOAD: Mapping[str, type | tuple[type, ...]] = {
    "query": (str, NoneType),
    "variables": (dict, NoneType),
    "operationName": (str, NoneType),
    "extensions": (dict, NoneType),
}


def _well_formed(message: object) -> bool:
    """Whether a message has the members and types that the protocol gives its kind."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return False
    if message["type"] in ("subscribe", "complete") and not isinstance(message.get("id"), str):
        return False
    if message["type"] == "subscribe":
        payload = message.get("payload")
        return (
            isinstance(payload, dict)
            and all(isinstance(payload.get(name), kind) for name, kind in SUBSCRIBE_PAYLOAD.items())
            and ("query" in payload or "persistedQuery" in (payload.get("extensions") or {}))
        )
    return isinstance(message.get("payload"), (dict, NoneType))


class SocketAdapter(ASGIWebSocketAdapter):
    """One socket's frames: text of at most 64 KB in, JSON text out, and nothing once it is closed."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """Parsed messages; not JSON is an error, whatever `ignore_parsing_errors` says."""
        del ignore_parsing_errors
        with suppress(WebSocketDisconnect):
            while self.ws.application_state is not WebSocketState.DISCONNECTED:
                frame = await self.ws.receive()
                if frame["type"] == "websocket.disconnect":
                    return
                text = frame.get("text")
                if text is None:
                    raise NonTextMessageReceived
                if len(text.encode()) > MAX_MESSAGE:
                    await self.close(1009, f"A message may hold {MAX_MESSAGE} bytes")
                    return
                try:
                    message = self.view.decode_json(text)
                except JSONDecodeError as error:
                    raise NonJsonMessageReceived from error
                yield message

    async def send_json(self, message: Any) -> None:
        """Send, unless the socket was closed meanwhile."""
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            raise WebSocketDisconnected
        await super().send_json(message)

    async def close(self, code: int, reason: str) -> None:
        """Close once; a reason too long for a close frame is cut."""
        if self.ws.application_state is not WebSocketState.DISCONNECTED:
            await super().close(code, reason.encode()[:MAX_REASON].decode(errors="ignore"))


class TransportHandler(BaseGraphQLTransportWSHandler[Any, None]):
    """One socket's protocol.

    After the connection is accepted, its caller is asked about again every `view.recheck_seconds`: a revoked
    or expired token closes the socket with 4403.
    """

    recheck: asyncio.Task[None] | None = None
    owner: Hashable = None

    async def shutdown(self) -> None:
        """Stop the recheck, then every operation."""
        if self.owner is not None:
            sockets = cast("Any", self.view).sockets
            sockets[self.owner] -= 1
            sockets += Counter()  # forgets those that are down to none
        if self.recheck:
            self.recheck.cancel()
            with suppress(asyncio.CancelledError):
                await self.recheck
        await super().shutdown()

    async def handle_message(self, message: Message) -> None:
        """Answer a message; close with 4400 on a malformed one and with 4500 on a fault."""
        if not _well_formed(message):
            await self.handle_invalid_message("The message has not the shape of its type")
            return
        try:
            await super().handle_message(message)
        except WebSocketDisconnected:
            raise
        except Exception as error:  # noqa: BLE001  # the socket is the boundary: the caller reads a reference
            await self._close_after(error)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Let the caller in or not; a missing and a null payload are both an empty one."""
        await super().handle_connection_init({**message, "payload": message.get("payload") or {}})
        if self.connection_acknowledged and self.recheck is None:
            self.recheck = asyncio.create_task(self._recheck())
            await self._count_socket()

    async def _count_socket(self) -> None:
        view = cast("Any", self.view)
        if view.caller is None:
            return
        self.owner = view.caller(self.context)
        view.sockets[self.owner] += 1
        if view.sockets[self.owner] > MAX_SOCKETS:
            await self.websocket.close(4429, f"A member may have {MAX_SOCKETS} sockets; close one first")

    async def _recheck(self) -> None:
        while True:
            await asyncio.sleep(cast("Any", self.view).recheck_seconds)
            try:
                await self.view.on_ws_connect(self.context)
            except ConnectionRejectionError:
                await self.websocket.close(4403, "Forbidden")
                return
            except Exception as error:  # noqa: BLE001  # a fault of ours must not sign people out
                log_fault(error)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Start an operation, unless its caller asks too often or the socket already runs as many as it may."""
        if not self.connection_acknowledged:
            await super().handle_subscribe(message)
            return
        view, payload = cast("Any", self.view), message["payload"]
        try:
            if view.admit is not None:
                await view.admit(self.context)
            if len(self.operations) >= MAX_OPERATIONS and message["id"] not in self.operations:
                reason = f"A socket may run {MAX_OPERATIONS} operations at a time; complete one first."
                await self._refuse(message, reason, {"code": "RATE_LIMITED"})
                return
            # An empty one is refused like any that can't be parsed.
            query = await view.document(payload.get("query"), payload.get("extensions")) or ""
            await self._count(query, payload.get("operationName"))
        except ClientError as error:
            said = error.message(getattr(self.context, "locale", "id"))
            await self._refuse(message, said, error.extensions())
            return
        await super().handle_subscribe({**message, "payload": {**payload, "query": query}})

    async def _count(self, query: str, name: str | None) -> None:
        """Count the operation here, where the next message waits for it. Raises TooMany."""
        count = cast("Any", self.view).count
        if count is None:
            return
        try:
            document = parse(query, max_tokens=MAX_TOKENS)
        except GraphQLError:
            return  # it is refused where it is run
        if operation := get_operation_ast(document, name):
            await count(self.context, points(document, operation))

    async def _refuse(self, message: SubscribeMessage, reason: str, told: dict[str, Any]) -> None:
        refusal = GraphQLError(reason, extensions=told)
        await self.send_message({"id": message["id"], "type": "error", "payload": [refusal.formatted]})

    async def handle_task_exception(self, error: Exception) -> None:
        """A fault that escaped an operation: log it without its message. A closed socket is none."""
        if not isinstance(error, WebSocketDisconnected):
            await self._close_after(error)

    async def _close_after(self, error: Exception) -> None:
        await self.websocket.close(4500, f"Internal error, reference {log_fault(error)}")

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:
        """A document that doesn't parse ends its own operation, with its code, not the socket."""
        del error
        return None
