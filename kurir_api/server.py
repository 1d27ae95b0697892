"""uvicorn as Kurir runs it: on a socket of our own, in an event loop with other work, ended by SIGINT or SIGTERM."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from kurir_api.app import server_options
from kurir_api.settings import Settings, SettingsError


class Server(uvicorn.Server):
    """Serves one application until a signal, or `should_exit`, ends it; then what else runs in the loop can end.

    uvicorn's own handling raises the signal again when it is done, which would end the process before that.
    """

    def __init__(self, app: Starlette, settings: Settings) -> None:
        super().__init__(uvicorn.Config(app, lifespan="on", **server_options(settings)))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let the event loop hear the signals."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    async def until_started(self) -> None:
        """Wait until requests are answered."""
        while not self.started:  # noqa: ASYNC110 - uvicorn has no event
            await asyncio.sleep(0.01)


@contextmanager
def listening(settings: Settings, *, any_port: bool = False) -> Iterator[socket.socket]:
    """The socket at KURIR_HOST and KURIR_PORT, or at any free port. Raises SettingsError when it is taken."""
    address = (settings.host, 0 if any_port else settings.port)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server(address, family=family)
    except OSError as error:
        raise SettingsError(
            f"KURIR_PORT: can't listen on {settings.host}, port {settings.port} ({error.strerror}); stop what "
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
