"""A network between a program and PostgreSQL that can swallow what is sent through it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit

from kurir_api.settings import Settings


class Network:
    """Passes connections on to the socket of the server. While `swallowing`, nothing arrives, and nobody hears of it;
    a connection that was swallowed from stays silent for good, as behind a router that forgot it.
    """

    def __init__(self, server_url: str) -> None:
        parts = urlsplit(server_url)
        self.database = parts.path.removeprefix("/")
        self.swallowing = False
        self._socket = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"
        self._port = 0
        self._under_way: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Network"]:
        """Takes connections while the block lasts."""
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    def through(self, settings: Settings) -> Settings:
        """The settings of a program that reaches the server by this network."""
        return settings.model_copy(
            update={"database_url": f"asyncpg://postgres@127.0.0.1:{self._port}/{self.database}"}
        )

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._under_way.add(task)
        silent = asyncio.Event()
        if self.swallowing:
            silent.set()
        server_writer = None
        try:
            with suppress(OSError):
                server_reader, server_writer = await asyncio.open_unix_connection(self._socket)
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._pump(reader, server_writer, silent))
                    group.create_task(self._pump(server_reader, writer, silent))
        finally:
            for one in (writer, server_writer):
                if one:
                    one.close()
            self._under_way.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, silent: asyncio.Event) -> None:
        while data := await reader.read(65_536):
            if self.swallowing:
                silent.set()
            if not silent.is_set():
                writer.write(data)
                await writer.drain()
        if not silent.is_set():
            writer.close()
