"""Waves: who is asked when. Planned by use cases as rows, run by workers, ended when the task is taken.

Locks are taken in one order everywhere: task, claims, wave, alarms, members, notifications, alerts.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.dispatch.alarms import arm_nobody_left, arm_unclaimed
from kurir_api.dispatch.candidates import Candidate
from kurir_api.dispatch.choosing import NOBODY, next_wave
from kurir_api.dispatch.eligibility import Situation, reasons_against
from kurir_api.dispatch.facts import area_of, load_facts
from kurir_api.dispatch.geo import distances_m
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.policies import NextWave
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.dispatch.timing import look_again_at
from kurir_api.dispatch.travel import Roads
from kurir_api.models import (
    Alert,
    Member,
    Notification,
    Task,
    TaskStatus,
    Wave,
    WaveStatus,
    new_id,
)
from kurir_api.telemetry.steps import count_fault
from kurir_api.transitions import move

LEASE = timedelta(seconds=60)
"""How long a worker has a wave to itself; when it dies meanwhile, another takes over after that."""

LONGEST_LEASE = timedelta(hours=1)
"""What failed, or killed its worker, is tried again when a quarter of the time is over for which it has been due."""

CHOICES = 3
"""How often a wave's members are chosen anew when others alerted some of them meanwhile."""

UNSENT = (WaveStatus.PLANNED, WaveStatus.SENDING)
GOING_ON = (*UNSENT, WaveStatus.WAITING)

# A wave that was put off, since nobody was left to ask, serves the new reason at once. Due by the database's clock,
# by which workers go: where the clock of who plans is ahead, nobody would be asked until it is that late.
PLAN = """
WITH put_off AS (
    UPDATE wave SET run = run + 1, due_at = least($4, clock_timestamp()), looked_at = NULL, leased_until = NULL,
        created_at = $4
    WHERE task_id = $3 AND status = 'PLANNED' AND looked_at IS NOT NULL AND $5 = 1
)
INSERT INTO wave (id, regency_code, task_id, number, run, status, due_at, created_at)
SELECT $1, $2, $3, coalesce(max(number), 0) + 1, coalesce(max(run), 0) + $5, 'PLANNED',
    least($4, clock_timestamp()), $4
FROM wave WHERE task_id = $3
HAVING count(*) FILTER (WHERE status IN ('PLANNED', 'SENDING', 'WAITING')) = 0
"""

OVERTAKEN = "the member is asked again"

TAKEN = (TaskStatus.FILLED, TaskStatus.IN_PROGRESS, TaskStatus.DONE, TaskStatus.VERIFIED)
"""The states of a task that found its members."""

# Not with EXISTS, which PostgreSQL may answer from a hash of all alerts there ever were.
NOBODY_CAN_ANSWER = """
    wave.status = 'WAITING' AND (
        SELECT true FROM alert WHERE alert.wave_id = wave.id AND (
            alert.status IN ('QUEUED', 'SENT', 'RECEIVED', 'OPENED')
            OR alert.status = 'FAILED' AND (alert.fallback_due_at IS NOT NULL OR (
                SELECT true FROM notification n WHERE n.alert_id = alert.id AND n.due_at IS NOT NULL LIMIT 1)))
        LIMIT 1) IS NULL
"""
"""Everybody declined, or was reached neither by push nor by text, and nothing is on its way any more."""

SOMEBODY_TURNED_UP = """
    wave.status = 'PLANNED' AND EXISTS (
        SELECT FROM member WHERE member.regency_code = wave.regency_code
        AND member.turned_up_at > wave.looked_at AND member.turned_up_at <= $1)
"""

# What still has a lease is suspect: it failed, or a worker died with it, perhaps of it. It comes after the others of
# its urgency, and alone, so that it takes none of them along again and again.
TAKE = f"""
WITH due AS (
    SELECT wave.id, array_position(ARRAY['EMERGENCY', 'URGENT', 'NORMAL'], task.urgency::text) AS rank,
        wave.leased_until IS NOT NULL AS suspect
    FROM wave JOIN task ON task.id = wave.task_id
    WHERE wave.status IN ('PLANNED', 'SENDING', 'WAITING') AND (wave.leased_until IS NULL OR wave.leased_until <= $1)
      AND (wave.due_at <= $1 OR ({NOBODY_CAN_ANSWER}) OR ({SOMEBODY_TURNED_UP}))
    ORDER BY rank, suspect, wave.due_at LIMIT $3 FOR UPDATE OF wave SKIP LOCKED
), first AS (SELECT id, suspect FROM due LIMIT 1)
UPDATE wave SET due_at = least(wave.due_at, $1),
    leased_until = $1 + CASE
        WHEN due.suspect THEN least(greatest($2::interval, ($1 - wave.due_at) / 4), $4::interval) ELSE $2 END
FROM due, first WHERE wave.id = due.id AND (due.id = first.id OR NOT (due.suspect OR first.suspect))
RETURNING wave.id, wave.status, wave.due_at, due.rank
"""


async def seek_members(task: Task, now: datetime) -> None:
    """Ask for members from now on, and alarm the coordinators if they don't come. For the transaction that opens the
    task or a slot; it must have changed or locked the task's row.
    """
    await plan_wave(task, now)
    await arm_unclaimed(task, now)


async def plan_wave(task: Task, now: datetime) -> None:
    """Plan a wave, due now, for a new reason: whoever was alerted before may be alerted again. Unless one is going
    on, which then serves the new reason, too.

    The transaction must have changed or locked the task's row, so that two of them can't both plan.
    """
    await _plan(task, now, new_run=True)


async def _go_on_asking(task: Task, now: datetime) -> None:
    """Plan a wave, due now, for those who weren't alerted in this run yet, unless one is going on."""
    await _plan(task, now, new_run=False)


async def _plan(task: Task, now: datetime, *, new_run: bool) -> None:
    values = [new_id(), task.regency_code, task.id, now, int(new_run)]
    await get_connection("default").execute_query(PLAN, values)


async def stop_waves(task: Task) -> None:
    """End the task's waves: nobody else is alerted. The task must be locked, and in a state that wants nobody."""
    for wave in await Wave.filter(task_id=task.id, status__in=GOING_ON).order_by("number").select_for_update():
        await _end(wave, task)


async def _end(wave: Wave, task: Task) -> None:
    await move(wave, "fill" if task.status in TAKEN else "cancel", None, leased_until=None)


async def run_due_waves(now: datetime, roads: Roads | None = None, *, batch: int = 5) -> int:
    """Run up to `batch` waves that are due, those of emergencies first, each in a transaction of its own; how many
    were taken on. Few at a time, since an emergency may come in meanwhile.

    Due before its time is a wave that nobody can answer any more, and one that was put off when somebody turns up.

    A wave that fails is logged and comes up again when its lease ends, alone and less often the longer it has been
    due; the others go on.
    """
    taken = await get_connection("default").execute_query_dict(TAKE, [now, LEASE, batch, LONGEST_LEASE])
    for row in sorted(taken, key=lambda row: (row["rank"], row["due_at"])):
        try:
            await _choose_and_run(row["id"], now, roads)
        except Exception:  # noqa: BLE001 - one wave's fault must not hold up the others
            count_fault(run_due_waves)
            structlog.get_logger("kurir.waves").exception("wave failed", wave_id=str(row["id"]))
    return len(taken)


async def _choose_and_run(wave_id: UUID, now: datetime, roads: Roads | None) -> None:
    """Chosen before anything is locked, since it may ask a router; while the lease lasts, nobody else alerts for this
    task. What was chosen may not hold any more afterwards: then the choice is made again.
    """
    for choices_left in reversed(range(CHOICES)):
        wave = await Wave.get(id=wave_id).select_related("task")
        following = await next_wave(wave.task, now, roads) if wave.status in UNSENT else NOBODY
        if await _run(wave, following, now, last=choices_left == 0):
            return


async def _run(seen: Wave, following: NextWave, now: datetime, *, last: bool) -> bool:
    """Do what is due for the wave, unless somebody else did meanwhile; False: nothing, since others alerted some of
    the chosen, or there is a new reason to ask. When it is the `last` choice, those who are left are alerted.
    """
    async with in_transaction():
        task = await Task.filter(id=seen.task_id).select_for_update(no_key=True).get()
        wave = await Wave.filter(id=seen.id).select_for_update().get()
        if wave.status not in GOING_ON or wave.due_at > now:
            return True
        if task.status != TaskStatus.OPEN:
            await _end(wave, task)
        elif wave.status not in UNSENT:
            await move(wave, "exhaust", None, leased_until=None)
            await _go_on_asking(task, now)
        elif wave.run != seen.run:
            return False
        else:
            able = await _still_able(task, following.candidates, now)
            if len(able) == len(following.candidates) or (able and last):
                await _send(task, wave, NextWave(able, following.wait), now)
            elif last:
                await Wave.filter(id=wave.id).update(leased_until=None)  # it comes up again at once
            else:
                return False
        return True


async def _still_able(task: Task, chosen: Sequence[Candidate], now: datetime) -> list[Candidate]:
    """Those of the chosen whom nothing speaks against, now that no other wave can alert them, until this transaction
    ends: other waves may have spent their budgets, and they may have taken other tasks."""
    if not chosen:
        return []
    # In order of their ids, so that two waves that alert the same people never wait for each other.
    members = Member.filter(id__in=[one.member_id for one in chosen], active=True).order_by("id")
    ids = [member.id for member in await members.select_for_update(no_key=True).only("id")]
    able = {
        of.member_id
        for of in await load_facts(ids, [task.id], now)
        if not reasons_against(Situation(task=task, facts=of, distance_m=None, now=now))
    }
    return [one for one in chosen if one.member_id in able]


async def _send(task: Task, wave: Wave, following: NextWave, now: datetime) -> None:
    """Alert the next members and wait for their answers; with nobody left to ask, alarm the coordinators and look
    again later."""
    await move(wave, "send", None)
    if following.candidates:
        await _alert(task, wave, following.candidates, now)
        await move(wave, "wait", None, due_at=now + following.wait, looked_at=None, leased_until=None)
    elif now < task.ends_at:
        await move(wave, "put_off", None, due_at=look_again_at(task, now), looked_at=now, leased_until=None)
        await arm_nobody_left(task, now)
    else:
        await move(wave, "exhaust", None, leased_until=None)


async def _alert(task: Task, wave: Wave, chosen: list[Candidate], now: datetime) -> None:
    chosen = _as_told(task, chosen)
    await Member.filter(id__in=[candidate.member_id for candidate in chosen]).update(last_alerted_at=now)
    asked_before = await Alert.filter(task_id=task.id).count()
    alerts = [
        Alert(
            regency_code=task.regency_code,
            wave=wave,
            task=task,
            member_id=candidate.member_id,
            rank=rank,
            distance_m=candidate.distance_m,
            explanation=dict(candidate.explanation),
            created_at=now,
        )
        for rank, candidate in enumerate(chosen, asked_before + 1)
    ]
    await Alert.bulk_create(alerts)
    await _overtake_withdrawals(task, alerts)
    await notify(
        NotificationKind.TASK_ALERT,
        [alert.member_id for alert in alerts],
        task,
        now=now,
        alert_ids={alert.member_id: alert.id for alert in alerts},
        distances_m={alert.member_id: alert.distance_m for alert in alerts},
        urgent=task.urgent,
    )


def _as_told(task: Task, chosen: list[Candidate]) -> list[Candidate]:
    """Chosen by the exact place, they are told how far it is to the area, and only that is written down."""
    located = [one.place for one in chosen if one.place is not None]
    metres = dict(zip(located, distances_m(area_of(task), located), strict=True))
    return [one.told(metres[one.place] if one.place else None) for one in chosen]


async def _overtake_withdrawals(task: Task, alerts: list[Alert]) -> None:
    """Of members asked for a new reason, what would take back the last alert must not take back this one."""
    members = [alert.member_id for alert in alerts]
    on_their_way = Notification.filter(
        task_id=task.id, member_id__in=members, kind=NotificationKind.TASK_TAKEN, due_at__isnull=False
    )
    await on_their_way.update(due_at=None, leased_until=None, failure=OVERTAKEN)
