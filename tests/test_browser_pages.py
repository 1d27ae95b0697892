"""Which web pages may call the api from a browser: this host's own, and those that the settings list."""

from collections.abc import AsyncIterator

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from kurir_api.app import create_app
from kurir_api.settings import Settings
from tests.api import PROTOCOL
from tests.servers import served

CONSOLE = "https://konsol.example.go.id"
STRANGER = "https://konsol.example.com"
ALLOWS = "access-control-allow-origin"


@pytest.fixture
async def http(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an api with a console elsewhere."""
    app = create_app(settings.model_copy(update={"allowed_origins": (CONSOLE,)}))
    async with served(app) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


async def preflight(http: httpx.AsyncClient, origin: str, method: str = "POST") -> httpx.Response:
    """What a browser asks before it sends a page's question."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return await http.options("/graphql", headers=headers)


async def test_a_listed_page_may_post_with_a_token(http: httpx.AsyncClient) -> None:
    answer = await preflight(http, CONSOLE)

    assert (answer.status_code, answer.headers[ALLOWS], answer.headers["access-control-allow-methods"]) == (
        200,
        CONSOLE,
        "POST",
    )
    assert {"Authorization", "Content-Type"} <= set(answer.headers["access-control-allow-headers"].split(", "))


async def test_a_listed_page_may_read_the_answer(http: httpx.AsyncClient) -> None:
    answer = await http.post("/graphql", json={"query": "{ __typename }"}, headers={"Origin": CONSOLE})

    assert (answer.json(), answer.headers[ALLOWS]) == ({"data": {"__typename": "Query"}}, CONSOLE)
    assert "Origin" in answer.headers["vary"]


async def test_another_page_may_neither_ask_nor_read(http: httpx.AsyncClient) -> None:
    asked = await preflight(http, STRANGER)
    answer = await http.post("/graphql", json={"query": "{ __typename }"}, headers={"Origin": STRANGER})

    assert asked.status_code == 400
    assert ALLOWS not in asked.headers
    assert ALLOWS not in answer.headers


async def test_a_listed_page_may_do_no_more_than_post(http: httpx.AsyncClient) -> None:
    assert (await preflight(http, CONSOLE, "DELETE")).status_code == 400


async def test_a_listed_page_may_open_a_socket_and_another_may_not(http: httpx.AsyncClient) -> None:
    url = str(http.base_url.copy_with(scheme="ws", path="/graphql"))

    async with connect(url, subprotocols=[PROTOCOL], origin=Origin(CONSOLE)) as socket:
        assert socket.subprotocol == PROTOCOL
    with pytest.raises(InvalidStatus) as refusal:
        await connect(url, subprotocols=[PROTOCOL], origin=Origin(STRANGER))
    assert refusal.value.response.status_code == 403


async def test_without_the_setting_no_page_of_another_host_may_read(settings: Settings) -> None:
    async with served(create_app(settings)) as url, httpx.AsyncClient(base_url=url) as client:
        answer = await client.post("/graphql", json={"query": "{ __typename }"}, headers={"Origin": CONSOLE})

    assert ALLOWS not in answer.headers
