"""What is unique by a keyed index stays so while the office's keys change."""

from collections.abc import Collection

from tortoise.connection import get_connection

from kurir_api.vault import vault

# In one order for everybody, lest two wait for each other.
LOCK = """
SELECT pg_advisory_xact_lock(lock) FROM
    (SELECT DISTINCT hashtextextended(index, 0) AS lock FROM unnest($1::text[]) AS index ORDER BY 1) AS locks
"""


async def alone_with(indexes: Collection[str]) -> None:
    """Wait for whoever writes one of the texts with these indexes, and keep others waiting until the transaction
    ends; to be called before one looks for them.

    The database refuses the same index twice, but not one text under two keys, as processes with other first keys
    write it. With one key there is nothing to wait for.
    """
    if len(vault().index_keys) > 1:
        await one_at_a_time(indexes)


async def one_at_a_time(indexes: Collection[str]) -> None:
    """Hold what any of these stands for until the transaction ends."""
    await get_connection("default").execute_query(LOCK, [list(indexes)])
