"""How alerts were answered so far: what the policies learn from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.dispatch.facts import UNSENT, sql_list
from kurir_api.models import AlertStatus, Task, WaveStatus, subdistrict_of

LOOKED_BACK = timedelta(days=180)
"""People change: older alerts say nothing."""

WILLING_M = 7_000
"""Of metres as the crow flies: over so many the share who say yes falls to 1/e. No published curve covers several
kilometres; guessed (4 to 10 km)."""

OUTPACED = 0.5
"""How much an alert counts that was withdrawn because somebody else was faster: half of those who would have said yes
hadn't yet."""


@dataclass(frozen=True, slots=True)
class Record:
    """`yes`: alerts answered with a yes. `asked`: all alerts, each counted as the share of yeses that one may expect
    at its distance of those expected next door."""

    yes: int = 0
    asked: float = 0.0


NOTHING = Record()


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """By member; of all alerts for tasks in the task's sub-district; and how many `waves` asked people for this task
    since it last began to look for members."""

    members: Mapping[UUID, Record] = field(default_factory=dict)
    area: Record = NOTHING
    waves: int = 0

    def of(self, member_id: UUID) -> Record:
        """The member's record."""
        return self.members.get(member_id, NOTHING)


ANSWERED = (AlertStatus.ACCEPTED, AlertStatus.DECLINED)
UNANSWERED: Mapping[WaveStatus, float] = {WaveStatus.EXHAUSTED: 1.0, WaveStatus.FILLED: OUTPACED}
"""How much an alert without an answer counts when its wave has ended; while it waits, it says nothing."""


def weight(alert: AlertStatus, wave: WaveStatus) -> float:
    """How much an alert counts in a record, but for its distance."""
    return 1.0 if alert in ANSWERED else UNANSWERED.get(wave, 0.0)


def willingness(distance_m: float) -> float:
    """The share of the yeses next door that one may expect at a distance."""
    return exp(-distance_m / WILLING_M)


_WEIGHTS = " ".join(f"WHEN w.status = '{status}' THEN {counts}" for status, counts in UNANSWERED.items())
RECORD = f"""
    count(*) FILTER (WHERE a.status = 'ACCEPTED') AS yes,
    coalesce(sum(exp(-a.distance_m / {WILLING_M})
                 * CASE WHEN a.status IN ({sql_list(ANSWERED)}) THEN 1 {_WEIGHTS} ELSE 0 END), 0) AS asked
"""
"""Over `alert a` and its `wave w`: what `weight` and `willingness` add up to."""

LOAD = f"""
    SELECT a.member_id, {RECORD} FROM alert a JOIN wave w ON w.id = a.wave_id
    WHERE a.member_id = ANY($1::uuid[]) AND a.created_at >= $3 AND a.status NOT IN ({sql_list(UNSENT)})
    GROUP BY a.member_id
    UNION ALL
    SELECT NULL, {RECORD} FROM alert a JOIN wave w ON w.id = a.wave_id JOIN task t ON t.id = a.task_id
    WHERE (t.region_id = $4 OR t.region_id LIKE $4 || '.%') AND a.created_at >= $3
      AND a.status NOT IN ({sql_list(UNSENT)})
    UNION ALL
    SELECT $2::uuid, count(DISTINCT w.id), 0 FROM alert a JOIN wave w ON w.id = a.wave_id
    WHERE a.task_id = $2 AND w.run = (SELECT max(run) FROM wave WHERE task_id = $2)
"""
"""$1 members, $2 task, $3 since when, $4 the sub-district. Three parts, told apart by the id: one row for each
member, one without an id for the area, and one with the task's for its waves."""


async def load_history(task: Task, members: Collection[UUID], now: datetime) -> History:
    """The history of these members, and of the task and its sub-district. One statement."""
    rows = await get_connection("default").execute_query_dict(
        LOAD, [list(members), task.id, now - LOOKED_BACK, subdistrict_of(task.region_id)]
    )
    records = {row["member_id"]: Record(row["yes"], float(row["asked"])) for row in rows}
    return History(area=records.pop(None, NOTHING), waves=records.pop(task.id, NOTHING).yes, members=records)
