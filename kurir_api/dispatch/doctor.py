"""The doctor: whatever is open has a next deadline and somebody who answers for it. Here is what hasn't."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.connection import get_connection

from kurir_api.dispatch.alarms import RUN_BEGAN
from kurir_api.task_kinds import task_kinds

OVERDUE = timedelta(seconds=90)
"""A worker's lease of 60 s may run out, and another take over; whatever is due longer than this, nobody does."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`item`: what it is and which, such as "task 4821"; `problem`: what it lacks, in English."""

    item: str
    problem: str


ANSWERS_FOR = """
EXISTS (SELECT FROM membership s JOIN member m ON m.id = s.member_id
        WHERE m.active AND s.role IN ({roles})
          AND ({region} = s.region_id OR starts_with({region}, s.region_id || '.')))
"""
COORDINATED = ANSWERS_FOR.format(roles="'COORDINATOR'", region="t.region_id")
AT_A_DESK = ANSWERS_FOR.format(roles="'COORDINATOR','DESK_OFFICER'", region="r.region_id")

ASKING = "EXISTS (SELECT FROM wave w WHERE w.task_id = t.id AND w.status IN ('PLANNED','SENDING','WAITING'))"
PUT_OFF = "EXISTS (SELECT FROM wave w WHERE w.task_id = t.id AND w.status = 'PLANNED' AND w.looked_at IS NOT NULL)"
WATCHED = """
EXISTS (SELECT FROM alarm a WHERE a.task_id = t.id AND a.reason = '{reason}'
        AND (a.ended_at IS NULL OR a.ended_at >= {since}
             AND NOT EXISTS (SELECT FROM member m WHERE m.id = a.ended_by_id AND NOT m.active)))
"""
"""An alarm will be told, or is being told, or somebody took it on who is still there."""

SINCE_RUN_BEGAN = RUN_BEGAN.format(task="t.id")

# $1: what was due by then is overdue; $2: the kinds there are; $3: those, with an urgency, of which the coordinators
# hear when nobody takes the task for some time.
CHECKS: Mapping[str, str] = {
    "no coordinator of its region is active": f"""
        SELECT 'task ' || t.number FROM task t
        WHERE t.status IN ('DRAFT','OPEN','FILLED','IN_PROGRESS','DONE') AND NOT {COORDINATED}
        UNION ALL
        SELECT 'alarm of task ' || t.number || ', ' || a.reason FROM alarm a JOIN task t ON t.id = a.task_id
        WHERE a.ended_at IS NULL AND NOT {COORDINATED}
    """,
    "nobody at a desk of its region is active": f"""
        SELECT 'report ' || r.id FROM report r WHERE r.status = 'RECEIVED' AND NOT {AT_A_DESK}
    """,
    "its kind is unknown to this release": """
        SELECT 'task ' || t.number FROM task t
        WHERE t.status IN ('DRAFT','OPEN','FILLED','IN_PROGRESS','DONE') AND t.kind <> ALL($2::text[])
    """,
    "its window is over, and nobody closed it": """
        SELECT 'task ' || t.number FROM task t
        WHERE t.status IN ('DRAFT','OPEN') AND t.ends_at <= $1
          AND NOT EXISTS (SELECT FROM claim c WHERE c.task_id = t.id AND c.status IN ('OFFERED','HELD'))
    """,
    "nobody is being asked, and nobody is looked for again": f"""
        SELECT 'task ' || t.number FROM task t WHERE t.status = 'OPEN' AND t.ends_at > $1 AND NOT {ASKING}
    """,
    "nobody is left to ask, and no coordinator hears of it": f"""
        SELECT 'task ' || t.number FROM task t
        WHERE t.status = 'OPEN' AND t.ends_at > $1 AND {PUT_OFF}
          AND NOT {WATCHED.format(reason="NOBODY_LEFT", since=SINCE_RUN_BEGAN)}
    """,
    "no alarm is set for when nobody takes it": f"""
        SELECT 'task ' || t.number FROM task t
        WHERE t.status = 'OPEN' AND t.ends_at > $1 AND t.kind || ' ' || t.urgency = ANY($3::text[])
          AND NOT {WATCHED.format(reason="UNCLAIMED", since=SINCE_RUN_BEGAN)}
    """,
    "no alarm is set for when it isn't done in time": f"""
        SELECT 'task ' || t.number FROM task t
        WHERE t.status IN ('DRAFT','OPEN','FILLED','IN_PROGRESS')
          AND NOT {WATCHED.format(reason="WINDOW_PASSED", since="t.ends_at")}
    """,
    "no alarm is set for when nobody verifies it": f"""
        SELECT 'task ' || t.number FROM task t
        WHERE t.status = 'DONE' AND NOT {WATCHED.format(reason="NOT_VERIFIED", since="'-infinity'")}
    """,
    "it has all its members, but none of them is to come": """
        SELECT 'task ' || t.number FROM task t
        WHERE t.status = 'FILLED'
          AND NOT EXISTS (SELECT FROM claim c WHERE c.task_id = t.id AND c.status IN ('OFFERED','HELD'))
    """,
    "it is under way, but nobody is at work or to come": """
        SELECT 'task ' || t.number FROM task t
        WHERE t.status = 'IN_PROGRESS'
          AND NOT EXISTS (SELECT FROM claim c WHERE c.task_id = t.id AND c.status IN ('OFFERED','HELD','IN_PROGRESS'))
    """,
    "it has no deadline": """
        SELECT 'claim ' || c.id || ' of task ' || t.number FROM claim c JOIN task t ON t.id = c.task_id
        WHERE c.status IN ('OFFERED','HELD') AND c.expires_at IS NULL
    """,
    "its task is over": """
        SELECT 'claim ' || c.id || ' of task ' || t.number FROM claim c JOIN task t ON t.id = c.task_id
        WHERE c.status IN ('OFFERED','HELD','IN_PROGRESS') AND t.status NOT IN ('OPEN','FILLED','IN_PROGRESS')
    """,
    "its member is no longer active": """
        SELECT 'claim ' || c.id || ' of task ' || t.number
        FROM claim c JOIN task t ON t.id = c.task_id JOIN member m ON m.id = c.member_id
        WHERE c.status IN ('OFFERED','HELD','IN_PROGRESS') AND NOT m.active
    """,
    "it is queued, but nothing sends it": """
        SELECT 'alert ' || a.id || ' of task ' || t.number FROM alert a JOIN task t ON t.id = a.task_id
        WHERE a.status = 'QUEUED'
          AND NOT EXISTS (SELECT FROM notification n WHERE n.alert_id = a.id AND n.due_at IS NOT NULL)
    """,
    "it is overdue: is a worker running?": """
        SELECT 'claim ' || c.id || ' of task ' || t.number FROM claim c JOIN task t ON t.id = c.task_id
        WHERE c.status IN ('OFFERED','HELD') AND c.expires_at <= $1
        UNION ALL
        SELECT 'wave ' || w.number || ' of task ' || t.number FROM wave w JOIN task t ON t.id = w.task_id
        WHERE w.status IN ('PLANNED','SENDING','WAITING') AND greatest(w.due_at, w.leased_until) <= $1
        UNION ALL
        SELECT 'alarm of task ' || t.number || ', ' || a.reason FROM alarm a JOIN task t ON t.id = a.task_id
        WHERE a.due_at <= $1
        UNION ALL
        SELECT 'notification ' || n.id FROM notification n
        WHERE n.due_at IS NOT NULL AND greatest(n.due_at, n.leased_until) <= $1
        UNION ALL
        SELECT 'alert ' || a.id || ' of task ' || t.number FROM alert a JOIN task t ON t.id = a.task_id
        WHERE a.fallback_due_at <= $1
    """,
}
"""What can be wrong, and the statement that finds the items with which it is."""


EXAMINE = " UNION ALL ".join(
    f"SELECT {number} AS number, found.item FROM ({statement}) AS found (item)"
    for number, statement in enumerate(CHECKS.values())
)


async def examine(now: datetime) -> list[Finding]:
    """Every open item without a next deadline or without anybody to answer for it. There should be none, ever. One
    statement.
    """
    alarming = [
        f"{kind.code} {urgency}"
        for kind in task_kinds().values()
        for urgency, deadlines in kind.deadlines.items()
        if deadlines.unclaimed is not None
    ]
    rows = await get_connection("default").execute_query_dict(EXAMINE, [now - OVERDUE, list(task_kinds()), alarming])
    problems = list(CHECKS)
    return sorted(
        (Finding(row["item"], problems[row["number"]]) for row in rows), key=lambda one: (one.item, one.problem)
    )
