"""uvicorn as Kurir runs it: on a socket of our own, in this process or in several, ended by SIGINT or SIGTERM."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from kurir_api.app import server_options
from kurir_api.settings import Settings, SettingsError
from kurir_api.telemetry.metrics import shared_by_processes

SILENT_SECONDS = 30
"""A process that is silent for so long has hung. One that starts is silent, too: for seconds on a busy machine."""


class Server(uvicorn.Server):
    """Serves one application until a signal, or `should_exit`, ends it; then what else runs in the loop can end.

    uvicorn's own handling raises the signal again when it is done, which would end the process before that.
    """

    def __init__(self, app: Starlette, settings: Settings) -> None:
        super().__init__(uvicorn.Config(app, lifespan="on", **server_options(settings)))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let the event loop hear the signals; afterwards they do again what they did before."""
        loop = asyncio.get_running_loop()
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        for number in before:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number, handler in before.items():
                loop.remove_signal_handler(number)
                signal.signal(number, handler)

    async def until_started(self) -> None:
        """Wait until requests are answered."""
        while not self.started:  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0.01)


def serve_in_processes(listener: socket.socket, settings: Settings, count: int) -> None:
    """Serve the application of the environment's settings in so many processes, until a signal ends them all.

    One that dies is replaced.
    """
    config = uvicorn.Config(
        "kurir_api.app:from_environment",
        factory=True,
        workers=count,
        lifespan="on",
        timeout_worker_healthcheck=SILENT_SECONDS,
        **server_options(settings),
    )
    with shared_by_processes():
        Multiprocess(config, sockets=[listener]).run()


@contextmanager
def listening(settings: Settings, *, any_port: bool = False) -> Iterator[socket.socket]:
    """The socket at KURIR_HOST and KURIR_PORT, or at any free port. Raises SettingsError when it is taken."""
    address = (settings.host, 0 if any_port else settings.port)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server(address, family=family)
    except OSError as error:
        why = (error.strerror or type(error).__name__).partition(" (")[0]  # Python repeats the address in brackets
        raise SettingsError(
            f"KURIR_PORT: can't listen on {settings.host}, port {settings.port} ({why}); stop what "
            "listens there, or set KURIR_PORT (and KURIR_HOST) to another"
        ) from error
    with listener:
        # asyncio sets this only on sockets made with the protocol's number; without it every answer waits 40 ms for
        # the client to acknowledge the headers.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener


def base_url(listener: socket.socket) -> str:
    """The URL of a listening socket, as one types it on this machine."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{host}:{port}"
