"""A flood from one address: it is refused, and what others wait for does not move."""

import asyncio
import statistics
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter

import httpx

from kurir_api.database import connected
from kurir_api.settings import Settings
from tests.api import Api
from tests.conftest import Figures, empty
from tests.factories import make_member
from tests.processes.office import serving

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def flooding(url: str, rate: int) -> AsyncIterator[list[str]]:
    """A flood in a process of its own; what it printed last, once it is over."""
    command = (sys.executable, "-m", "bench.flood", url.removeprefix("http://"), str(rate))
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    last: list[str] = []

    async def read(printed: asyncio.StreamReader) -> None:
        async for line in printed:
            last[:] = line.decode().split()

    reading = asyncio.create_task(read(process.stdout))
    try:
        yield last
    finally:
        process.kill()
        await process.wait()
        await reading


@asynccontextmanager
async def few_a_minute(settings: Settings, full: bool) -> AsyncIterator[Api]:
    """An api that lets an address ask 60 times a minute, in a process of its own when there is time."""
    if full:
        async with connected(settings.database_url or ""), serving(settings, rate_address="60") as process:
            yield process.api
            await empty()
    else:
        async with Api.opened(settings.model_copy(update={"rate_address": 60})) as api:
            yield api
            await empty()


async def test_other_peoples_latency_does_not_move(settings: Settings, figure: Figures, full: bool) -> None:
    asks, rate = (1_000, 200) if full else (50, 50)
    async with few_a_minute(settings, full) as api, httpx.AsyncClient(base_url=api.url) as http:
        headers = {"Authorization": f"Bearer {api.token(await make_member())}"}

        async def waits(addresses: str) -> list[float]:
            taken = []
            for number in range(asks):
                began = perf_counter()
                # A neighbourhood of quiet people: none of them comes near the limit.
                quiet = {**headers, "X-Forwarded-For": f"{addresses}.{number // 50}"}
                answer = await http.post("/graphql", json={"query": "{ me { name } }"}, headers=quiet)
                taken.append(perf_counter() - began)
                assert answer.status_code == 200
            return sorted(taken)

        await waits("192.0.2")
        alone = await waits("203.0.113")
        async with flooding(api.url, rate) as counted:
            async with asyncio.timeout(30):
                while int((counted or ["0"])[0]) == 0:  # noqa: ASYNC110 - until the flood is over its limit
                    await asyncio.sleep(0.05)
            beside = await waits("203.0.114")
            refused, others = map(int, counted)

    ratio = statistics.median(beside) / statistics.median(alone)
    assert 60 <= others <= 120  # a minute may have ended
    assert refused > 0
    assert ratio < 5
    p99 = [taken[asks * 99 // 100] * 1000 for taken in (alone, beside)]
    figure(
        "rates: other people's latency does not move in a flood",
        f"median {statistics.median(alone) * 1000:.1f} ms alone, {statistics.median(beside) * 1000:.1f} ms beside"
        f" (ratio {ratio:.2f}), p99 {p99[0]:.1f} and {p99[1]:.1f} ms; {refused} of the flood refused",
    )
