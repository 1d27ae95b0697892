"""Real servers for tests: what an in-process client can't show, such as broken frames and closed sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from kurir_api.app import IDLE_SECONDS
from kurir_api.wire import Http, Sockets


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """Serve `app` with uvicorn in this event loop, on a free port, its lifespan included.

    Yields the base URL, "http://127.0.0.1:PORT"; open sockets are closed when the block ends.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        # As kurir_api.server does; without it every answer waits 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Connections stay open longer than clients keep them, so that no client meets one that is being closed.
        config = uvicorn.Config(
            app, lifespan="on", log_config=None, timeout_keep_alive=IDLE_SECONDS, http=Http, ws=Sockets
        )
        server = uvicorn.Server(config)

        async def serve() -> None:
            try:
                await server.serve([listener])
            except SystemExit as error:
                raise RuntimeError("The application's lifespan did not start.") from error

        serving = asyncio.create_task(serve())
        try:
            while not server.started and not serving.done():  # noqa: ASYNC110  # uvicorn has no event
                await asyncio.sleep(0)
            if not serving.done():
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving
