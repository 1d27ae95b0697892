"""How often who may ask: exact over all processes, free for the database when it is too often."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs
from tortoise.connection import get_connection

from kurir_api.errors import TooMany
from kurir_api.limiter import Counts, Limiter, clear_counts
from kurir_api.settings import Settings

NOON = datetime(2026, 11, 26, 5, 0, tzinfo=UTC).timestamp()
NOWHERE = "postgresql://kurir:kurir@127.0.0.1:1/kurir"


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> float:
        return self.at


@asynccontextmanager
async def limiting(settings: Settings, clock: Clock, url: str | None = None) -> AsyncIterator[Limiter]:
    """A process's limiter, by a clock of its own; of an address 60 requests a minute."""
    office = settings.model_copy(update={"rate_address": 60})
    counts = Counts(url or settings.database_url or "", "secret", clock)
    try:
        yield Limiter(counts, office, clock)
    finally:
        await counts.close()


async def let_in(limiter: Limiter, kind: str, key: str, times: int) -> int:
    """How many of so many at once are let in."""
    answers = await asyncio.gather(*(limiter.hit(kind, key) for _ in range(times)), return_exceptions=True)
    assert all(answer is None or isinstance(answer, TooMany) for answer in answers)
    return answers.count(None)


async def rows() -> list[int]:
    """The counts in the table."""
    return [
        row["count"] for row in await get_connection("default").execute_query_dict("SELECT count FROM rate_count")
    ]


@pytest.mark.usefixtures("db")
async def test_processes_count_together_and_exactly_however_many_ask_at_once(settings: Settings) -> None:
    clock = Clock()
    async with limiting(settings, clock) as one, limiting(settings, clock) as other:
        shared = await asyncio.gather(*(let_in(limiter, "verify", "192.0.2.1", 50) for limiter in (one, other)))
        alone = await let_in(other, "verify", "192.0.2.2", 50)

    assert (sum(shared), alone) == (30, 30)


@pytest.mark.usefixtures("db")
async def test_whoever_is_over_the_limit_costs_the_database_nothing_until_the_minute_ends(settings: Settings) -> None:
    clock = Clock()
    async with limiting(settings, clock) as limiter:
        await let_in(limiter, "verify", "192.0.2.1", 31)
        before = await rows()
        clock.at += 20.5
        with pytest.raises(TooMany) as refused:
            await limiter.hit("verify", "192.0.2.1")
        assert await let_in(limiter, "verify", "192.0.2.1", 1_000) == 0
        assert await rows() == before == [30]

        clock.at += 39.5
        assert await let_in(limiter, "verify", "192.0.2.1", 1) == 1

    assert refused.value.retry_after == 40
    assert refused.value.message("id") == "Terlalu banyak permintaan. Coba lagi dalam 40 detik."


@pytest.mark.usefixtures("db")
async def test_what_is_noted_is_exact_in_its_process_and_soon_known_to_all(settings: Settings) -> None:
    clock = Clock()
    async with limiting(settings, clock) as one, limiting(settings, clock) as other:
        for _ in range(60):
            await one.note("address", "192.0.2.1")
        with pytest.raises(TooMany):
            await one.note("address", "192.0.2.1")
        await one.hit("member", "Siti")  # goes together with what was noted, in one statement
        with pytest.raises(TooMany):
            await other.hit("address", "192.0.2.1")

    assert sorted(await rows()) == [1, 61]


@pytest.mark.usefixtures("db")
async def test_a_dear_request_counts_for_several(settings: Settings) -> None:
    async with limiting(settings, Clock()) as limiter:
        for _ in range(5):
            await limiter.hit("sign_in", "+6281327000111", cost=2)
        with pytest.raises(TooMany) as refused:
            await limiter.hit("sign_in", "+6281327000111")

    assert refused.value.retry_after == 600


@pytest.mark.usefixtures("db")
async def test_old_counts_are_cleared_and_say_of_nobody_who_it_was(settings: Settings) -> None:
    async with limiting(settings, Clock()) as limiter:
        await limiter.hit("sign_in", "+6281327000111")
    [row] = await get_connection("default").execute_query_dict("SELECT key, ends_at FROM rate_count")
    assert len(row["key"]) == 16

    await clear_counts(row["ends_at"])
    assert await rows() == [1]
    await clear_counts(row["ends_at"] + timedelta(seconds=1))
    assert await rows() == []


async def test_without_its_database_each_process_counts_alone_and_says_so_once(settings: Settings) -> None:
    with capture_logs() as logs:
        async with limiting(settings, Clock(), NOWHERE) as limiter:
            assert await let_in(limiter, "verify", "192.0.2.1", 20) == 20
            assert await let_in(limiter, "verify", "192.0.2.1", 20) == 10

    assert [line["event"] for line in logs] == ["the database is away: each process counts requests alone"]


async def test_whatever_fails_nobody_waits_for_it(settings: Settings) -> None:
    clock = Clock()
    clock.at = 1e12  # later than a timestamp can be
    with capture_logs() as logs:
        async with limiting(settings, clock) as limiter, asyncio.timeout(5):
            assert await let_in(limiter, "verify", "192.0.2.1", 31) == 30

    assert [line["cause"] for line in logs] == ["ValueError"]


@pytest.mark.usefixtures("db")
async def test_a_clock_that_jumps_an_hour_on_and_back_shuts_nobody_out(settings: Settings) -> None:
    clock = Clock()
    async with limiting(settings, clock) as limiter:
        for hours in (0, 1, 0, -1, 0):
            clock.at = NOON + hours * 3_600
            await limiter.hit("verify", "192.0.2.1")
        assert await let_in(limiter, "verify", "192.0.2.1", 30) == 27
        with pytest.raises(TooMany) as refused:
            await limiter.hit("verify", "192.0.2.1")

    assert refused.value.retry_after == 60
