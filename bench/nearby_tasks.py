"""The query an app asks most: the nearest open tasks, as GraphQL, over HTTP."""

import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated

import aiohttp
import asyncpg

from bench.bare_app import NEAREST, POOL
from bench.figures import COLUMNS, measured, table, title
from bench.office import KURIR, add_members, add_tasks, opened_office, processes
from kurir_api.auth import issue_token
from kurir_api.database import connect_arguments
from kurir_api.models import Member
from kurir_api.settings import Settings

LATITUDE, LONGITUDE = -7.4243, 109.2302  # Purwokerto
Work = Callable[[int], Awaitable[None]]
NEARBY_TASKS = """
query Nearby($near: GeoPointInput!, $first: Int!) {
  nearbyTasks(near: $near, first: $first) {
    edges {
      distanceM
      node { id number title status urgency startsAt endsAt openSlots kind { code } area { name } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""


async def nearby_tasks(
    tasks: Annotated[int, "open tasks in the regency"] = 500,
    first: Annotated[int, "tasks on the page that is asked for"] = 20,
    requests: Annotated[int, "how often it is asked"] = 2_000,
    connections: Annotated[int, "how many ask at a time"] = 32,
) -> bool:
    """Ask one api process for the nearest open tasks.

    The ratio's 1 is the same page as JSON built by one statement, sent over a pool of 20. In between: that JSON
    served over HTTP by a bare Starlette, without GraphQL, signing in or exact distances.
    """
    title("nearby_tasks", f"the {first} nearest of {tasks} open tasks, {connections} connections, one process")
    ask = partial(measured, requests, side_by_side=connections)
    async with opened_office() as settings:
        await add_members(1)
        await add_tasks(tasks)
        async with _bare_statement(settings, first) as work:
            by_sql = await ask(work)
        async with _bare_app(settings, first) as work:
            by_http = await ask(work)
        async with _api(settings, first) as work:
            by_api = await ask(work)
    table(
        [
            COLUMNS,
            by_sql.row("one statement", to=by_sql),
            by_http.row("the same over HTTP", to=by_sql),
            by_api.row("nearbyTasks", to=by_sql),
        ]
    )
    return True


@asynccontextmanager
async def _bare_statement(settings: Settings, first: int) -> AsyncIterator[Work]:
    arguments = connect_arguments(settings.database_url or "")
    async with asyncpg.create_pool(**arguments, min_size=POOL, max_size=POOL) as pool:

        async def work(_: int) -> None:
            _check(len(json.loads(await pool.fetchval(NEAREST, LONGITUDE, LATITUDE, first))), first)

        yield work


@asynccontextmanager
async def _bare_app(settings: Settings, first: int) -> AsyncIterator[Work]:
    place = {"longitude": LONGITUDE, "latitude": LATITUDE, "first": first}
    with processes(settings, 1, sys.executable, "-m", "bench.bare_app") as [url]:
        async with aiohttp.ClientSession(url) as http:

            async def work(_: int) -> None:
                async with http.get("/", params=place) as answer:
                    _check(len(await answer.json()), first)

            yield work


@asynccontextmanager
async def _api(settings: Settings, first: int) -> AsyncIterator[Work]:
    member = await Member.get()
    near = {"longitude": LONGITUDE, "latitude": LATITUDE}
    body = {"query": NEARBY_TASKS, "variables": {"near": near, "first": first}}
    headers = {"Authorization": f"Bearer {issue_token(settings, member.id)}"}
    with processes(settings, 1, KURIR, "serve") as [url]:
        async with aiohttp.ClientSession(url, headers=headers) as http:

            async def work(_: int) -> None:
                async with http.post("/graphql", json=body) as answer:
                    _check(len((await answer.json())["data"]["nearbyTasks"]["edges"]), first)

            yield work


def _check(got: int, expected: int) -> None:
    """What answers with nothing is fast, and measures nothing."""
    if got != expected:
        raise RuntimeError(f"An answer holds {got} tasks instead of {expected}")
