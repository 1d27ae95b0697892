"""uvicorn as Kurir runs it: the socket it is given, and the signals that end it and nothing else."""

import asyncio
import errno
import os
import signal
import socket

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kurir_api.server import Server, base_url, listening
from kurir_api.settings import Settings, SettingsError


async def hello(_: Request) -> Response:
    """Answers at once."""
    return PlainTextResponse("hello")


def office(settings: Settings, **changed: object) -> Settings:
    """The settings with others changed; any free port unless one is given."""
    return settings.model_copy(update={"port": 0} | changed)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_server_and_not_the_process(settings: Settings, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with listening(office(settings)) as listener:
        server = Server(Starlette(routes=[Route("/", hello)]), office(settings))
        serving = asyncio.create_task(server.serve([listener]))
        await server.until_started()
        async with httpx.AsyncClient(base_url=base_url(listener)) as http:
            assert (await http.get("/")).text == "hello"
        os.kill(os.getpid(), number)
        await serving

    assert signal.getsignal(number) is before


def test_a_taken_port_is_told_with_the_settings_to_change(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError) as refused, listening(office(settings, port=port)):
            pytest.fail("listens twice")
    assert str(refused.value) == (
        f"KURIR_PORT: can't listen on 127.0.0.1, port {port} ({os.strerror(errno.EADDRINUSE)}); "
        "stop what listens there, or set KURIR_PORT (and KURIR_HOST) to another"
    )


def test_an_address_of_another_machine_is_told_with_the_settings_to_change(settings: Settings) -> None:
    with pytest.raises(SettingsError) as refused, listening(office(settings, host="192.0.2.1")):
        pytest.fail("listens at another machine's address")
    why = os.strerror(errno.EADDRNOTAVAIL)
    assert str(refused.value).startswith(f"KURIR_PORT: can't listen on 192.0.2.1, port 0 ({why})")
    assert "KURIR_HOST" in str(refused.value)


def test_any_port_will_do_though_the_usual_one_is_taken(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with listening(office(settings, port=port), any_port=True) as listener:
            assert listener.getsockname()[1] != port


def test_answers_leave_at_once(settings: Settings) -> None:
    with listening(office(settings)) as listener:
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1"),
        ("0.0.0.0", "http://127.0.0.1"),  # noqa: S104 - shown as one types it
        ("::1", "http://[::1]"),
        ("::", "http://[::1]"),
    ],
)
def test_a_url_is_what_one_types_on_this_machine(settings: Settings, host: str, shown: str) -> None:
    with listening(office(settings, host=host)) as listener:
        assert base_url(listener) == f"{shown}:{listener.getsockname()[1]}"
