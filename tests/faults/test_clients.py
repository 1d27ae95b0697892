"""What somebody does to the api that others must not feel: slow clients, idle sockets, a disk that is full."""

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import psutil
import pytest

from kurir_api.models import Member, Receipt
from kurir_api.settings import Settings
from tests.api import Api
from tests.conftest import Figures
from tests.factories import make_member
from tests.faults.office import PLENTY
from tests.files.pictures import jpeg
from tests.files.sending import Phone
from tests.processes.office import Serving, serving

pytestmark = pytest.mark.usefixtures("db")
ME = "{ me { name } }"
SOCKETS, SLOW = 500, 30
MOST_RATIO = 3.0


@pytest.fixture(scope="module")
async def process(settings: Settings) -> AsyncIterator[Serving]:
    """An api that these drills share."""
    async with serving(settings, **PLENTY) as one:
        yield one


async def p99(api: Api, member: Member, times: int) -> float:
    """Of the seconds that somebody waits who asks properly, one question after another."""
    waited = []
    for _ in range(times):
        began = time.monotonic()
        assert "errors" not in await api.data(member, ME)
        waited.append(time.monotonic() - began)
    return statistics.quantiles(waited, n=100)[98]


@asynccontextmanager
async def beset(api: Api, member: Member) -> AsyncIterator[None]:
    """500 sockets that say nothing, 30 bodies that come a byte at a time, 30 answers that are read so."""
    host, port = urlsplit(api.url).hostname, urlsplit(api.url).port
    body = json.dumps(
        {"query": "{ taskKinds { code } " + " ".join(f"a{n}: taskKinds {{ code }}" for n in range(9)) + "}"}
    ).encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {api.token(member)}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    writers = []

    async def send_slowly() -> None:
        _, writer = await asyncio.open_connection(host, port)
        writers.append(writer)
        writer.write(head)
        for byte in body:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.2)

    async def read_slowly() -> None:
        reader, writer = await asyncio.open_connection(host, port, limit=64)
        writers.append(writer)
        writer.write(head + body)
        while await reader.read(1):  # noqa: ASYNC110
            await asyncio.sleep(0.2)

    idle = [await asyncio.open_connection(host, port) for _ in range(SOCKETS)]
    writers += [writer for _, writer in idle]
    tasks = [asyncio.create_task(work()) for work in (send_slowly, read_slowly) for _ in range(SLOW)]
    await asyncio.sleep(0.5)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()


async def test_slow_clients_and_idle_sockets_are_not_felt_by_others(
    process: Serving, full: bool, figure: Figures
) -> None:
    member, slow = await make_member(), await make_member()
    times = 500 if full else 100
    await p99(process.api, member, 20)
    alone = await p99(process.api, member, times)
    async with beset(process.api, slow):
        among = await p99(process.api, member, times)

    figure(
        f"{SOCKETS} idle sockets and {2 * SLOW} slow clients: others' p99 at most {MOST_RATIO:g} times as long",
        f"{alone * 1000:.0f} ms alone, {among * 1000:.0f} ms among them, {among / alone:.1f} times",
    )
    assert among <= max(MOST_RATIO * alone, 0.1)


async def test_a_full_disk_is_said_in_words_leaves_nothing_half_and_passes(
    process: Serving, settings: Settings, figure: Figures
) -> None:
    member, photo = await make_member(), jpeg()
    program = psutil.Process(process.program.pid)
    kept = settings.data_dir / "files"
    before = {path for path in kept.rglob("*") if path.is_file()}
    _, most = program.rlimit(psutil.RLIMIT_FSIZE)
    async with Phone.of(process.api, member) as phone:
        # As good as full: no file may become larger than this.
        program.rlimit(psutil.RLIMIT_FSIZE, (512, most))
        refused = await phone.send(photo)
        others = await process.api.data(member, ME)
        nothing = ({path for path in kept.rglob("*") if path.is_file()} - before, await Receipt.all().count())
        program.rlimit(psutil.RLIMIT_FSIZE, (most, most))
        again = await phone.send(photo)

    assert (refused.status_code, refused.json()["code"]) == (503, "STORAGE_DOWN")
    assert "Try again" in refused.json()["message"] or "Coba lagi" in refused.json()["message"]
    assert others["me"]["name"] == member.name
    assert nothing == (set(), 0)
    assert (again.status_code, await Receipt.all().count()) == (201, 1)
    figure(
        "the disk for receipts is full: a refusal in words, nothing half-done, and the resend works",
        f"{refused.status_code} {refused.json()['code']}, {len(nothing[0])} half files, {nothing[1]} rows; then"
        f" {again.status_code}",
    )
