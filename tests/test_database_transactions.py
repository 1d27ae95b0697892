"""A transaction that never begins gives its connection back: cancelled at its start, or met by a server that goes."""

import asyncio
from collections.abc import AsyncIterator
from threading import Thread

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.database import DatabaseDown, connect_arguments, connected
from tests.conftest import TEMPLATE, copy_database, url_of

STEPS = 40
"""More than there are between a transaction's beginning and its first statement."""


@pytest.fixture
async def url(worker_id: str) -> AsyncIterator[str]:
    """A database that is reached over one connection."""
    name = f"kurir_transactions_{worker_id}"
    await copy_database(TEMPLATE, name)
    async with connected(url_of(name), minsize=1, maxsize=1):
        yield url_of(name)


async def answer() -> int:
    """What the database says, which it can't when the one connection is lost."""
    async with asyncio.timeout(5):
        rows = await get_connection("default").execute_query_dict("SELECT 7 AS answer")
    return int(rows[0]["answer"])


@pytest.mark.usefixtures("url")
@pytest.mark.parametrize("steps", range(STEPS))
async def test_whenever_a_transaction_is_cancelled_its_connection_is_free_again(steps: int) -> None:
    async def transact() -> None:
        async with in_transaction():
            await answer()

    task = asyncio.create_task(transact())
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert await answer() == 7
    async with asyncio.timeout(5), in_transaction():
        assert await answer() == 7


async def test_after_a_transaction_that_could_not_begin_the_same_task_goes_on_with_another_connection(
    url: str,
) -> None:
    [own] = await get_connection("default").execute_query_dict("SELECT pg_backend_pid() AS pid")

    async def end() -> None:
        other = await asyncpg.connect(**connect_arguments(url))
        await other.fetchval("SELECT pg_terminate_backend($1, 5000)", own["pid"])
        await other.close()

    # In a loop of its own, so that this one can't hear that its connection is gone before it uses it.
    thread = Thread(target=lambda: asyncio.run(end()))
    thread.start()
    thread.join()

    with pytest.raises(DatabaseDown):
        async with in_transaction():
            pytest.fail("it can't begin")

    assert await answer() == 7
