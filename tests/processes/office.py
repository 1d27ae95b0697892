"""Kurir's own programs, over the tests' database."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from kurir_api.settings import Settings
from tests.api import Api
from tests.conftest import PLENTY, SECRETS
from tests.processes import Program, running

KURIR = Path(sys.executable).with_name("kurir")
LISTENING = r"listening\s+url=(http://\S+)"
WORKING = r"\bworking\b"


@dataclass(frozen=True)
class Serving:
    """An api process, and a client of it."""

    program: Program
    api: Api


def environment(settings: Settings, **variables: str) -> dict[str, str]:
    """All of the environment of an office's programs: its database, folder and keys, any free port, and `variables`
    without their prefix: `log_level` is KURIR_LOG_LEVEL.
    """
    values = {
        **SECRETS,
        **{name: str(rate) for name, rate in PLENTY.items()},
        "database_url": settings.database_url or "",
        "data_dir": str(settings.data_dir),
        "port": "0",
        **variables,
    }
    return {f"KURIR_{name.upper()}": value for name, value in values.items()}


@asynccontextmanager
async def serving(settings: Settings, *arguments: str, **variables: str) -> AsyncIterator[Serving]:
    """`kurir serve` in a process of its own while the block lasts, from when it is ready."""
    env = environment(settings, **variables)
    async with (
        running(KURIR, "serve", *arguments, says=LISTENING, env=env, cwd=settings.data_dir) as program,
        Api.at(program.ready[1], settings) as api,
    ):
        async with httpx.AsyncClient(timeout=60) as http:
            # It listens before it answers, so this waits until it does.
            assert (await http.get(f"{api.url}/health/ready")).json() == {"status": "ready"}
        yield Serving(program, api)


@asynccontextmanager
async def working(settings: Settings, **variables: str) -> AsyncIterator[Program]:
    """`kurir worker` in a process of its own while the block lasts."""
    env = environment(settings, **variables)
    async with running(KURIR, "worker", says=WORKING, env=env, cwd=settings.data_dir) as program:
        yield program
