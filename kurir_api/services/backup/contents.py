"""What is in a database: how many rows each table has, and a sum by which one sees that they are the same."""

import re
from dataclasses import dataclass
from typing import Any

import asyncpg

PLAIN = re.compile("[a-z_][a-z0-9_]*")
"""Names that need no quotation marks in SQL."""

OF_THE_MOMENT = ("sync", "synced")
"""Tables whose rows are worth nothing later: what each phone was sent, by numbers of this server's. Those that aren't
logged are left out, too.
"""

TABLES = f"""
SELECT relname AS name FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relpersistence = 'p'
    AND relname NOT IN ({", ".join(f"'{name}'" for name in OF_THE_MOMENT)})
ORDER BY relname
"""
SEQUENCES = """
SELECT relname AS name, coalesce(pg_sequence_last_value(oid), 0) AS last FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' AND relpersistence = 'p'
ORDER BY relname
"""

# The same rows have the same sum, in whatever order: of each row's text the first 60 bits of its SHA-256.
ROWS = """
SELECT count(*) AS rows, coalesce(sum(
    ('x' || left(encode(sha256(convert_to(whole_row::text, 'UTF8')), 'hex'), 15))::bit(60)::bigint
), 0)::text AS sum FROM "{table}" AS whole_row
"""

# How values are written as text: fixed, so that two servers write the same.
WRITTEN_ALIKE = """
SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL timezone = 'UTC'; SET LOCAL bytea_output = 'hex';
SET LOCAL extra_float_digits = 1; SET LOCAL intervalstyle = 'postgres'; SET LOCAL search_path = public;
"""


@dataclass(frozen=True)
class Contents:
    """`tables`: (rows, sum) by name, but for those that aren't logged, which are of the moment only; `sequences`: the
    last number that was given out, by name; `migrations`: those that made the tables.
    """

    tables: dict[str, tuple[int, str]]
    sequences: dict[str, int]
    migrations: list[str]

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(rows for rows, _ in self.tables.values())


async def contents_of(connection: "asyncpg.Connection[Any]") -> Contents:
    """Of the database as the connection's transaction sees it."""
    await connection.execute(WRITTEN_ALIKE)
    tables = {}
    for table in await connection.fetch(TABLES):
        found = await connection.fetchrow(ROWS.format(table=table["name"]))
        tables[table["name"]] = (found["rows"], found["sum"])
    sequences = {row["name"]: row["last"] for row in await connection.fetch(SEQUENCES)}
    migrations = []
    if "tortoise_migrations" in tables:
        done = await connection.fetch("SELECT name FROM tortoise_migrations ORDER BY name")
        migrations = [row["name"] for row in done]
    return Contents(tables, sequences, migrations)


async def rows_of_others(connection: "asyncpg.Connection[Any]") -> bool:
    """Whether the database holds anything but the empty tables that migrations make."""
    tables = [row["name"] for row in await connection.fetch(TABLES) if row["name"] != "tortoise_migrations"]
    for table in tables:
        if await connection.fetchval(f'SELECT EXISTS (SELECT FROM "{table}")'):
            return True
    return False


def checks(contents: Contents) -> str:
    """SQL that fails, naming the table or sequence, unless the database holds just that, and gives out no number
    twice. Raises ValueError for what can't be a name or a sum.
    """
    lines = [WRITTEN_ALIKE]
    for table, (rows, digest) in contents.tables.items():
        counted = ROWS.format(table=_plain(table))
        lines.append(
            f"DO $$ BEGIN IF (SELECT (rows, sum) <> ({int(rows)}::bigint, '{int(digest)}'::text) FROM ("
            f"{counted}) AS found) THEN RAISE EXCEPTION 'table {table} differs'; END IF; END $$;"
        )
    for name, last in contents.sequences.items():
        lines.append(
            f"DO $$ BEGIN IF coalesce(pg_sequence_last_value('{_plain(name)}'), 0) < {int(last)}"
            f" THEN RAISE EXCEPTION 'sequence {name} differs'; END IF; END $$;"
        )
    return "\n".join(lines) + "\n"


def _plain(name: str) -> str:
    if not PLAIN.fullmatch(name):
        raise ValueError(name)
    return name
