"""A worker makes the tasks of recurrences, a week ahead, each once."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.models import Case, CaseStatus, Recurrence, Region
from kurir_api.services.recurrences.rules import occurrences
from kurir_api.services.tasks.drafting import draft_task
from kurir_api.services.tasks.publish_task import publish
from kurir_api.telemetry.steps import count_fault

AHEAD = timedelta(days=7)
"""How long before it begins a task is made and published: time to find somebody, and few tasks to call off."""

LEASE = timedelta(seconds=60)
"""How long a worker has a recurrence to itself; when it dies meanwhile, another takes over after that."""

LATE, LATE_LEASE = timedelta(hours=1), timedelta(minutes=15)
"""What should have been made that long ago may fail each time, or kill its worker: it is tried less often."""

LOOK_AGAIN = timedelta(days=1)
"""While the case is on hold; resuming it looks at once."""

# While its tasks are being made, its due time is the end of the lease. One at a time: what kills its worker takes no
# others along.
TAKE = """
WITH due AS (SELECT id FROM recurrence WHERE due_at <= $1 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE recurrence SET due_at = $1 + CASE
    WHEN made_until - $3::interval <= $1 - $4::interval AND due_at > created_at + $4 THEN $5::interval
    ELSE $2::interval END
FROM due WHERE recurrence.id = due.id
RETURNING recurrence.id, recurrence.case_id, recurrence.due_at AS lease
"""


async def make_recurring_tasks(now: datetime) -> int:
    """Make the tasks of a recurrence that is due, in a transaction; how many were taken on. One that fails is logged
    and comes up again when its lease ends.
    """
    taken = await get_connection("default").execute_query_dict(TAKE, [now, LEASE, AHEAD, LATE, LATE_LEASE])
    for row in taken:
        try:
            await _make(row["id"], row["case_id"], row["lease"], now)
        except Exception:  # noqa: BLE001 - one recurrence's fault must not hold up the others
            count_fault(make_recurring_tasks)
            structlog.get_logger("kurir.recurrences").exception("recurrence failed", recurrence_id=str(row["id"]))
    return len(taken)


async def _make(recurrence_id: UUID, case_id: UUID, lease: datetime, now: datetime) -> None:
    """Make what begins within a week, unless it ended or somebody else did meanwhile. The case is locked first, as
    everywhere.
    """
    async with in_transaction():
        case = await Case.select_for_update().get(id=case_id)
        recurrence = await Recurrence.select_for_update().get(id=recurrence_id)
        if recurrence.due_at != lease:
            return
        if case.status == CaseStatus.ON_HOLD:
            await Recurrence.filter(id=recurrence.id).update(due_at=now + LOOK_AGAIN)
            return
        zone = ZoneInfo((await Region.get(code=case.regency_code)).time_zone)
        until, following = now + AHEAD, None
        for starts_at in occurrences(recurrence.rule, recurrence.starts_at, zone):
            if starts_at > until:
                following = starts_at
                break
            if starts_at >= recurrence.made_until and starts_at + _length(recurrence) > now:
                await _task(case, recurrence, starts_at, now)
        if following is None:
            changes = {"made_until": until, "due_at": None, "ended_at": now}
        else:
            changes = {"made_until": following, "due_at": following - AHEAD}
        await Recurrence.filter(id=recurrence.id).update(**changes)


def _length(recurrence: Recurrence) -> timedelta:
    return timedelta(minutes=recurrence.minutes)


async def _task(case: Case, recurrence: Recurrence, starts_at: datetime, now: datetime) -> None:
    task = await draft_task(
        case,
        recurrence.kind,
        None,
        now,
        starts_at=starts_at,
        ends_at=starts_at + _length(recurrence),
        urgency=recurrence.urgency,
        slots=recurrence.slots,
        title=recurrence.title,
        instructions=recurrence.instructions,
        destination_id=recurrence.destination_id,
        recurrence_id=recurrence.id,
    )
    await publish(task, None, now)
