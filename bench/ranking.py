"""Who is near and able: what `rank` takes in one regency of today, and on an island with very many members."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import asyncpg
from geopy.distance import geodesic
from pyproj import Geod
from tortoise.connection import get_connection

from bench.figures import Timing, table, title
from bench.java import JAVA, NOW, ONE_REGENCY, populate
from bench.office import opened_office
from kurir_api.database import connect_arguments
from kurir_api.demo.people import AMBULANCE_LICENCE, MEMBERS, WIB
from kurir_api.dispatch.candidates import NEVER
from kurir_api.dispatch.eligibility import Situation, reasons_against
from kurir_api.dispatch.facts import FRESH_FIX, load_facts
from kurir_api.dispatch.ranking import rank, rows_for
from kurir_api.models import Task
from kurir_api.settings import Settings

LIMIT = 50
"""The short list of the policies that choose."""

ROUNDS = 5
AT_ONCE = 1_000
MILLIMETRE = 1e-3

# The nearest in the plane of degrees, from home, of those with the skill and on duty: as many rows as `rank` fetches.
BARE_NEAREST = """
SELECT m.id, m.name, m.home_latitude, m.home_longitude FROM member m
WHERE m.active AND m.available
AND EXISTS (SELECT FROM capability c WHERE c.member_id = m.id AND c.code = '{licence}'
            AND (c.valid_until IS NULL OR c.valid_until >= '{day}') OFFSET 0)
AND coalesce((SELECT bool_or(d.weekday = {weekday} AND d.starts::time <= '{clock}' AND '{clock}' < d.ends::time)
              FROM duty_shift d WHERE d.member_id = m.id), true)
ORDER BY point(m.home_longitude, m.home_latitude) <-> point($1, $2) LIMIT {rows}
"""
EVERYBODY = """
SELECT id, last_alerted_at, CASE WHEN fresh THEN last_latitude ELSE home_latitude END AS latitude,
    CASE WHEN fresh THEN last_longitude ELSE home_longitude END AS longitude
FROM (SELECT *, coalesce(last_fix_at >= $1, false) AS fresh FROM member WHERE active) m
WHERE fresh OR home_latitude IS NOT NULL
"""


async def ranking(
    members: Annotated[int, "members at first, as many as the partners had in 2019"] = MEMBERS,
    many: Annotated[int, "members then, all over Java"] = 100_000,
    tasks: Annotated[int, "tasks, each in another place"] = 40,
    checked: Annotated[int, "for how many of the tasks the order is compared with brute force"] = 5,
) -> bool:
    """Rank the nearest whom a wave may alert for each task, and compare with brute force over all members.

    The ratio's 1 is SQL for as many rows of members with the skill and on duty, by the distance of their homes in the
    plane. Fails when the order is another than brute force's.
    """
    title("ranking", f"the {LIMIT} nearest who may be alerted for each of {tasks} ambulance runs, {ROUNDS} times")
    rows: list[tuple[str, ...]] = [("", "median", "p95", "ratio of medians")]
    right = 0
    for count, island in ((members, ONE_REGENCY), (many, JAVA)):
        async with opened_office() as settings:
            to_do = await populate(settings, count, island, tasks)
            bare, ranked = await _timed(to_do)
            rows += [_row(f"{count:,} members, SQL", bare, bare), _row(f"{count:,} members, rank", ranked, bare)]
            everybody = await Everybody.load(settings)
            right += sum([await everybody.agrees(task) for task in to_do[:checked]])
    table(rows)
    table([("in the order of brute force by geopy", f"{right:,}", f"of {2 * min(checked, tasks):,}")])
    return right == 2 * min(checked, tasks)


def _row(name: str, timing: Timing, bare: Timing) -> tuple[str, ...]:
    median = timing.within(50)
    times = (f"{seconds * 1000:,.2f} ms" for seconds in (median, timing.within(95)))
    return (name, *times, f"{median / bare.within(50):.2f}")


async def _timed(tasks: Sequence[Task]) -> tuple[Timing, Timing]:
    """The bare statement and `rank`, in turns; the first round doesn't count, in which PostgreSQL makes its plans."""
    local = NOW.astimezone(WIB)
    bare_nearest = BARE_NEAREST.format(
        licence=AMBULANCE_LICENCE,
        day=tasks[0].ends_at.astimezone(WIB).date(),
        weekday=local.weekday(),
        clock=local.time(),
        rows=rows_for(LIMIT),
    )
    bare, ranked = Timing(), Timing()
    for number in range(ROUNDS + 1):
        for task in tasks:
            with bare.one():
                await get_connection("default").execute_query(bare_nearest, [task.longitude, task.latitude])
            with ranked.one():
                await rank(task, limit=LIMIT, now=NOW)
        if number == 0:
            bare, ranked = Timing(), Timing()
    return bare, ranked


@dataclass(frozen=True, slots=True)
class Everybody:
    """Every active member with a location: the id, when last alerted, and the degrees."""

    ids: list[UUID]
    alerted: list[datetime]
    latitudes: "array[float]"
    longitudes: "array[float]"

    @classmethod
    async def load(cls, settings: Settings) -> Self:
        """All of them, by a cursor."""
        found = cls([], [], array("d"), array("d"))
        connection = await asyncpg.connect(**connect_arguments(settings.database_url or ""))
        try:
            async with connection.transaction():
                async for row in connection.cursor(EVERYBODY, NOW - FRESH_FIX, prefetch=10_000):
                    found.ids.append(row["id"])
                    found.alerted.append(row["last_alerted_at"] or NEVER)
                    found.latitudes.append(row["latitude"])
                    found.longitudes.append(row["longitude"])
        finally:
            await connection.close()
        return found

    async def agrees(self, task: Task) -> bool:
        """Whether `rank` gives the first 50 of all these, in this order, whom the checks of eligibility accept."""
        count = len(self.ids)
        here = array("d", [task.longitude]) * count, array("d", [task.latitude]) * count
        _, _, metres = Geod(ellps="WGS84").inv(*here, self.longitudes, self.latitudes)
        order = sorted(range(count), key=metres.__getitem__)
        accepted: list[tuple[float, datetime, UUID]] = []
        for start in range(0, count, AT_ONCE):
            # Until the next is too far away for geopy to see it among the first, whatever pyproj's last digits are.
            if len(accepted) >= LIMIT and metres[order[start]] > accepted[LIMIT - 1][0] + MILLIMETRE:
                break
            some = {self.ids[place]: place for place in order[start : start + AT_ONCE]}
            for facts in await load_facts(list(some), [task.id], NOW):
                place = some[facts.member_id]
                if not reasons_against(Situation(task=task, facts=facts, distance_m=metres[place], now=NOW)):
                    there = self.latitudes[place], self.longitudes[place]
                    distance = geodesic((task.latitude, task.longitude), there).meters
                    accepted.append((distance, self.alerted[place], facts.member_id))
            accepted.sort()
        ranked = await rank(task, limit=LIMIT, now=NOW)
        return [one.member_id for one in ranked] == [member_id for _, _, member_id in accepted[:LIMIT]]
