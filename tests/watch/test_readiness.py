"""Whether the api can be given work: everybody may ask, and nobody pays for it."""

import asyncio

import httpx

from tests.api import Api
from tests.counting import Statements


async def test_however_many_ask_it_is_looked_at_once_a_second(api: Api) -> None:
    async with httpx.AsyncClient(base_url=api.url) as http:
        with Statements() as statements:
            answers = await asyncio.gather(*(http.get("/health/ready") for _ in range(20)))

    assert [answer.json() for answer in answers] == [{"status": "ready"}] * 20
    assert len(statements) == 2
