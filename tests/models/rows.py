"""Rows by plain SQL, past all code of ours, so that only the database's own rules stand in the way."""

from typing import Any

import orjson
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from kurir_api.models import new_id


async def copy(table: str, **changes: Any) -> None:
    """Insert each row of the table once more, with an id of its own and these columns changed."""
    changed = orjson.dumps({"id": new_id()} | changes).decode()
    await get_connection("default").execute_query(
        f"INSERT INTO {table} SELECT (jsonb_populate_record(t, $1::text::jsonb)).* FROM {table} t", [changed]
    )


async def change(table: str, **changes: Any) -> None:
    """Change these columns of every row of the table."""
    columns = ", ".join(changes)
    await get_connection("default").execute_query(
        f"UPDATE {table} t SET ({columns}) = (SELECT {columns} FROM jsonb_populate_record(t, $1::text::jsonb))",
        [orjson.dumps(changes).decode()],
    )


def broken_rule(error: IntegrityError) -> str:
    """The name of the constraint or unique index that refused a statement."""
    return str(error.args[0].constraint_name)
