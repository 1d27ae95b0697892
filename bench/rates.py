"""What a flood from one address costs the others."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from ipaddress import IPv4Address
from typing import Annotated

import aiohttp

from bench.figures import COLUMNS, measured, table, title
from bench.office import KURIR, ROOT, add_members, opened_office, processes
from kurir_api.auth import issue_token
from kurir_api.models import Member

LIMIT = 60
"""Requests a minute of an address; the quiet member asks from so many that none comes near it."""


async def rates(
    requests: Annotated[int, "how often the quiet member asks"] = 2_000,
    flood: Annotated[int, "requests a second that the flood tries"] = 500,
) -> bool:
    """Ask one api process as a quiet member, without a flood and beside one.

    The ratio's 1 is the quiet member alone. The flood shares the machine's processors with the api and with who asks.
    """
    title("rates", f"{requests:,} requests of a quiet member, beside a flood of {flood:,} a second")
    async with opened_office() as settings:
        await add_members(1)
        member = await Member.get()
        headers = {"Authorization": f"Bearer {issue_token(settings, member.id)}"}
        office = settings.model_copy(update={"rate_address": LIMIT})
        with processes(office, 1, KURIR, "serve") as [url]:
            async with aiohttp.ClientSession(url, headers=headers) as http:
                ask = partial(_ask, http)
                await measured(min(requests, 100), ask)
                alone = await measured(requests, ask)
                async with _flooding(url, flood) as counts:
                    beside = await measured(requests, ask)
    refused, others = counts
    table([COLUMNS, alone.row("alone", to=alone), beside.row("beside the flood", to=alone)])
    table([("refused of the flood", f"{refused:,}"), ("let in", f"{others:,}")])
    return refused > 0


@asynccontextmanager
async def _flooding(url: str, rate: int) -> AsyncIterator[list[int]]:
    """A flood in a process of its own, once it is over its limit; how many are refused, and how many not."""
    command = (sys.executable, "-m", "bench.flood", url.removeprefix("http://"), str(rate))
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    counts = [0, 0]

    async def read(printed: asyncio.StreamReader) -> None:
        async for line in printed:
            counts[:] = map(int, line.split())

    reading = asyncio.create_task(read(process.stdout))
    try:
        async with asyncio.timeout(60):
            while not counts[0]:  # noqa: ASYNC110 - until it prints so
                await asyncio.sleep(0.02)
        yield counts
    finally:
        process.kill()
        await process.wait()
        await reading


async def _ask(http: aiohttp.ClientSession, number: int) -> None:
    address = {"X-Forwarded-For": str(IPv4Address("10.0.0.0") + number // 10)}
    async with http.post("/graphql", json={"query": "{ me { name } }"}, headers=address) as answer:
        if "data" not in await answer.json():
            raise RuntimeError("The quiet member was refused.")
