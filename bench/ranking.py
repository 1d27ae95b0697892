"""Who is near and able: what `rank` takes for the regency of today, and for one with very many members."""

from datetime import UTC, datetime
from typing import Annotated

from tortoise.connection import get_connection

from bench.figures import COLUMNS, Timing, measured, table, title
from bench.office import add_members, add_tasks, opened_office
from kurir_api.demo.people import AMBULANCE_LICENCE, CAPABILITIES, MEMBERS, ON_DUTY
from kurir_api.dispatch.ranking import rank
from kurir_api.dispatch.waves import SHORT_LIST
from kurir_api.models import Task

ROUNDS = 5

# The nearest members in the plane of degrees: no skills, no duty, no regions, no exact distances.
BARE_NEAREST = """
SELECT id, name, home_latitude, home_longitude FROM member
ORDER BY point(home_longitude, home_latitude) <-> point($1, $2) LIMIT $3
"""


async def ranking(
    members: Annotated[int, "members at first, as many as the partners had in 2019"] = MEMBERS,
    many: Annotated[int, "members then"] = 100_000,
    tasks: Annotated[int, "tasks, each in another village"] = 40,
) -> bool:
    """Rank the 50 nearest able members for each task; the ratio's 1 is SQL for the 50 nearest, able or not."""
    title("ranking", f"the {SHORT_LIST} nearest able members for each of {tasks} ambulance runs, {ROUNDS} times")
    able = {"on_duty": ON_DUTY, "licensed": CAPABILITIES[AMBULANCE_LICENCE]}
    rows: list[tuple[str, ...]] = [COLUMNS]
    for count in (members, many):
        async with opened_office():
            await add_members(count, **able)
            to_do = await add_tasks(tasks)
            bare, ranked = await _nearest(to_do), await _ranked(to_do)
            rows += [bare.row(f"{count:,} members, SQL", to=bare), ranked.row(f"{count:,} members, rank", to=bare)]
    table(rows)
    return True


async def _nearest(tasks: list[Task]) -> Timing:
    async def nearest(number: int) -> None:
        task = tasks[number % len(tasks)]
        await get_connection("default").execute_query(BARE_NEAREST, [task.longitude, task.latitude, SHORT_LIST])

    return await measured(ROUNDS * len(tasks), nearest)


async def _ranked(tasks: list[Task]) -> Timing:
    async def ranked(number: int) -> None:
        await rank(tasks[number % len(tasks)], limit=SHORT_LIST, now=datetime.now(UTC))

    return await measured(ROUNDS * len(tasks), ranked)
