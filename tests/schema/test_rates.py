"""How often an address and a member may ask, over HTTP and WebSocket alike."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from graphql import OperationDefinitionNode, parse
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from kurir_api.app import create_app
from kurir_api.limiter import Counts, Limiter
from kurir_api.schema.counting import points
from kurir_api.settings import Settings
from tests.api import PROTOCOL, Api
from tests.conftest import empty
from tests.factories import make_member
from tests.servers import served

PAST_A_MINUTE = 1_764_133_220.0
"""Seconds since 1970: 20 past a full minute."""

MUTATION_OF_12 = (
    "mutation { "
    + " ".join(f"m{number}: markNotificationsRead(ids: [])" for number in range(6))
    + " ...more } fragment more on Mutation { "
    + " ".join(f"n{number}: markNotificationsRead(ids: [])" for number in range(6))
    + " }"
)
QUERY_OF_30 = "{ " + " ".join(f"m{number}: __typename" for number in range(30)) + " }"


def test_no_document_counts_more_than_can_be_kept() -> None:
    chain = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(100))
    document = parse(f"{{ ...F0 ...Round }} {chain} fragment F100 on Query {{ me {{ id }} }}")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)

    assert points(document, operation) == 10_000


def test_changes_counts_ten() -> None:
    document = parse("{ a: changes { nextCursor } ...More me { id } } fragment More on Query { changes { hasMore } }")
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)

    assert points(document, operation) == 21


@asynccontextmanager
async def rated(settings: Settings, **rates: int) -> AsyncIterator[Api]:
    """An api with other rates, whose minute doesn't end."""
    office = settings.model_copy(update=rates)
    app = create_app(office)
    async with served(app) as url, Api.at(url, office) as api:

        def clock() -> float:
            return PAST_A_MINUTE

        counts = Counts(office.database_url or "", "secret", clock)
        app.state.services.limiter = Limiter(counts, office, clock)
        yield api
        await counts.close()
        await empty()


@pytest.mark.parametrize("spent", [[MUTATION_OF_12], [QUERY_OF_30] * 2], ids=["12 mutations", "60 queries"])
async def test_a_members_points_are_spent_by_each_field_whatever_it_is_called(
    settings: Settings, spent: list[str]
) -> None:
    async with rated(settings, rate_member=60) as api:
        spender, other = await make_member(locale="en"), await make_member()
        allowed = [await api.post(spender, document) for document in spent]
        refused = await api.post(spender, "{ me { name } }")
        async with api.subscribed(spender, "subscription { myNotifications { kind } }") as stream:
            live = stream.early[0] if stream.early else await stream.hear()
        unmoved = await api.post(other, "{ me { name } }")

    assert {answer.status_code for answer in allowed} == {200}
    assert (refused.status_code, refused.headers["retry-after"], unmoved.status_code) == (429, "40", 200)
    extensions = {"code": "RATE_LIMITED", "retryAfter": 40}
    message = "Too many requests. Try again in 40 seconds."
    assert refused.json() == {"errors": [{"message": message, "extensions": extensions}]}
    assert (live["type"], live["payload"]) == ("error", [{"message": message, "extensions": extensions}])


async def test_what_is_refused_on_a_socket_counts_for_its_address_all_the_same(settings: Settings) -> None:
    async with rated(settings, rate_address=60) as api:
        init = {"Authorization": f"Bearer {api.token(await make_member(locale='en'))}"}
        async with connect(api.url.replace("http", "ws") + "/graphql", subprotocols=[PROTOCOL]) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": init}))
            await socket.recv()
            heard = []
            for _ in range(60):
                await socket.send(
                    json.dumps({"type": "subscribe", "id": "1", "payload": {"query": "{ never closed"}})
                )
                heard.append(json.loads(await socket.recv()))

    codes = [message["payload"][0]["extensions"]["code"] for message in heard]
    assert codes == ["BAD_USER_INPUT"] * 59 + ["RATE_LIMITED"]


async def test_an_address_over_its_rate_is_refused_at_the_door_and_others_are_not(settings: Settings) -> None:
    async with rated(settings, rate_address=60) as api:
        token = f"Bearer {api.token(await make_member())}"
        flood = {"X-Forwarded-For": "2001:db8:7:1::1"}
        neighbour = {"X-Forwarded-For": "2001:db8:7:2::9"}  # of the same site
        other = {"X-Forwarded-For": "192.0.2.1", "Authorization": token}
        async with httpx.AsyncClient(base_url=api.url) as http:
            statuses = {(await http.post("/graphql", headers=flood)).status_code for _ in range(60)}
            refused = await http.post("/graphql", headers={**neighbour, "Accept-Language": "en"})
            page = await http.get("/verify", headers=neighbour)
            healthy = await http.get("/health/live", headers=neighbour)
            unmoved = await http.post("/graphql", headers=other, json={"query": "{ me { name } }"})
        with pytest.raises(InvalidStatus) as no_socket:
            await connect(
                api.url.replace("http", "ws") + "/graphql", subprotocols=[PROTOCOL], additional_headers=neighbour
            )

    assert statuses == {415}
    assert [answer.status_code for answer in (refused, page, healthy, unmoved)] == [429, 429, 200, 200]
    assert (refused.headers["retry-after"], refused.headers["connection"]) == ("40", "close")
    assert refused.json()["errors"][0]["message"] == "Too many requests. Try again in 40 seconds."
    assert no_socket.value.response.status_code == 429
    assert json.loads(no_socket.value.response.body or b"")["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
