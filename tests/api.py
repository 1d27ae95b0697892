"""The api under test: the real application on a real uvicorn, and a client that speaks for any member."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import httpx
from graphql import GraphQLSchema, build_ast_schema, get_named_type, parse
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from kurir_api.app import create_app
from kurir_api.auth import Principal, issue_token
from kurir_api.models import Member
from kurir_api.schema import build_schema
from kurir_api.settings import Settings
from tests.servers import served

PROTOCOL = Subprotocol("graphql-transport-ws")
Caller = Member | Principal | None
Answer = dict[str, Any]


class Api:
    """Asks `url` as members; None asks without a token."""

    def __init__(self, url: str, settings: Settings) -> None:
        self.url = url
        self.settings = settings
        self._http = httpx.AsyncClient(base_url=url, timeout=30)

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: Settings, **options: Any) -> AsyncIterator["Api"]:
        """Serve the application while the block lasts; its database connections are the test's, too."""
        async with served(create_app(settings, **options)) as url, cls.at(url, settings) as api:
            yield api

    @classmethod
    @asynccontextmanager
    async def at(cls, url: str, settings: Settings) -> AsyncIterator["Api"]:
        """Ask an application that somebody else serves, with the same keys, while the block lasts."""
        api = cls(url, settings)
        async with api._http:
            yield api

    def token(self, caller: Member | Principal) -> str:
        """A valid bearer token."""
        return issue_token(self.settings, caller.id if isinstance(caller, Member) else caller.member_id)

    async def post(self, caller: Caller, document: str, **variables: Any) -> httpx.Response:
        """The HTTP response to the document."""
        headers = {} if caller is None else {"Authorization": f"Bearer {self.token(caller)}"}
        body = {"query": document, "variables": variables}
        return await self._http.post("/graphql", json=body, headers=headers)

    async def errors(self, caller: Caller, document: str, **variables: Any) -> list[Answer]:
        """The top-level errors."""
        errors: list[Answer] = (await self.post(caller, document, **variables)).json().get("errors", [])
        return errors

    async def data(self, caller: Caller, document: str, **variables: Any) -> Answer:
        """The data of an answer without errors."""
        body: Answer = (await self.post(caller, document, **variables)).json()
        assert "errors" not in body, body["errors"]
        data: Answer = body["data"]
        return data

    async def do(self, caller: Caller, mutation: str, select: str = "", **values: Any) -> Answer:
        """The result of `mutation(input: values)`: `__typename`, and of a success what `select` says, of a refusal
        all there is, such as its code.
        """
        result: Answer = (await self.data(caller, _document(mutation, select), input=values))["result"]
        return result

    @asynccontextmanager
    async def subscribed(self, caller: Caller, document: str, **variables: Any) -> AsyncIterator["Stream"]:
        """A subscription over a WebSocket of its own, which the server has begun."""
        url = self.url.replace("http", "ws", 1) + "/graphql"
        payload = {} if caller is None else {"Authorization": f"Bearer {self.token(caller)}"}
        async with connect(url, subprotocols=[PROTOCOL]) as socket:
            stream = Stream(socket)
            await stream.say(type="connection_init", payload=payload)
            assert await stream.hear() == {"type": "connection_ack"}
            await stream.say(type="subscribe", id="1", payload={"query": document, "variables": variables})
            # The pong comes after the subscribe message was taken, so what happens next is told.
            await stream.say(type="ping")
            stream.early = [message async for message in stream.until_pong()]
            yield stream


class Stream:
    """What a subscriber hears."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.early: list[Answer] = []

    async def say(self, **message: object) -> None:
        """Send a message."""
        await self._socket.send(json.dumps(message))

    async def hear(self) -> Answer:
        """The next message; one that does not come within 10 seconds fails the test."""
        async with asyncio.timeout(10):
            message: Answer = json.loads(await self._socket.recv())
        return message

    async def until_pong(self) -> AsyncIterator[Answer]:
        """The messages before the pong."""
        while (message := await self.hear())["type"] != "pong":
            yield message

    async def event(self) -> Answer:
        """The data of the next event."""
        message = self.early.pop(0) if self.early else await self.hear()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        data: Answer = message["payload"]["data"]
        return data


DETAILS = {
    "InvalidInput": "fields { path message }",
    "InvalidTransition": "from allowed",
    "NotEligible": "reasons",
    "TaskAlreadyClaimed": "task { number status }",
    "ScheduleConflict": "conflictingTask { number }",
    "CaseAlreadyOpen": "case { number }",
}
"""What refusals say beside code and message."""


@cache
def _schema() -> GraphQLSchema:
    return build_ast_schema(parse(build_schema().as_str()))


def _document(mutation: str, select: str) -> str:
    """The mutation with one `input`, selecting `select` of its success and everything of its refusals."""
    field = _schema().mutation_type.fields[mutation]
    parts = []
    for member in get_named_type(field.type).types:
        if member.name.endswith("Success"):
            parts.append(f"... on {member.name} {{ {select} }}" if select else "")
        else:
            parts.append(f"... on {member.name} {{ code message {DETAILS.get(member.name, '')} }}")
    given = field.args["input"].type
    return f"mutation ($input: {given}) {{ result: {mutation}(input: $input) {{ __typename {' '.join(parts)} }} }}"
