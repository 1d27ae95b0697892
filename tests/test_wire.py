"""Deadlines and limits of connections, over raw sockets: who sends slowly or doesn't read is dropped."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from time import monotonic

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from kurir_api.app import server_options
from kurir_api.pages import KNOWN
from kurir_api.settings import Settings
from kurir_api.wire import HEAD_SECONDS, Http, Sockets, protocol
from tests.conftest import Figures

LARGE = b"x" * 20_000_000
HEAD = b"POST /body HTTP/1.1\r\nHost: kurir.example.go.id\r\n"
SOCKET = (
    b"GET /socket HTTP/1.1\r\nHost: kurir.example.go.id\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Ends:
    """What became of those who were answered or sent something."""

    def __init__(self) -> None:
        self.dropped = asyncio.Event()


async def page(_: Request) -> Response:
    return Response(LARGE[:1_000_000])


async def stream(_: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield LARGE[:65_536]

    return StreamingResponse(pieces())


@asynccontextmanager
async def wired(ends: Ends, ping_seconds: float = 20, **seconds: float) -> AsyncIterator[tuple[str, int]]:
    """A server with other deadlines: its address."""

    async def hello(_: Request) -> Response:
        return PlainTextResponse("hello")

    async def body(request: Request) -> Response:
        if request.url.query == "refused":
            request.scope[KNOWN] = True
            return Response(status_code=409)
        with suppress(ClientDisconnect):
            return PlainTextResponse(str(len(await request.body())))
        ends.dropped.set()
        return Response()

    async def large(_: Request) -> Response:
        return Response(LARGE)

    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        with suppress(WebSocketDisconnect, OSError):
            while True:
                await websocket.send_bytes(LARGE[:1_000_000])
        ends.dropped.set()

    async def listen(websocket: WebSocket) -> None:
        await websocket.accept()
        with suppress(WebSocketDisconnect):
            while True:
                await websocket.receive_text()
        ends.dropped.set()

    app = Starlette(
        routes=[
            Route("/", hello),
            *(Route(path, body, methods=["POST"], max_body_size=10**9) for path in ("/body", "/receipts")),
            Route("/large", large),
            Route("/page", page),
            Route("/streamed", stream),
            WebSocketRoute("/socket", talk),
            WebSocketRoute("/listen", listen),
        ]
    )
    reading = {name: value for name, value in seconds.items() if name in ("read_seconds", "least_read")}
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        http=protocol(Http, **seconds),
        ws=protocol(Sockets, **reading),
        ws_max_size=65_536,
        ws_ping_interval=ping_seconds,
        ws_ping_timeout=ping_seconds,
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)  # what waits, waits in the server
        serving = asyncio.create_task(server.serve([listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0)
        try:
            yield listener.getsockname()[:2]
        finally:
            server.should_exit = True
            server.force_exit = True
            await serving


async def answered(address: tuple[str, int], sent: bytes, drip: Callable[[], bytes] | None = None) -> bytes:
    """All that comes back until the server closes; meanwhile bytes drip in."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(sent)

    async def dripping() -> None:
        while drip:
            with suppress(OSError):
                writer.write(drip())
            await asyncio.sleep(0.02)

    drops = asyncio.create_task(dripping())
    heard = b""
    try:
        # What drips in after the end is answered by a reset.
        async with asyncio.timeout(10):
            with suppress(ConnectionResetError):
                while chunk := await reader.read(4096):
                    heard += chunk
        return heard
    finally:
        drops.cancel()
        writer.close()


async def test_a_head_has_its_time_however_it_drips_and_a_connection_that_says_nothing_too(figure: Figures) -> None:
    async with wired(Ends(), head_seconds=0.3) as address:
        began = monotonic()
        dripping, silent = await asyncio.gather(answered(address, HEAD, lambda: b"X: 1\r\n"), answered(address, b""))
        took = monotonic() - began

    assert (dripping[:32], silent) == (b"HTTP/1.1 408 Request Timeout\r\nco", b"")
    assert took < 3
    figure(
        "headers arrive within 10 s, or the connection ends",
        f"set to {HEAD_SECONDS:g} s; at 0.3 s ended at {took:.1f} s",
    )


async def test_the_next_request_of_a_connection_has_its_own_time() -> None:
    async with wired(Ends(), head_seconds=0.3) as address:
        get = b"GET / HTTP/1.1\r\nHost: kurir.example.go.id\r\n"
        answer = await answered(address, get + b"\r\n" + get, lambda: b"X: 1\r\n")

    assert answer.count(b"HTTP/1.1 200 OK") == 1
    assert answer.endswith(b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")


async def test_empty_lines_between_requests_hold_no_connection() -> None:
    async with wired(Ends(), head_seconds=0.3) as address:
        get = b"GET / HTTP/1.1\r\nHost: kurir.example.go.id\r\n\r\n"
        answer = await answered(address, get, lambda: b"\r\n")

    assert answer.count(b"HTTP/1.1 200 OK") == 1


async def test_a_connection_that_was_asked_before_can_become_a_socket() -> None:
    async with wired(Ends(), head_seconds=0.1) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"GET / HTTP/1.1\r\nHost: kurir.example.go.id\r\n\r\n")
        assert b"hello" in await reader.readuntil(b"hello")
        writer.write(SOCKET.replace(b"/socket", b"/listen"))
        assert b"101 Switching Protocols" in await reader.readuntil(b"\r\n\r\n")

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await reader.read(1)  # neither a frame nor an end
        writer.close()


async def test_who_was_answered_before_all_was_sent_has_no_longer_for_the_rest_than_others() -> None:
    length = b"Content-Length: 1000000\r\n\r\n"
    async with wired(Ends(), body_seconds=0.3) as address:
        answer = await answered(address, HEAD.replace(b"POST /body", b"PUT /receipts") + length, lambda: b"x")

    assert b"405 Method Not Allowed" in answer


async def test_who_is_known_may_send_the_rest_of_what_is_refused_and_reads_why() -> None:
    async with wired(Ends(), body_seconds=0.1) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(HEAD.replace(b"/body", b"/receipts?refused") + b"Content-Length: 2\r\n\r\n")
        await asyncio.sleep(0.3)
        writer.write(b"xx" + b"GET / HTTP/1.1\r\nHost: kurir.example.go.id\r\nConnection: close\r\n\r\n")
        answers = await reader.read()
        writer.close()

    assert answers.startswith(b"HTTP/1.1 409 Conflict")
    assert b"HTTP/1.1 200 OK" in answers


@pytest.mark.parametrize("ended", [True, False])
async def test_a_head_larger_than_32_kb_is_refused(ended: bool) -> None:
    async with wired(Ends()) as address:
        refused = await answered(address, HEAD + b"X: " + b"x" * 33_000 + b"\r\n\r\n" * ended)
        taken = await answered(address, HEAD + b"X: " + b"x" * 30_000 + b"\r\nConnection: close\r\n\r\n")

    assert refused.startswith(b"HTTP/1.1 431 ")
    assert taken.startswith(b"HTTP/1.1 200 ")


async def test_a_body_has_its_time_also_where_nobody_reads_it() -> None:
    length = b"Content-Length: 1000000\r\n\r\n"
    ends = Ends()
    async with wired(ends, body_seconds=0.3) as address:
        read, unread = await asyncio.gather(
            answered(address, HEAD + length, lambda: b"x"),
            answered(address, HEAD.replace(b"/body", b"/none") + length, lambda: b"x"),
        )
        async with asyncio.timeout(5):
            await ends.dropped.wait()

    assert b"200 OK" not in read
    assert b"404 Not Found" in unread


async def test_uploads_have_as_long_as_receipts_take() -> None:
    async with wired(Ends(), body_seconds=0.1) as address:
        reader, writer = await asyncio.open_connection(*address)
        writer.write(HEAD.replace(b"/body", b"/receipts") + b"Connection: close\r\nContent-Length: 2\r\n\r\n")
        await asyncio.sleep(0.3)
        writer.write(b"xx")
        answer = await reader.read()
        writer.close()

    assert answer.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("asked", [b"GET /large HTTP/1.1\r\nHost: kurir.example.go.id\r\n\r\n", SOCKET])
async def test_whoever_does_not_read_is_dropped(asked: bytes, figure: Figures) -> None:
    ends = Ends()
    async with wired(ends, read_seconds=0.2) as address:
        loop = asyncio.get_running_loop()
        with socket.socket() as client:
            client.setblocking(False)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            await loop.sock_connect(client, address)
            await loop.sock_sendall(client, asked)
            began = monotonic()
            with suppress(ConnectionError):
                while monotonic() - began < 10:
                    await loop.sock_sendall(client, b"\r\n")  # fails once the server has given up
                    await asyncio.sleep(0.02)
            took = monotonic() - began
        if asked is SOCKET:
            await ends.dropped.wait()
    assert took < 5
    figure(
        f"who doesn't read {'a socket' if asked is SOCKET else 'an answer'} for 30 s is dropped",
        f"at 0.2 s dropped after {took:.1f} s",
    )


async def test_a_socket_that_gives_no_sign_of_life_is_closed(figure: Figures) -> None:
    ends = Ends()
    async with wired(ends, ping_seconds=0.2) as address:
        began = monotonic()
        heard = await answered(address, SOCKET.replace(b"/socket", b"/listen"))
        took = monotonic() - began
        await ends.dropped.wait()

    assert b"\x88\x18\x03\xf3keepalive ping timeout" in heard  # a close frame with 1011
    assert took < 5
    figure("a socket that answers no ping for 20 s is closed", f"at 0.2 s closed after {took:.1f} s, with 1011")


async def test_a_frame_over_64_kb_is_not_even_read() -> None:
    announced = b"\x81\xff" + (65_537).to_bytes(8, "big") + b"mask"
    async with wired(Ends()) as address, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(*address)
        writer.write(SOCKET.replace(b"/socket", b"/listen"))
        await reader.readuntil(b"\r\n\r\n")
        writer.write(announced)
        heard = await reader.read()
        writer.close()

    assert b"\x03\xf1" in heard  # 1009


async def test_whoever_reads_slowly_gets_all() -> None:
    async with wired(Ends(), read_seconds=0.5, least_read=1) as address, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection(*address, limit=4096)
        writer.write(b"GET /large HTTP/1.1\r\nHost: kurir.example.go.id\r\nConnection: close\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        got = 0
        while chunk := await reader.read(2_000_000):
            got += len(chunk)
            if got < 1_000_000:
                await asyncio.sleep(0.05)
        writer.close()

    assert got == len(LARGE)


async def test_whoever_takes_page_after_page_or_a_long_stream_at_their_pace_gets_all() -> None:
    """What waits is as much as before, since more was written meanwhile."""

    async def paged() -> None:
        reader, writer = await asyncio.open_connection(*address, limit=4096)
        for pause in (0, 0.6):
            writer.write(b"GET /page HTTP/1.1\r\nHost: kurir.example.go.id\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(pause)
            await reader.readexactly(1_000_000)
        writer.close()

    async def streamed() -> int:
        reader, writer = await asyncio.open_connection(*address, limit=4096)
        writer.write(b"GET /streamed HTTP/1.1\r\nHost: kurir.example.go.id\r\nConnection: close\r\n\r\n")
        got = 0
        while chunk := await reader.read(65_536):
            got += len(chunk)
            await asyncio.sleep(0.005)
        writer.close()
        return got

    async with wired(Ends(), read_seconds=0.5, least_read=100_000) as address, asyncio.timeout(20):
        _, got = await asyncio.gather(paged(), streamed())

    assert got > 100 * 65_536


def test_every_process_is_served_so(settings: Settings) -> None:
    options = server_options(settings)

    assert (options["http"], options["ws"], options["server_header"]) == (Http, Sockets, False)
    assert (options["ws_max_size"], options["ws_ping_interval"], options["ws_ping_timeout"]) == (65_536, 20, 20)
    assert options["forwarded_allow_ips"] == ["127.0.0.1"]
