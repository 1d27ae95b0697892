"""`kurir demo`: the api and a worker in one process, over invented data."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from kurir_api.app import create_app
from kurir_api.auth import issue_token
from kurir_api.database import connected, database_url, migrate
from kurir_api.demo.greeting import greeting
from kurir_api.demo.load import Demo, Tokens, load, refuse_production
from kurir_api.demo.telling import Say
from kurir_api.demo.walk import play
from kurir_api.dispatch.senders import PushSender
from kurir_api.server import Server, base_url, listening
from kurir_api.settings import Settings
from kurir_api.vault import open_vault
from kurir_api.worker import equipped

TOKEN_MINUTES = 12 * 60
"""A day's work at trying it out."""


async def run_demo(settings: Settings, sender: PushSender, say: Say) -> None:
    """Serve until stopped by a signal. Raises SettingsError."""

    async def greet(demo: Demo, url: str, tokens: Tokens) -> None:
        say(greeting(demo, url, tokens))
        await asyncio.Event().wait()

    await _run(settings, sender, greet, any_port=False)


async def run_walk(settings: Settings, sender: PushSender, say: Say) -> None:
    """Serve on any free port while the main job is played once. Raises SettingsError, WalkFailed."""

    async def walk(demo: Demo, url: str, tokens: Tokens) -> None:
        await play(url, demo, tokens, say)

    await _run(settings, sender, walk, any_port=True)


async def _run(
    settings: Settings,
    sender: PushSender,
    act: Callable[[Demo, str, Tokens], Awaitable[None]],
    *,
    any_port: bool,
) -> None:
    """Serve until `act` is done or a signal comes, whichever is first."""
    settings = settings.model_copy(update={"token_minutes": max(settings.token_minutes, TOKEN_MINUTES)})
    with listening(settings, any_port=any_port) as listener:
        demo = await _loaded(settings)

        def token(member_id: UUID) -> str:
            return issue_token(settings, member_id)

        async def coordinators_token() -> str:
            return token(demo.coordinator.id)

        server = Server(create_app(settings, graphiql_token=coordinators_token), settings)

        async def act_and_stop() -> None:
            await server.until_started()
            try:
                await act(demo, base_url(listener), token)
            finally:
                server.should_exit = True

        async with _working(settings, sender):
            acting = asyncio.create_task(act_and_stop())
            await server.serve([listener])
            acting.cancel()
            await asyncio.wait([acting])
        if not acting.cancelled():
            acting.result()


async def _loaded(settings: Settings) -> Demo:
    refuse_production(settings)  # before anything is touched, also by migrations
    url = database_url(settings)
    await migrate(url)
    open_vault(settings)
    async with connected(url, minsize=1, maxsize=1):
        return await load(settings)


@asynccontextmanager
async def _working(settings: Settings, sender: PushSender) -> AsyncIterator[None]:
    """A worker beside what the block does; it finishes what it has begun."""
    stop = asyncio.Event()
    async with equipped(settings, sender) as worker:
        working = asyncio.create_task(worker.run(stop))
        try:
            yield
        finally:
            stop.set()
            await working
