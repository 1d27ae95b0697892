"""The WebSocket side of the boundary, against a real server and client."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
from strawberry.exceptions import ConnectionRejectionError
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from kurir_api.schema.http import GraphQLView
from tests.conftest import Figures
from tests.schema.toy import PATIENT, Context, toy_app, toy_view
from tests.servers import served

PROTOCOL = Subprotocol("graphql-transport-ws")


@pytest.fixture(scope="module")
async def url() -> AsyncIterator[str]:
    view = toy_view(allowed_origins=["https://kurir.example"])
    async with served(toy_app(view)) as base:
        yield base.replace("http", "ws") + "/graphql"


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[ClientConnection]:
    """A socket that is connected but not yet initialised."""
    async with connect(url, subprotocols=[PROTOCOL], **options) as socket:
        yield socket


async def say(socket: ClientConnection, **message: object) -> None:
    await socket.send(json.dumps(message))


async def hear(socket: ClientConnection) -> dict[str, Any]:
    frame = await socket.recv()
    assert isinstance(frame, str)
    heard: dict[str, Any] = json.loads(frame)
    return heard


@asynccontextmanager
async def initialised(url: str, **payload: object) -> AsyncIterator[ClientConnection]:
    """A socket whose caller was let in."""
    async with opened(url) as socket:
        await say(socket, type="connection_init", payload=payload)
        assert await hear(socket) == {"type": "connection_ack"}
        yield socket


async def subscribe(socket: ClientConnection, id: str, query: str, **payload: object) -> None:
    await say(socket, type="subscribe", id=id, payload={"query": query, **payload})


async def closing(socket: ClientConnection) -> tuple[int, str]:
    """The code and reason with which the server closes."""
    with suppress(ConnectionClosed):
        while True:
            await socket.recv()
    assert socket.close_code is not None
    return socket.close_code, socket.close_reason or ""


async def test_a_subscription_streams_and_completes(url: str) -> None:
    async with initialised(url) as socket:
        await subscribe(socket, "1", "subscription($to:Int!){count(to:$to)}", variables={"to": 2})

        assert [await hear(socket) for _ in range(3)] == [
            {"id": "1", "type": "next", "payload": {"data": {"count": 0}}},
            {"id": "1", "type": "next", "payload": {"data": {"count": 1}}},
            {"id": "1", "type": "complete"},
        ]


async def test_a_missing_or_null_init_payload_is_an_empty_one(url: str) -> None:
    for message in ({"type": "connection_init"}, {"type": "connection_init", "payload": None}):
        async with opened(url) as socket:
            await say(socket, **message)

            assert await hear(socket) == {"type": "connection_ack"}


MALFORMED = {
    "not JSON": "{",
    "nothing": "",
    "NaN": '{"type":"ping","payload":{"n":NaN}}',
    "NUL": '{"type":"ping","payload":{"n":"\\u0000"}}',
    "a lone surrogate": '{"type":"ping","payload":{"n":"\\ud800"}}',
    "a number of 5,000 digits": '{"type":"ping","payload":{"n":' + "9" * 5_000 + "}}",
    "60,000 open brackets": "[" * 60_000,
    "a number": "1",
    "a list": "[]",
    "null": "null",
    "a string": '"x"',
    "no type": "{}",
    "a type that is a number": '{"type":1}',
    "an unknown type": '{"type":"start"}',
    "an unknown type of 1,000 letters": json.dumps({"type": "x" * 1_000}),
    "a payload that is a list": '{"type":"ping","payload":[]}',
    "subscribe without id": '{"type":"subscribe","payload":{"query":"{hello}"}}',
    "subscribe with a number for id": '{"type":"subscribe","id":1,"payload":{"query":"{hello}"}}',
    "subscribe without payload": '{"type":"subscribe","id":"1"}',
    "subscribe without query": '{"type":"subscribe","id":"1","payload":{}}',
    "subscribe with a number for query": '{"type":"subscribe","id":"1","payload":{"query":1}}',
    "subscribe with a list of variables": (
        '{"type":"subscribe","id":"1","payload":{"query":"{hello}","variables":[]}}'
    ),
    "complete without id": '{"type":"complete"}',
    "complete with a list for id": '{"type":"complete","id":[]}',
}


@pytest.mark.parametrize("message", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_message_closes_with_4400(url: str, message: str) -> None:
    async with initialised(url) as socket:
        await socket.send(message)

        assert (await closing(socket))[0] == 4400


async def test_a_malformed_first_message_closes_with_4400(url: str) -> None:
    async with opened(url) as socket:
        await socket.send('{"type":"connection_init","payload":1}')

        assert (await closing(socket))[0] == 4400


async def test_a_binary_message_closes_with_4400(url: str) -> None:
    async with initialised(url) as socket:
        await socket.send(b'{"type":"ping"}')

        assert await closing(socket) == (4400, "WebSocket message type must be text")


async def test_a_message_over_64_kb_closes_with_1009(url: str) -> None:
    async with initialised(url) as socket:
        await socket.send(json.dumps({"type": "ping", "payload": {"n": "é" * 32_768}}, ensure_ascii=False))

        assert await closing(socket) == (1009, "A message may hold 65536 bytes")


async def test_a_message_of_exactly_64_kb_is_read(url: str, figure: Figures) -> None:
    async with initialised(url) as socket:
        message = '{"type":"ping","payload":{"n":"%s"}}'
        await socket.send(message % ("x" * (65_536 - len(message) + 2)))

        assert await hear(socket) == {"type": "pong"}
    figure(
        "WebSocket: init within 10 s, messages of 64 KB at most",
        f"set to {GraphQLView.init_seconds:g} s; one byte more closes with 1009",
    )


async def test_the_twenty_first_operation_is_refused_and_the_twenty_go_on(url: str) -> None:
    async with initialised(url) as socket:
        for number in range(20):
            await subscribe(socket, str(number), "subscription{forever}")
            assert (await hear(socket))["type"] == "next"

        await subscribe(socket, "20", "{hello}")
        refused = await hear(socket)
        await say(socket, type="complete", id="0")
        await subscribe(socket, "20", "{hello}")

        assert refused == {
            "id": "20",
            "type": "error",
            "payload": [
                {
                    "message": "A socket may run 20 operations at a time; complete one first.",
                    "extensions": {"code": "RATE_LIMITED"},
                }
            ],
        }
        assert (await hear(socket))["payload"] == {"data": {"hello": "Halo dunia 1 0.0"}}


async def test_an_id_in_use_closes_with_4409_however_long_it_is(url: str) -> None:
    async with initialised(url) as socket:
        for _ in range(2):
            await subscribe(socket, "é" * 500, "subscription{forever}")

        code, reason = await closing(socket)
        assert code == 4409
        assert reason == "Subscriber for " + "é" * 54


async def test_an_operation_before_init_closes_with_4401(url: str) -> None:
    async with opened(url) as socket:
        await subscribe(socket, "1", "{hello}")

        assert await closing(socket) == (4401, "Unauthorized")


async def test_a_second_init_closes_with_4429(url: str) -> None:
    async with initialised(url) as socket:
        await say(socket, type="connection_init")

        assert await closing(socket) == (4429, "Too many initialisation requests")


async def test_an_owners_eleventh_socket_closes_with_4429_until_another_is_closed(figure: Figures) -> None:
    view = toy_view(caller=lambda context: context.connection_params["token"])
    async with served(toy_app(view)) as base, AsyncExitStack() as stack:
        url = f"ws{base[4:]}/graphql"
        first = await stack.enter_async_context(initialised(url, token="Siti"))
        for _ in range(9):
            await stack.enter_async_context(initialised(url, token="Siti"))
        async with initialised(url, token="Siti") as eleventh, initialised(url, token="Warsito") as others:
            refused = await closing(eleventh)
            await say(others, type="ping")
            assert await hear(others) == {"type": "pong"}
        await first.close()
        async with asyncio.timeout(5):
            while view.sockets["Siti"] > 9:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0)
        async with initialised(url, token="Siti") as again:
            await say(again, type="ping")
            assert await hear(again) == {"type": "pong"}

    assert refused == (4429, "A member may have 10 sockets; close one first")
    figure("WebSocket: at most 10 sockets of a member, each with 20 operations", "the 11th and the 21st are refused")


async def test_a_socket_that_is_never_initialised_closes_with_4408() -> None:
    class Hasty(GraphQLView[Context]):
        init_seconds = 0.01

    async with served(toy_app(toy_view(Hasty))) as base, opened(f"ws{base[4:]}/graphql") as socket:
        assert await closing(socket) == (4408, "Connection initialisation timeout")


async def test_a_caller_that_is_not_signed_in_closes_with_4403(url: str) -> None:
    async with opened(url) as socket:
        await say(socket, type="connection_init", payload={"token": "bad"})

        assert await closing(socket) == (4403, "Forbidden")


async def test_a_fault_at_init_closes_with_4500_and_a_reference(url: str) -> None:
    async with opened(url) as socket:
        with capture_logs() as logs:
            await say(socket, type="connection_init", payload={"token": "fault"})
            closed = await closing(socket)

        assert closed == (4500, f"Internal error, reference {logs[0]['reference']}")
        assert PATIENT not in repr(logs)


async def test_a_token_that_is_revoked_closes_an_open_socket_with_4403() -> None:
    class Watchful(GraphQLView[Context]):
        recheck_seconds = 0.01

    asked: list[str] = []

    async def revoked_at_the_third_look(context: Context) -> None:
        asked.append(context.connection_params["token"])
        if len(asked) == 2:
            raise RuntimeError(PATIENT)  # a fault of ours in between must not sign anybody out
        if len(asked) == 3:
            raise ConnectionRejectionError

    view = toy_view(Watchful, on_connect=revoked_at_the_third_look)
    with capture_logs() as logs:
        async with served(toy_app(view)) as base, initialised(f"ws{base[4:]}/graphql", token="mine") as socket:
            await subscribe(socket, "1", "subscription{forever}")
            closed = await closing(socket)

    assert closed == (4403, "Forbidden")
    assert asked == ["mine", "mine", "mine"]
    assert [line["event"] for line in logs] == ["fault"]


async def test_operations_end_when_their_socket_closes() -> None:
    context = Context()

    async def the_context(connection: object) -> Context:
        return context

    async with served(toy_app(toy_view(make_context=the_context))) as base:
        async with initialised(f"ws{base[4:]}/graphql") as socket:
            await subscribe(socket, "1", "subscription{forever}")
            await hear(socket)
        await asyncio.wait_for(context.ended.wait(), 5)


@pytest.mark.parametrize("protocols", [["graphql-ws"], ["soap"], None])
async def test_only_graphql_transport_ws_is_spoken(url: str, protocols: list[Subprotocol] | None) -> None:
    async with connect(url, subprotocols=protocols) as socket:
        assert await closing(socket) == (4406, "Subprotocol not acceptable")


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://kurir.example"])
async def test_a_page_from_elsewhere_cannot_open_a_socket(url: str, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(url, origin=Origin(origin)):
            pass

    assert refused.value.response.status_code == 403


async def test_pages_of_this_host_and_of_listed_origins_can_open_a_socket(url: str) -> None:
    own = Origin(url.replace("ws", "http").removesuffix("/graphql"))
    for origin in (own, Origin("https://kurir.example")):
        async with opened(url, origin=origin) as socket:
            assert socket.subprotocol == PROTOCOL


async def test_a_document_that_does_not_parse_ends_its_operation_only(url: str) -> None:
    async with initialised(url) as socket:
        await subscribe(socket, "1", "{" + "é" * 500)
        refused = await hear(socket)
        await say(socket, type="ping")

        assert (refused["id"], refused["type"]) == ("1", "error")
        assert refused["payload"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
        assert await hear(socket) == {"type": "pong"}


@pytest.mark.parametrize("query", ["", "{nothing}", "{" + "hello " * 1_000 + "}"])
async def test_a_refused_document_is_an_error_with_a_code(url: str, query: str) -> None:
    async with initialised(url) as socket:
        await subscribe(socket, "1", query)
        refused = await hear(socket)

    assert refused["type"] == "error"
    assert refused["payload"][0]["extensions"]["code"] == "BAD_USER_INPUT"
