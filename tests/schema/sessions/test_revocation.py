"""How soon it is felt that a session is over."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from time import perf_counter

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from kurir_api.auth import issue_token
from kurir_api.schema.ids import global_id
from kurir_api.services.sessions.granting import begin
from kurir_api.settings import Settings
from tests.api import PROTOCOL, Api, Stream
from tests.conftest import Figures, empty
from tests.factories import make_member


@pytest.fixture
async def watchful(settings: Settings) -> AsyncIterator[Api]:
    """An application that asks each second whether those who listen still may."""
    async with Api.opened(settings.model_copy(update={"recheck_seconds": 1})) as api:
        yield api
        await empty()


async def test_an_ended_session_is_refused_at_once_and_its_sockets_close(watchful: Api, figure: Figures) -> None:
    member = await make_member()
    session_id = (await begin(member, "HP", datetime.now(UTC))).session_id
    token = issue_token(watchful.settings, member.id, session_id=session_id)
    bearer = {"Authorization": f"Bearer {token}"}
    async with (
        connect(watchful.url.replace("http", "ws", 1) + "/graphql", subprotocols=[PROTOCOL]) as socket,
        httpx.AsyncClient(base_url=watchful.url, headers=bearer) as http,
    ):
        stream = Stream(socket)
        await stream.say(type="connection_init", payload=bearer)
        assert await stream.hear() == {"type": "connection_ack"}

        await watchful.do(member, "endSession", sessionId=global_id("Session", session_id))
        began = perf_counter()

        [error] = (await http.post("/graphql", json={"query": "{ me { name } }"})).json()["errors"]
        assert error["extensions"]["code"] == "UNAUTHENTICATED"
        refused_after = perf_counter() - began
        with pytest.raises(ConnectionClosed) as closed:
            await stream.hear()
        closed_after = perf_counter() - began

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403
    assert closed_after < 2
    figure(
        "revocation <= 60 s: HTTP at once, sockets within KURIR_RECHECK_SECONDS (20 at the most)",
        f"refused after {refused_after:.3f} s, its socket closed after {closed_after:.2f} s of a recheck each 1 s",
    )
