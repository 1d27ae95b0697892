"""Programs of an office that die and come back at the same place, and clients that don't give up."""

import asyncio
import os
import random
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from kurir_api.database import EmbeddedPostgres, migrate
from kurir_api.models import Member, Notification
from kurir_api.settings import Settings, SettingsError, load_settings
from kurir_api.vault import open_vault
from tests.api import Answer, Api
from tests.conftest import SECRETS
from tests.processes import Program, running
from tests.processes.office import KURIR, LISTENING, WORKING, environment

PLENTY = {"rate_address": "10000000", "rate_member": "10000000"}
"""How often one may ask is not what the drills are about."""

RETRY_SECONDS = 0.05


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Mortal:
    """A program of Kurir's that is killed now and then, and started again at once, while its block lasts; as often as
    it takes, as a service manager does, while PostgreSQL isn't there.

    `starts`: the seconds from each start until it answered, or worked. `gave_up`: how often it ended by itself.
    """

    def __init__(self, name: str, settings: Settings, port: int = 0, **variables: str) -> None:
        self.name = name
        self.starts: list[float] = []
        self.gave_up = 0
        self._env = environment(settings, **PLENTY | {"port": str(port), "log_level": "WARNING"} | variables)
        self._env |= {key: value for key, value in os.environ.items() if key == "PATH"}
        self._folder: Path = settings.data_dir
        self._says = LISTENING if name == "serve" else WORKING
        self._url = f"http://127.0.0.1:{port}"
        self._program: Program | None = None
        self._alive = asyncio.Event()

    @asynccontextmanager
    async def living(self) -> AsyncIterator["Mortal"]:
        """Alive while the block lasts, but for when it is killed; from its first answer."""
        task = asyncio.create_task(self._live())
        try:
            await self.alive()
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def alive(self) -> None:
        """Wait until it answers."""
        async with asyncio.timeout(60):
            await self._alive.wait()

    async def kill(self) -> None:
        """SIGKILL, once it lives."""
        await self.alive()
        assert self._program
        self._alive.clear()
        self._program.send(signal.SIGKILL)

    @property
    def printed(self) -> str:
        """All that the present one said."""
        return self._program.printed if self._program else ""

    async def _live(self) -> None:
        # At the level of warnings it doesn't say that it is ready.
        env = self._env | {"KURIR_LOG_LEVEL": "INFO"}
        while True:
            began = time.monotonic()
            try:
                async with running(KURIR, self.name, says=self._says, env=env, cwd=self._folder) as self._program:
                    if self.name == "serve":
                        await _first_answer(self._url)
                    self.starts.append(time.monotonic() - began)
                    self._alive.set()
                    code = await self._program.end(within=None)
                    self._alive.clear()
                self.gave_up += code != -signal.SIGKILL
            except RuntimeError:
                self.gave_up += 1
                await asyncio.sleep(RETRY_SECONDS)


async def _first_answer(url: str) -> None:
    async with asyncio.timeout(60), httpx.AsyncClient(base_url=url) as http:
        while True:
            try:
                if (await http.get("/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(RETRY_SECONDS)


async def insist(api: Api, caller: Member, mutation: str, select: str = "", **values: object) -> Answer:
    """The answer, asked for under one idempotency key until there is one, as the apps do."""
    async with asyncio.timeout(120):
        while True:
            try:
                return await api.do(caller, mutation, select, **values)
            except (httpx.TransportError, AssertionError, ValueError, KeyError):
                await asyncio.sleep(RETRY_SECONDS * (1 + random.random()))


async def until_sent(notification: Notification) -> float:
    """The seconds until it is."""
    began = time.monotonic()
    async with asyncio.timeout(90):
        while not await Notification.filter(id=notification.id, sent_at__isnull=False).exists():  # noqa: ASYNC110
            await asyncio.sleep(RETRY_SECONDS)
    return time.monotonic() - began


@asynccontextmanager
async def own_postgres() -> AsyncIterator[tuple[EmbeddedPostgres, Settings]]:
    """A durable PostgreSQL that may be stopped and killed, its tables made, and the settings of an office over it."""
    with TemporaryDirectory(prefix="kurir-faults-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", durable=True)
        server.start()
        try:
            await migrate(server.url())
            data = Path(folder) / "data"
            data.mkdir()
            settings = load_settings(database_url=server.url(), data_dir=data, **SECRETS)
            open_vault(settings)
            yield server, settings
        finally:
            server.stop()


def kill_postgres(server: EmbeddedPostgres) -> None:
    """As a machine's lack of memory does it: the first process of the server only, and at once."""
    pid = int((server.folder / "postmaster.pid").read_text().split("\n", 1)[0])
    os.kill(pid, signal.SIGKILL)


def start_postgres(server: EmbeddedPostgres) -> None:
    """Start it again, once its other processes have noticed."""
    for _ in range(20):
        try:
            server.start()
        except SettingsError:
            time.sleep(0.5)
        else:
            return
    raise RuntimeError("It doesn't start again.")
