"""A vendor that fails and workers that die while alerts go out: each is sent, or visibly failed; none gets stuck.

At full length it is `python -m bench storm`: with processes, and a stand-in of FCM's.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from tortoise.connection import get_connection

from bench.storm import storm
from kurir_api.dispatch.outbox import LEASE, deliver_due
from kurir_api.dispatch.senders import Delivery, Outcome, Push, PushSender
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.settling import settle_stale_alerts
from kurir_api.models import Alert, AlertStatus, Device, Notification, Task, TaskStatus
from tests.conftest import Figures
from tests.factories import NOW, make_alert, make_device, make_member, make_notification, make_task, make_wave

pytestmark = pytest.mark.usefixtures("db")
WORKERS = 4
KILLS = 8
ALERTS = 240
WITHDRAWN_ALERTS = 60
WITHDRAWN_AFTER = timedelta(seconds=3)
STEP = timedelta(seconds=1)
LONGEST_STUCK = timedelta(seconds=90)


class StormyVendor(MemorySender):
    """Of a hundred: 30 are answered 503, 5 never, so that nobody knows whether they arrived, and 1 token is gone."""

    def __init__(self, fate: random.Random) -> None:
        super().__init__()
        self.fate = fate

    async def send(self, pushes: Sequence[Push]) -> list[Delivery]:
        """See `PushSender.send`."""
        answers = []
        for push in pushes:
            await asyncio.sleep(0)
            match self.fate.random():
                case chance if chance < 0.30:
                    answers.append(Delivery(Outcome.RETRY, "UNAVAILABLE"))
                case chance if chance < 0.35:
                    if chance < 0.325:
                        await super().send([push])
                    answers.append(Delivery(Outcome.RETRY, "no answer"))
                case chance if chance < 0.36:
                    answers.append(Delivery(Outcome.TOKEN_GONE, "UNREGISTERED"))
                case _:
                    answers += await super().send([push])
        return answers


class Killed(BaseException):
    """The worker's process died: nothing that it would do about a fault is done."""


class DyingWorker:
    """The vendor as a worker sees it that dies after so many pushes: between sending and recording what it sends
    then, whether it arrived or not.
    """

    def __init__(self, vendor: StormyVendor, pushes_left: int) -> None:
        self.vendor = vendor
        self.pushes_left = pushes_left

    async def send(self, pushes: Sequence[Push]) -> list[Delivery]:
        """See `PushSender.send`."""
        if self.pushes_left > 0:
            self.pushes_left -= 1
            return await self.vendor.send(pushes)
        if self.vendor.fate.random() < 0.5:
            await self.vendor.send(pushes)
        raise Killed

    async def close(self) -> None:
        """See `PushSender.close`."""


async def alerts_that_are_due(task: Task, count: int) -> None:
    wave = await make_wave(task)
    for number in range(count):
        member = await make_member()
        await make_device(member, f"phone {number} of {task.number}")
        alert = await make_alert(wave, member)
        await make_notification(member, task, kind="TASK_ALERT", alert=alert, due_at=NOW, urgent=True)


async def longest_without_progress(now: datetime) -> timedelta:
    """How long ago anything last happened to the notification that waits for longest."""
    rows = await get_connection("default").execute_query_dict(
        "SELECT max($1::timestamptz - greatest(due_at, leased_until - $2::interval)) AS waited"
        " FROM notification WHERE due_at IS NOT NULL",
        [now, LEASE],
    )
    return rows[0]["waited"] or timedelta(0)


def shown_after_its_withdrawal(arrived: Sequence[Push]) -> list[Push]:
    """Of what reached phones, in order, each alert that came after it had been taken back."""
    taken_back, late = set(), []
    for push in arrived:
        place = (push.token, push.collapse_key)
        if push.silent:
            taken_back.add(place)
        elif place in taken_back:
            late.append(push)
    return late


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_alert_is_sent_or_visibly_failed_and_none_is_stuck(seed: int, figure: Figures) -> None:
    fate = random.Random(seed)
    vendor, now, kills, stuck = StormyVendor(fate), NOW, 0, timedelta(0)
    task, called_off = await make_task(), await make_task()
    await alerts_that_are_due(called_off, WITHDRAWN_ALERTS)
    await alerts_that_are_due(task, ALERTS)

    while await Notification.filter(due_at__isnull=False).exists():
        senders: list[PushSender] = [vendor] * WORKERS
        if kills < KILLS:
            senders[0] = DyingWorker(vendor, fate.randrange(6))
        work = [deliver_due(sender, now, batch=12, chance=fate.random) for sender in senders]
        taken = await asyncio.gather(*work, return_exceptions=True)
        assert all(isinstance(one, int | Killed) for one in taken)
        kills += isinstance(taken[0], Killed)
        if now == NOW + WITHDRAWN_AFTER:
            await Task.filter(id=called_off.id).update(status=TaskStatus.CANCELLED, alerts_stale=True)
            assert await settle_stale_alerts(now) == 1
        stuck = max(stuck, await longest_without_progress(now))
        now += STEP

    assert kills == KILLS
    assert stuck <= LONGEST_STUCK
    ended = await Notification.filter(task_id=task.id).select_related("alert")
    sent = [one for one in ended if one.sent_at]
    dead = [one for one in ended if one.failure]  # and a text message follows, for they are urgent
    assert len(sent) + len(dead) == ALERTS
    assert {one.failure for one in dead} <= {"no device"}
    assert {one.alert.status for one in sent} == {AlertStatus.SENT}
    assert all(one.alert.status == AlertStatus.FAILED and one.alert.fallback_due_at for one in dead)
    tokens = dict(await Device.all().values_list("member_id", "token"))
    assert {one.member_id for one in dead}.isdisjoint(tokens)
    # From the phone's view: each alert that was sent is there, once, whatever came twice; and what was taken back is
    # not, and never came again.
    showing = Counter(token for token, _ in vendor.shown)
    assert {tokens[one.member_id] for one in sent if one.member_id in tokens} <= showing.keys()
    assert len(vendor.pushes) > len({push.notification_id for push in vendor.pushes})
    assert set(showing.values()) == {1}
    assert any(push.silent for push in vendor.pushes)
    assert shown_after_its_withdrawal(vendor.pushes) == []
    asked = await Alert.filter(task_id=called_off.id).values_list("member_id", flat=True)
    assert {tokens[member_id] for member_id in asked if member_id in tokens}.isdisjoint(showing)
    figure(
        f"every alert is sent or visibly failed: 30 % 503, 5 % hanging, 1 % 404, {KILLS} deaths, seed {seed}",
        f"{len(sent)} sent, {len(dead)} failed with a reason, {ALERTS - len(sent) - len(dead)} of {ALERTS} neither",
    )
    figure(f"stuck work recovers: ≤ 90 s after a kill, seed {seed}", f"{stuck.total_seconds():.0f} s at most")


async def test_at_full_length_with_processes_that_are_killed(full: bool, figure: Figures) -> None:
    if not full:
        pytest.skip("takes minutes: make faults")

    assert await storm(alerts=10_000, workers=4, kills=20)

    figure(
        "every alert is sent or visibly failed: 10,000 alerts, 20 workers killed", "all of them; none stuck for 90 s"
    )
