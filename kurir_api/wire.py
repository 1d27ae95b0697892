"""uvicorn's protocols with deadlines: nobody holds a connection by sending slowly, or by not reading.

uvicorn itself waits without end for a request's head and body, and for whoever doesn't read.
"""

import asyncio
import socket
from asyncio import AbstractEventLoop, TimerHandle
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from kurir_api.pages import KNOWN

HEAD_SECONDS = 10.0
BODY_SECONDS = 15.0
"""From the head's end. Longer than what reads it waits (schema/http.py, pages.py), so that it can still say so."""

UPLOAD_SECONDS = 630.0
UPLOADS = b"/receipts"
"""Where files come from telephones; files/receipts.py counts 600 s, and 30 s of silence."""

READ_SECONDS = 30.0
LEAST_READ = 30 * 1024
"""Bytes that have to be taken of an answer that waits in so many seconds: 1 KB a second is a poor 2G connection."""

KERNEL_KEEPS = 16 * 1024
"""Bytes that aren't sent yet. By itself it takes megabytes, and more only when a third of them are gone: a minute in
which who reads slowly would seem not to read at all.
"""

MOST_HEAD = 32 * 1024
"""Bytes. Tokens are the longest that honest clients send, at most 8 KB."""


class _Counted:
    """A transport, and how many bytes were written to it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.written = 0

    def write(self, data: bytes) -> None:
        """Like the transport's."""
        self.written += len(data)
        self._transport.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class _Read:
    """Gives up who takes too little of what waits for them. `transport` and `loop` are the protocol's."""

    transport: asyncio.Transport
    loop: AbstractEventLoop
    read_seconds = READ_SECONDS
    least_read = LEAST_READ
    _reading: TimerHandle | None = None

    def watch(self) -> None:
        """Look again in a while, as long as something waits."""
        waits = self.transport.get_write_buffer_size()
        if waits and self._reading is None:
            least = min(waits, self.least_read)
            self._reading = self.loop.call_later(self.read_seconds, self._look, self._taken() + least)

    def _look(self, expected: int) -> None:
        self._reading = None
        if self._taken() < expected:
            self.transport.abort()
        else:
            self.watch()

    def _taken(self) -> int:
        """Bytes, since the connection was made. However many were written meanwhile, who reads takes some."""
        transport = cast("_Counted", self.transport)
        return transport.written - int(transport.get_write_buffer_size())

    def unwatch(self) -> None:
        """The connection is lost."""
        if self._reading:
            self._reading.cancel()
            self._reading = None


class Http(_Read, HttpToolsProtocol):
    """HTTP/1.1 with deadlines for the head, the body and the reading of the answer, and a limit on the head."""

    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS
    upload_seconds = UPLOAD_SECONDS
    most_head = MOST_HEAD
    _deadline: TimerHandle | None = None
    _head = 0
    _head_complete = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The first request's head is awaited."""
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, KERNEL_KEEPS)
        super().connection_made(cast("asyncio.Transport", _Counted(transport)))
        self._within(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self._within(None)
        self.unwatch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A head that doesn't end is refused before it is kept whole."""
        super().data_received(data)
        if self.parser is not None and not self._head_complete:
            self._head += len(data)
            if self._head > self.most_head and not self.transport.is_closing():
                self._refuse(b"431 Request Header Fields Too Large")
        elif self._unwatched():
            self._within(self.head_seconds)

    def on_message_begin(self) -> None:
        """A request begins, perhaps on a connection that has answered others."""
        super().on_message_begin()
        self._head, self._head_complete = 0, False
        if self._deadline is None:
            self._within(self.head_seconds)

    def on_headers_complete(self) -> None:
        """Then the body is awaited."""
        self._head_complete = True
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > self.most_head:
            self._refuse(b"431 Request Header Fields Too Large")
            return
        super().on_headers_complete()
        self._within(self.upload_seconds if self.url.partition(b"?")[0] == UPLOADS else self.body_seconds)

    def on_body(self, body: bytes) -> None:
        """Of a request that was refused by its head nothing is kept."""
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """All has arrived."""
        self._within(None)
        if not self.transport.is_closing():
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """What of the answer still waits has to be taken. A stranger who was answered before all was sent has no
        longer than others for the rest; who is known goes on, and then reads why it was refused.
        """
        super().on_response_complete()
        self.watch()
        answered = self.cycle.response_complete and self._head_complete  # what is asked already has its own time
        if self._deadline and answered and KNOWN not in self.cycle.scope:
            self._within(self.body_seconds)

    def handle_websocket_upgrade(self) -> None:
        """From here on the WebSocket's protocol watches."""
        self._within(None)
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        """Much waits to be read."""
        super().pause_writing()
        self.watch()

    def _unwatched(self) -> bool:
        """Whether nothing is answered or awaited: at any byte uvicorn no longer waits for the next request, and an
        empty line begins none. A connection that became a WebSocket is another protocol's.
        """
        answered = self.cycle is not None and self.cycle.response_complete
        awaiting = self._deadline is not None or self.timeout_keep_alive_task is not None
        mine = self.transport.get_protocol() is self and not self.transport.is_closing()
        return answered and not awaiting and mine

    def _within(self, seconds: float | None) -> None:
        if self._deadline:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self.loop.call_later(seconds, self._too_late)

    def _too_late(self) -> None:
        self._deadline = None
        answering = self.cycle is not None and not self.cycle.response_complete
        if self._head_complete or answering:
            self.transport.abort()  # whoever reads the body has said so before, if anybody does
        elif self._head:
            self._refuse(b"408 Request Timeout")
        else:
            self.transport.close()  # opened and never used

    def _refuse(self, status: bytes) -> None:
        self._within(None)
        self.transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        self.transport.close()


class Sockets(_Read, WebSocketsSansIOProtocol):
    """WebSockets that drop who doesn't read."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is awaited any more."""
        self.unwatch()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Much waits to be read."""
        super().pause_writing()
        self.watch()


def protocol(base: type[Any], **seconds: float) -> type[Any]:
    """`Http` or `Sockets` with other times or limits."""
    return type(base.__name__, (base,), seconds)
