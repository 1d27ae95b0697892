"""The nearest open tasks by the least there is: one statement that builds the JSON, and Starlette around it."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kurir_api.database import connect_arguments

POOL = 20
NEAREST = """
SELECT json_agg(nearest)::text FROM (
    SELECT t.id, t.number, t.kind, t.status, t.urgency, t.starts_at, t.ends_at, t.slots - t.slots_taken AS open_slots,
        r.name AS area, point(t.area_longitude, t.area_latitude) <-> point($1, $2) AS distance
    FROM task t JOIN region r ON r.code = t.region_id
    WHERE t.status = 'OPEN' ORDER BY distance LIMIT $3
) nearest
"""


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """The pool, over the same database as the api's."""
    arguments = connect_arguments(os.environ["KURIR_DATABASE_URL"])
    async with asyncpg.create_pool(**arguments, min_size=POOL, max_size=POOL) as app.state.pool:
        yield


async def nearest(request: Request) -> Response:
    """The tasks nearest to the place in the query string."""
    asked = request.query_params
    place = (float(asked["longitude"]), float(asked["latitude"]))
    tasks = await request.app.state.pool.fetchval(NEAREST, *place, int(asked["first"]))
    return Response(tasks, media_type="application/json")


def main() -> None:
    """Serve it on a free port, which is printed."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        app = Starlette(routes=[Route("/", nearest)], lifespan=lifespan)
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run([listener])


if __name__ == "__main__":
    main()
