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

ASKING = "EXISTS (SELECT FROM wave w WHERE w.task_id = t.id AND w.status IN ('PLANNED','SENDING','WAITING'))"
PUT_OFF = "EXISTS (SELECT FROM wave w WHERE w.task_id = t.id AND w.status = 'PLANNED' AND w.looked_at IS NOT NULL)"
WATCHED = """
EXISTS (SELECT FROM alarm a WHERE a.task_id = t.id AND a.reason = '{reason}'
        AND (a.ended_at IS NULL OR a.ended_at >= {since}
             AND NOT EXISTS (SELECT FROM member m WHERE m.id = a.ended_by_id AND NOT m.active)))
"""
"""An alarm will be told, or is being told, or somebody took it on who is still there."""

ESCALATED = """
EXISTS (SELECT FROM escalation e WHERE {subject} AND e.kind = '{kind}' AND e.ended_at IS NULL)
"""
DECIDED_ON = """
EXISTS (SELECT FROM membership s JOIN member m ON m.id = s.member_id
        WHERE m.active AND s.role = 'PROGRAMME_OFFICER' AND s.organization_id = p.organization_id
          AND (f.region_id = s.region_id OR starts_with(f.region_id, s.region_id || '.')))
"""
DESK_STAFFED = """
EXISTS (SELECT FROM membership s JOIN member m ON m.id = s.member_id,
            LATERAL (SELECT coalesce(r.desk_id, c.desk_id, f.desk_id) AS region_id) AS desk
        WHERE m.active AND s.role IN ('COORDINATOR','DESK_OFFICER') AND length(s.region_id) >= 5
          AND (desk.region_id = s.region_id OR starts_with(desk.region_id, s.region_id || '.')))
"""
"""Those who are told of an escalation: nobody of the whole province is."""

SINCE_RUN_BEGAN = RUN_BEGAN.format(task="t.id")

# $1: what was due by then is overdue; $2: the kinds there are; $3: those, with an urgency, of which the coordinators
# hear when nobody takes the task for some time; $4: today.
CHECKS: Mapping[str, str] = {
    "no coordinator of its region is active": f"""
        SELECT 'task ' || t.number FROM task t
        WHERE t.status IN ('DRAFT','OPEN','FILLED','IN_PROGRESS','DONE') AND NOT {COORDINATED}
        UNION ALL
        SELECT 'alarm of task ' || t.number || ', ' || a.reason FROM alarm a JOIN task t ON t.id = a.task_id
        WHERE a.ended_at IS NULL AND NOT {COORDINATED}
    """,
    "it waits, and nobody will be told of it": f"""
        SELECT 'report ' || r.number FROM report r
        WHERE r.status = 'RECEIVED' AND NOT {ESCALATED.format(kind="REPORT_WAITING", subject="e.report_id = r.id")}
        UNION ALL
        SELECT 'referral ' || f.number FROM referral f
        WHERE f.status IN ('SENT','INFO_REQUESTED','ACCEPTED','IN_PROCESS')
          AND NOT {ESCALATED.format(kind="REFERRAL_LATE", subject="e.referral_id = f.id")}
        UNION ALL
        SELECT 'insurance of case ' || c.number FROM case_file c
        WHERE c.status <> 'CLOSED' AND c.phase = 'IN_HOSPITAL' AND c.insured_at IS NULL
          AND c.insurance_due_at IS NOT NULL
          AND NOT {ESCALATED.format(kind="INSURANCE_DUE", subject="e.case_id = c.id")}
    """,
    "its programme has no active officer for the region": f"""
        SELECT 'referral ' || f.number FROM referral f JOIN programme p ON p.id = f.programme_id
        WHERE f.status IN ('SENT','INFO_REQUESTED','ACCEPTED','IN_PROCESS') AND NOT {DECIDED_ON}
    """,
    "nobody at a desk from its own up to the regency is active": f"""
        SELECT 'escalation of ' || coalesce('report ' || r.number, 'case ' || c.number, 'referral ' || f.number)
        FROM escalation e
            LEFT JOIN report r ON r.id = e.report_id
            LEFT JOIN case_file c ON c.id = e.case_id
            LEFT JOIN referral f ON f.id = e.referral_id
        WHERE e.ended_at IS NULL AND NOT {DESK_STAFFED}
    """,
    "it was given up; see `kurir inbox`": """
        SELECT 'inbound message ' || i.id FROM inbound_message i WHERE i.failed_at IS NOT NULL
    """,
    "the holidays of next year are not loaded": """
        SELECT 'holidays of ' || next_year FROM extract(year FROM $4::date) AS this_year,
            LATERAL (SELECT (this_year + 1)::int AS next_year) AS following
        WHERE extract(month FROM $4::date) = 12 AND EXISTS (SELECT FROM member) AND NOT EXISTS (
            SELECT FROM holiday h WHERE h.regency_code = '' AND extract(year FROM h.day) = next_year)
    """,
    "it fails each time; see the worker's log": """
        SELECT 'wave ' || w.number || ' of task ' || t.number FROM wave w JOIN task t ON t.id = w.task_id
        WHERE w.status IN ('PLANNED','SENDING','WAITING') AND w.leased_until > $1
          AND w.due_at <= $1 - interval '5 minutes'
        UNION ALL
        SELECT 'recurrence ' || r.id FROM recurrence r JOIN case_file c ON c.id = r.case_id
        WHERE c.status <> 'ON_HOLD' AND r.due_at > $1 + interval '2 minutes'
          AND r.due_at >= r.made_until - interval '6 days 23 hours'
    """,
    "its kind is unknown to this release": """
        SELECT 'task ' || t.number FROM task t
        WHERE t.status IN ('DRAFT','OPEN','FILLED','IN_PROGRESS','DONE') AND t.kind <> ALL($2::text[])
    """,
    "its window is over, and nobody closed it": """
        SELECT 'task ' || t.number FROM task t
        WHERE t.status IN ('DRAFT','OPEN') AND t.ends_at <= $1
          AND NOT EXISTS (SELECT FROM claim c WHERE c.task_id = t.id AND c.status IN ('OFFERED','HELD'))
          AND NOT EXISTS (SELECT FROM transition_log l WHERE l.recorded_at > $1
                          AND l.subject_id IN (SELECT t.id UNION ALL SELECT c.id FROM claim c WHERE c.task_id = t.id))
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
    "the family says that nobody came, and no coordinator hears of it": f"""
        SELECT 'task ' || t.number FROM task t
        WHERE t.status IN ('OPEN','FILLED','IN_PROGRESS') AND t.family_word = 'DID_NOT_COME'
          AND NOT {WATCHED.format(reason="DID_NOT_COME", since="t.family_said_at")}
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
        SELECT 'escalation ' || e.id FROM escalation e WHERE e.due_at <= $1
        UNION ALL
        SELECT 'inbound message ' || i.id FROM inbound_message i WHERE greatest(i.due_at, i.leased_until) <= $1
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
    values = [now - OVERDUE, list(task_kinds()), alarming, now.date()]
    rows = await get_connection("default").execute_query_dict(EXAMINE, values)
    problems = list(CHECKS)
    return sorted(
        (Finding(row["item"], problems[row["number"]]) for row in rows), key=lambda one: (one.item, one.problem)
    )
