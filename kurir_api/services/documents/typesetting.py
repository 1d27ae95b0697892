"""PDF by typst, from the templates beside this file."""

import asyncio
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import typst


async def typeset(template: str, data: dict[str, Any], at: datetime) -> bytes:
    """`template`.typ with `data`, which it reads as JSON: whatever people wrote stays data and is never markup.

    Tagged, dated `at`; the same data give the same bytes on every machine, by the typesetter's own fonts.
    """
    return await asyncio.to_thread(_compiled, _source(template), orjson.dumps(data).decode(), at)


@cache
def _source(template: str) -> bytes:
    return Path(__file__).with_name(f"{template}.typ").read_bytes()


def _compiled(source: bytes, data: str, at: datetime) -> bytes:
    pdf = typst.compile(
        source,
        ignore_system_fonts=True,
        sys_inputs={"data": data},
        timestamp=at.astimezone(UTC).replace(microsecond=0),
    )
    assert isinstance(pdf, bytes)  # noqa: S101 - one document
    return pdf
