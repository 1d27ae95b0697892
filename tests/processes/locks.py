"""Somebody else who holds a row, so that what wants to change it is under way for as long as a test needs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from tortoise.connection import get_connection
from tortoise.models import Model

from kurir_api.database import connect_arguments
from kurir_api.settings import Settings

WAITING = """
SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@asynccontextmanager
async def held(row: Model, settings: Settings) -> AsyncIterator[None]:
    """Hold the row while the block lasts; rows that point to it can be written meanwhile."""
    connection = await asyncpg.connect(**connect_arguments(settings.database_url or ""))
    try:
        async with connection.transaction():
            await connection.execute(f"SELECT FROM {row._meta.db_table} WHERE id = $1 FOR NO KEY UPDATE", row.pk)
            yield
    finally:
        await connection.close()


async def somebody_waits(many: int = 1) -> None:
    """Return when so many statements wait for locks in the tests' database."""
    connection = get_connection("default")
    async with asyncio.timeout(30):
        while (await connection.execute_query_dict(WAITING))[0]["count"] < many:
            await asyncio.sleep(0.01)
            # Within a transaction PostgreSQL would go on saying what it said first.
            await connection.execute_query("SELECT pg_stat_clear_snapshot()")
