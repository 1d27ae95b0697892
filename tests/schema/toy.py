"""A small schema with everything the surface has to withstand, and an application that serves it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from strawberry import relay

from kurir_api.errors import Unauthenticated
from kurir_api.schema.http import GraphQLView
from kurir_api.schema.limits import hardening
from kurir_api.schema.masking import KurirSchema

PATIENT = "Ibu Rahayu 3302"  # what no answer and no log line may hold


@dataclass
class Context:
    """What a resolver knows of its caller."""

    locale: str = "id"
    connection_params: dict[str, Any] = field(default_factory=dict)
    ended: asyncio.Event = field(default_factory=asyncio.Event)  # set when the subscription `forever` is over


@strawberry.type
class Person:
    """A node with relations to itself."""

    name: str = "Siti"

    @strawberry.field
    def friend(self) -> "Person":
        return Person()

    @strawberry.field
    def friends(self, first: int | None = 20) -> "list[Person]":
        del first
        return []

    @strawberry.field
    def all_friends(self, first: int | None = None) -> "list[Person]":
        del first
        return []


@strawberry.type
class Query:
    """Reads."""

    @strawberry.field
    def hello(self, name: str = "dunia", times: int = 1, at: float = 0.0) -> str:
        return f"Halo {name} {times} {at}"

    @strawberry.field
    def person(self) -> Person:
        return Person()

    @strawberry.field
    def nodes(self, ids: list[strawberry.ID]) -> list[Person]:
        return [Person() for _ in ids]

    @strawberry.field
    def by_id(self, id: relay.GlobalID) -> str:
        return id.node_id

    @strawberry.field
    def fault(self) -> str | None:
        raise RuntimeError(PATIENT)

    @strawberry.field
    def hard_fault(self) -> str:
        raise RuntimeError(PATIENT)

    @strawberry.field
    def unserializable(self) -> int | None:
        return PATIENT  # type: ignore[return-value]

    @strawberry.field
    def secret(self) -> str | None:
        raise Unauthenticated

    @strawberry.field
    def everybody(self) -> list[str | None]:
        return [None]


@strawberry.type
class Mutation:
    """Writes."""

    @strawberry.mutation
    def write(self) -> bool:
        return True


@strawberry.type
class Subscription:
    """Live."""

    @strawberry.subscription
    async def count(self, to: int) -> AsyncIterator[int]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def forever(self, info: strawberry.Info[Context, None]) -> AsyncIterator[int]:
        try:
            yield 0
            await asyncio.Event().wait()
        finally:
            info.context.ended.set()

    @strawberry.subscription
    async def fault_midway(self) -> AsyncIterator[int]:
        yield 0
        raise RuntimeError(PATIENT)

    @strawberry.subscription
    async def secret(self) -> AsyncIterator[int]:
        raise Unauthenticated
        yield 0


def toy_schema() -> KurirSchema:
    """The schema, hardened."""
    return KurirSchema(Query, Mutation, Subscription, extensions=hardening())


async def make_context(connection: Request | WebSocket) -> Context:
    """A caller; the header `x-token` decides how well that goes."""
    token = connection.headers.get("x-token")
    if token == "bad":
        raise Unauthenticated
    if token == "fault":
        raise RuntimeError(PATIENT)
    return Context("en" if connection.headers.get("accept-language") == "en" else "id")


async def on_connect(context: Context) -> None:
    """Let everybody in but the token "bad"; "fault" is a fault of ours."""
    token = context.connection_params.get("token")
    if token == "bad":
        raise Unauthenticated
    if token == "fault":
        raise RuntimeError(PATIENT)


def toy_view(view: type[GraphQLView[Context]] = GraphQLView, **options: Any) -> GraphQLView[Context]:
    """The view over the toy schema, in development unless told."""
    given = {"make_context": make_context, "on_connect": on_connect, "production": False, **options}
    return view(toy_schema(), **given)


def toy_app(view: GraphQLView[Context]) -> Starlette:
    """An application that serves the view as Kurir's does."""
    return Starlette(
        routes=[
            Route("/graphql", view, max_body_size=1024 * 1024),
            WebSocketRoute("/graphql", view),
        ],
        max_body_size=256 * 1024,
    )
