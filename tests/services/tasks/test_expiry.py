"""Tasks in time: what becomes of a task that is still open when its window is over."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from kurir_api.dispatch.alarms import arm_window_passed
from kurir_api.dispatch.settling import settle_stale_alerts
from kurir_api.models import (
    Alarm,
    AlarmReason,
    AlertStatus,
    ClaimStatus,
    Notification,
    Task,
    TaskStatus,
    TransitionLog,
    WaveStatus,
)
from kurir_api.services.tasks.expiry import close_windows
from tests.factories import NOW, make_alarm, make_alert, make_claim, make_member, make_task, make_wave
from tests.killing import KilledAt

pytestmark = pytest.mark.usefixtures("db")
INSTANT = timedelta.resolution


async def over(**values) -> Task:
    """An open task whose window ends now."""
    return await make_task(starts_at=NOW - timedelta(hours=4), ends_at=NOW, **values)


async def history(task: Task) -> list[tuple[str, str | None, str]]:
    rows = await TransitionLog.filter(subject_id=task.id).order_by("id")
    return [(row.action, row.source, row.target) for row in rows]


async def status(task: Task) -> str:
    await task.refresh_from_db()
    return task.status


async def test_a_task_that_nobody_took_expires_when_its_window_ends() -> None:
    task = await over()

    assert await close_windows(NOW - INSTANT) == 0
    assert await close_windows(NOW) == 1

    assert await status(task) == "EXPIRED"
    log = await TransitionLog.get(subject_id=task.id)
    assert (log.action, log.source, log.at, log.actor_id) == ("expire", "OPEN", NOW, None)


async def test_its_coordinators_are_alarmed_of_that_and_of_nothing_else() -> None:
    task = await over()
    for reason in (AlarmReason.UNCLAIMED, AlarmReason.NOBODY_LEFT):
        await make_alarm(task, reason)

    await close_windows(NOW)
    await settle_stale_alerts(NOW)

    alarms = await Alarm.filter(ended_at__isnull=True)
    assert [(alarm.reason, alarm.due_at) for alarm in alarms] == [(AlarmReason.WINDOW_PASSED, NOW)]


async def test_its_waves_end_and_its_alerts_are_withdrawn() -> None:
    task = await over()
    wave = await make_wave(task)
    alert = await make_alert(wave, await make_member(), status=AlertStatus.SENT)

    await close_windows(NOW)
    await settle_stale_alerts(NOW)

    await wave.refresh_from_db()
    told = await Notification.get(alert_id=alert.id)
    assert (wave.status, told.kind, told.silent) == (WaveStatus.CANCELLED, "TASK_TAKEN", True)


async def test_across_midnight_it_expires_on_the_next_day() -> None:
    midnight = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # in Banyumas
    task = await make_task(starts_at=midnight - timedelta(hours=2), ends_at=midnight + timedelta(minutes=1))

    assert await close_windows(midnight) == 0
    assert await close_windows(midnight + timedelta(minutes=1)) == 1

    assert await status(task) == "EXPIRED"


@pytest.mark.parametrize("waiting", [ClaimStatus.OFFERED, ClaimStatus.HELD])
async def test_it_waits_for_offers_and_claims_that_have_deadlines_of_their_own(waiting: ClaimStatus) -> None:
    task = await over(slots=2)
    await make_claim(task, await make_member(), waiting)

    assert await close_windows(NOW) == 0

    assert await status(task) == "OPEN"


async def test_with_somebody_at_work_it_goes_on_with_those_who_came() -> None:
    task = await over(slots=2)
    await make_claim(task, await make_member(), ClaimStatus.IN_PROGRESS)

    assert await close_windows(NOW) == 1

    assert await status(task) == "IN_PROGRESS"
    assert await history(task) == [("close", "OPEN", "IN_PROGRESS")]
    assert await Alarm.all().count() == 0


async def test_with_everybody_done_who_came_it_is_done() -> None:
    task = await over(slots=2)
    await make_claim(task, await make_member(), ClaimStatus.COMPLETED)
    await make_claim(task, await make_member(), ClaimStatus.RELEASED)

    assert await close_windows(NOW) == 1

    assert await status(task) == "DONE"
    assert await history(task) == [("close", "OPEN", "IN_PROGRESS"), ("finish", "IN_PROGRESS", "DONE")]


@pytest.mark.parametrize("other", [TaskStatus.FILLED, TaskStatus.IN_PROGRESS, TaskStatus.DONE, TaskStatus.CANCELLED])
async def test_a_task_in_any_other_state_is_left_alone(other: TaskStatus) -> None:
    task = await over(status=other)

    assert await close_windows(NOW) == 0

    assert await status(task) == other


async def test_a_draft_that_was_forgotten_expires_too_and_its_coordinators_hear_of_it() -> None:
    task = await over(status=TaskStatus.DRAFT)
    await arm_window_passed(task)

    assert await close_windows(NOW - INSTANT) == 0
    assert await close_windows(NOW) == 1
    await settle_stale_alerts(NOW)

    assert await history(task) == [("expire", "DRAFT", "EXPIRED")]
    assert [(alarm.reason, alarm.due_at) for alarm in await Alarm.all()] == [(AlarmReason.WINDOW_PASSED, NOW)]


async def test_two_workers_close_each_task_once() -> None:
    tasks = [await over() for _ in range(5)]

    closed = await asyncio.gather(close_windows(NOW), close_windows(NOW))

    assert sum(closed) == 5
    assert [await status(task) for task in tasks] == ["EXPIRED"] * 5
    assert await TransitionLog.filter(action="expire").count() == 5


async def test_a_worker_killed_at_any_statement_leaves_the_task_whole_for_the_next() -> None:
    survived, number = False, 0
    while not survived:
        number += 1
        task = await over()
        with KilledAt(number) as killed:
            await close_windows(NOW)
        survived = not killed.died
        assert await status(task) == ("EXPIRED" if survived else "OPEN")

        assert await close_windows(NOW) == (0 if survived else 1)

        assert await history(task) == [("expire", "OPEN", "EXPIRED")]
        assert await Alarm.filter(task_id=task.id).count() == 1
    assert number > 3
