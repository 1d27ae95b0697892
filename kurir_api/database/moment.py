"""Reading as of one moment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tortoise.transactions import in_transaction


@asynccontextmanager
async def one_moment() -> AsyncIterator[None]:
    """Whatever is read within the block is as of one moment; nothing can be written. Not within a transaction."""
    async with in_transaction() as transaction:
        await transaction.execute_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
