"""What kills its worker, or fails, each time: tried a bounded number of times, then for all to see; others go on.

A message that came in is tried so in `tests/services/threads/test_inbox.py`.
"""

import asyncio
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kurir_api.dispatch.doctor import examine
from kurir_api.dispatch.notifications import PUSH
from kurir_api.dispatch.outbox import APART_SECONDS, DEADLY, LEASE, MOST_ATTEMPTS, deliver_due
from kurir_api.dispatch.senders import Delivery, Push
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.waves import run_due_waves
from kurir_api.models import Alert, AlertStatus, Notification, Recurrence, Task, Wave
from kurir_api.services.recurrences.making import make_recurring_tasks
from kurir_api.settings import Settings
from tests.conftest import Figures
from tests.factories import (
    FAR_OFF,
    NOW,
    make_alert,
    make_device,
    make_member,
    make_notification,
    make_recurrence,
    make_task,
    make_wave,
)
from tests.faults.deadly_worker import DEATH, POISON
from tests.processes import running
from tests.processes.office import WORKING, environment

pytestmark = pytest.mark.usefixtures("db")
OTHERS = 12
ROOT = Path(__file__).parents[2]


class Killed(BaseException):
    """The worker's process died: nothing that it would do about a fault is done."""


class Deadly(MemorySender):
    """Whoever sends one message dies of it, before any other of its batch is sent."""

    async def send(self, pushes: Sequence[Push]) -> list[Delivery]:
        """See `PushSender.send`."""
        if any(push.token == POISON for push in pushes):
            raise Killed
        return await super().send(pushes)


async def test_a_push_that_kills_its_worker_is_set_aside_and_takes_no_other_along(figure: Figures) -> None:
    wave, sender, deaths, now = await make_wave(await make_task()), Deadly(), 0, NOW
    for number in range(OTHERS + 1):
        member = await make_member()
        await make_device(member, f"phone {number}" if number else POISON)
        alert = await make_alert(wave, member)
        await make_notification(member, await wave.task, kind="TASK_ALERT", alert=alert, due_at=NOW, urgent=True)

    while await Notification.filter(due_at__isnull=False, channel=PUSH).exists():
        try:
            if not await deliver_due(sender, now):
                now += LEASE + timedelta(seconds=APART_SECONDS)
        except Killed:
            deaths += 1

    poison = await Notification.get(failure__isnull=False, channel=PUSH).select_related("alert")
    others = await Notification.filter(channel=PUSH, failure__isnull=True)
    assert (deaths, poison.failure, poison.alert.status) == (
        MOST_ATTEMPTS,
        "its worker died at the last attempt",
        AlertStatus.FAILED,
    )
    assert len(others) == await Alert.filter(status=AlertStatus.SENT).count() == OTHERS
    assert max(one.attempts for one in others) <= 3
    figure(
        "a poison push is tried 12 times, also across deaths, then set aside; others go on",
        f"{deaths} deaths, then a dead letter; {OTHERS} others sent after {max(one.attempts for one in others)}"
        " attempts at most",
    )


async def test_a_push_that_ends_the_process_of_its_worker_ends_no_more_than_twelve(
    settings: Settings, full: bool, figure: Figures
) -> None:
    """In the short form it has been tried seven times when the first dies of it."""
    due, before = {"due_at": datetime.now(UTC), "expires_at": FAR_OFF}, 0 if full else 7
    for number in range(4):
        member = await make_member()
        await make_device(member, f"phone {number}" if number else POISON)
        await make_notification(member, None, kind="DRILL", attempts=0 if number else before, **due)
    command, env = (sys.executable, "-m", "tests.faults.deadly_worker"), environment(settings)
    async with running(*command, says=WORKING, env=env, cwd=ROOT) as worker, asyncio.timeout(60):
        while await Notification.filter(due_at__isnull=False).exists():  # noqa: ASYNC110 - it's another process
            await asyncio.sleep(0.05)
    deaths = len(re.findall(rf"ended\s+status={DEATH}\b", worker.printed))

    poison = await Notification.get(failure__isnull=False)
    others = await Notification.filter(sent_at__isnull=False)
    assert (before + deaths, poison.failure, len(others)) == (MOST_ATTEMPTS, DEADLY, 3)
    figure(
        "a poison push ends the processes of at most 12 workers; others go on",
        f"{deaths} processes ended by os._exit after {before} other attempts, {len(others)} others sent after"
        f" {max(one.attempts for one in others)} attempts at most",
    )


async def test_a_wave_that_fails_each_time_is_tried_less_often_and_is_seen_by_the_doctor() -> None:
    broken, sound = await make_task(), [await make_task() for _ in range(5)]
    await Task.filter(id=broken.id).update(kind="UNKNOWN")
    for task in (broken, *sound):
        await make_wave(task, status="PLANNED", due_at=NOW)
    tries, now = 0, NOW
    while now < NOW + timedelta(hours=3):
        due = await Wave.filter(task_id=broken.id, leased_until__isnull=True).exists() or (
            await Wave.filter(task_id=broken.id, leased_until__lte=now).exists()
        )
        tries += due
        while await run_due_waves(now):
            pass
        now += timedelta(minutes=5)

    assert tries <= 15
    assert not await Wave.filter(task_id__in=[task.id for task in sound], looked_at=None, status="PLANNED").exists()
    wave = await Wave.get(task_id=broken.id)
    problems = {(finding.item, finding.problem) for finding in await examine(now)}
    assert (f"wave {wave.number} of task {broken.number}", "it fails each time; see the worker's log") in problems


async def test_a_recurrence_that_fails_each_time_is_tried_less_often_and_others_are_made() -> None:
    broken, sound = await make_recurrence(rule="FREQ=NEVER"), await make_recurrence()
    tries, now = 0, NOW
    while now < NOW + timedelta(hours=3):
        tries += await Recurrence.filter(id=broken.id, due_at__lte=now).exists()
        while await make_recurring_tasks(now):
            pass
        now += timedelta(minutes=10)

    assert tries <= 15
    assert await Task.filter(recurrence_id=sound.id).exists()
    problems = {(finding.item, finding.problem) for finding in await examine(now)}
    assert (f"recurrence {broken.id}", "it fails each time; see the worker's log") in problems
