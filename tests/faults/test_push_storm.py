"""A vendor that fails and workers that die while alerts go out: each is sent, or visibly failed; none gets stuck.

The full length, with processes and a stand-in of FCM's, is `python -m bench storm`.
"""

import asyncio
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from tortoise.connection import get_connection

from kurir_api.dispatch.outbox import LEASE, deliver_due
from kurir_api.dispatch.senders import Delivery, Outcome, Push, PushSender
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.models import Alert, AlertStatus, Device, Notification
from tests.factories import NOW, make_alert, make_device, make_member, make_notification, make_task, make_wave

pytestmark = pytest.mark.usefixtures("db")
WORKERS = 4
KILLS = 8
ALERTS = 240
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


class Killed(Exception):
    """The worker's process died."""


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


async def alerts_that_are_due() -> None:
    task = await make_task()
    wave = await make_wave(task)
    for number in range(ALERTS):
        member = await make_member()
        await make_device(member, f"phone {number}")
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


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_alert_is_sent_or_visibly_failed_and_none_is_stuck(seed: int) -> None:
    fate = random.Random(seed)
    vendor, now, kills, stuck = StormyVendor(fate), NOW, 0, timedelta(0)
    await alerts_that_are_due()

    while await Notification.filter(due_at__isnull=False).exists():
        senders: list[PushSender] = [vendor] * WORKERS
        if kills < KILLS:
            senders[0] = DyingWorker(vendor, fate.randrange(6))
        work = [deliver_due(sender, now, batch=12, chance=fate.random) for sender in senders]
        taken = await asyncio.gather(*work, return_exceptions=True)
        assert all(isinstance(one, int | Killed) for one in taken)
        kills += isinstance(taken[0], Killed)
        stuck = max(stuck, await longest_without_progress(now))
        now += STEP

    assert kills == KILLS
    assert stuck <= LONGEST_STUCK
    ended = await Notification.all().select_related("alert")
    sent = [one for one in ended if one.sent_at]
    dead = [one for one in ended if one.failed_at]
    assert len(sent) + len(dead) == ALERTS
    assert {one.failure for one in dead} <= {"no device"}
    assert {one.alert.status for one in sent} == {AlertStatus.SENT}
    assert {one.alert.status for one in dead} <= {AlertStatus.FAILED}
    # From the phone's view: each alert that was sent is there, once, whatever came twice.
    phones = {alert.member_id: alert for alert in await Alert.all()}
    tokens = dict(await Device.all().values_list("member_id", "token"))
    assert {tokens[one.member_id] for one in sent if one.member_id in tokens} <= {token for token, _ in vendor.shown}
    assert len(vendor.shown) <= len(phones)
    assert {one.member_id for one in dead}.isdisjoint(tokens)
