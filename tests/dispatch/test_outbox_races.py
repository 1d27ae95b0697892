"""The outbox among other workers, withdrawals and deaths: sent at least once, recorded by one, never resurrected."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import asyncpg
import pytest
from structlog.testing import capture_logs

from kurir_api.database import connect_arguments
from kurir_api.dispatch.notifications import PUSH
from kurir_api.dispatch.outbox import LEASE, deliver_due, take_due
from kurir_api.dispatch.senders import Delivery, Outcome, Push
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.settling import WITHDRAWN, settle_stale_alerts
from kurir_api.models import AlertStatus, Notification, Role
from kurir_api.services.tasks.cancel_task import cancel_task
from kurir_api.services.tasks.publish_task import TaskAction
from tests.dispatch.outgoing import BUSY, alerted, ending, now_is, waiting
from tests.factories import NOW, principal_for

pytestmark = pytest.mark.usefixtures("db")


class Interrupted(MemorySender):
    """Something else happens between its sending and the record of it."""

    def __init__(self, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    async def send(self, pushes: Sequence[Push]) -> list[Delivery]:
        """See `PushSender.send`."""
        answers = await super().send(pushes)
        await self.meanwhile()
        return answers


class Killed(BaseException):
    """The worker's process died: nothing that it would do about a fault is done."""


async def die() -> None:
    raise Killed


async def test_workers_share_what_is_due_and_each_notification_is_sent_once() -> None:
    sender = MemorySender()
    rows = [await waiting(f"phone {number}") for number in range(40)]

    taken = await asyncio.gather(*(deliver_due(sender, NOW, batch=10) for _ in range(6)))

    assert sum(taken) == 40
    assert sorted(push.notification_id for push in sender.pushes) == sorted(row.id for row in rows)
    assert {await ending(row) for row in rows} == {(None, NOW, None, 1)}


async def test_a_row_that_somebody_holds_is_passed_over_without_waiting(database: str) -> None:
    sender, (held, free) = MemorySender(), [await waiting("held"), await waiting("free")]
    connection = await asyncpg.connect(**connect_arguments(database))
    try:
        async with connection.transaction():
            await connection.execute("SELECT FROM notification WHERE id = $1 FOR UPDATE", held.id)
            async with asyncio.timeout(5):
                assert await deliver_due(sender, NOW) == 1
    finally:
        await connection.close()

    assert await ending(free) == (None, NOW, None, 1)
    assert await ending(held) == (NOW, None, None, 0)
    assert await deliver_due(sender, NOW) == 1


async def test_a_death_between_sending_and_recording_sends_again_when_the_lease_ends() -> None:
    alert, notification = await alerted("phone")
    dying, survivor = Interrupted(die), MemorySender()

    with pytest.raises(Killed):
        await deliver_due(dying, NOW)
    assert [push.token for push in dying.pushes] == ["phone"]
    assert await deliver_due(survivor, NOW + LEASE - timedelta.resolution) == 0
    assert await deliver_due(survivor, NOW + LEASE) == 1

    assert await ending(notification) == (None, NOW + LEASE, None, 2)
    assert await now_is(alert) == (AlertStatus.SENT, NOW + LEASE)
    first, second = dying.pushes[0], survivor.pushes[0]
    assert (first.collapse_key, first.notification_id) == (second.collapse_key, second.notification_id)


async def test_what_a_worker_died_with_is_taken_together_once_more_and_then_alone() -> None:
    for number in range(5):
        await waiting(f"phone {number}", attempts=1, leased_until=NOW)

    again = await take_due(PUSH, NOW, 100)
    alone = [await take_due(PUSH, NOW + 2 * LEASE, 100) for _ in range(5)]

    assert len(again) == 5
    assert [len(batch) for batch in alone] == [1] * 5


@pytest.mark.parametrize("answer", [Delivery(Outcome.SENT), BUSY], ids=["sent", "busy"])
async def test_what_is_withdrawn_while_it_is_sent_stays_withdrawn(answer: Delivery) -> None:
    alert, notification = await alerted("phone")

    async def the_task_is_cancelled() -> None:
        task = await notification.task
        await cancel_task(await principal_for(Role.COORDINATOR), TaskAction(task_id=task.id))
        assert await settle_stale_alerts(NOW) == 1

    sender = Interrupted(the_task_is_cancelled)
    sender.answers["phone"] = answer
    assert await deliver_due(sender, NOW) == 1

    assert await ending(notification) == (None, None, WITHDRAWN, 1)
    assert await now_is(alert) == (AlertStatus.SUPPRESSED, None)
    withdrawal = await Notification.get(kind="TASK_TAKEN")
    assert (withdrawal.alert_id, withdrawal.due_at, withdrawal.silent) == (alert.id, NOW + LEASE, True)


async def test_the_withdrawal_follows_when_the_lease_is_over_and_clears_the_phone() -> None:
    _, notification = await alerted("phone")

    async def the_task_is_cancelled() -> None:
        task = await notification.task
        await cancel_task(await principal_for(Role.COORDINATOR), TaskAction(task_id=task.id))
        await settle_stale_alerts(NOW)
        sender.meanwhile = nothing

    async def nothing() -> None:
        pass

    sender = Interrupted(the_task_is_cancelled)
    await deliver_due(sender, NOW)
    assert len(sender.shown) == 1

    assert await deliver_due(sender, NOW + LEASE) == 1

    assert sender.shown == {}


async def test_who_comes_back_after_its_lease_overwrites_nothing() -> None:
    alert, notification = await alerted("phone")
    later = NOW + LEASE
    other = MemorySender()

    async def another_worker_takes_over() -> None:
        assert await deliver_due(other, later) == 1

    slow = Interrupted(another_worker_takes_over)
    slow.answers["phone"] = BUSY
    await deliver_due(slow, NOW)

    assert await ending(notification) == (None, later, None, 2)
    assert await now_is(alert) == (AlertStatus.SENT, later)


async def test_one_that_cannot_be_recorded_holds_up_no_other_and_comes_up_again() -> None:
    sender = MemorySender()
    broken, sound = await waiting("one"), await waiting("two")
    sender.answers["one"] = Delivery(Outcome.FAILED, "longer than the column takes" * 10)

    with capture_logs() as logs:
        assert await deliver_due(sender, NOW) == 2

    assert [(entry["event"], entry["notification_id"]) for entry in logs if entry["log_level"] == "error"] == [
        ("recording failed", str(broken.id))
    ]
    assert await ending(sound) == (None, NOW, None, 1)
    assert await leased(broken) == NOW + LEASE
    sender.answers = {}
    assert await deliver_due(sender, NOW + LEASE) == 1
    assert await ending(broken) == (None, NOW + LEASE, None, 2)


async def leased(notification: Notification) -> datetime | None:
    await notification.refresh_from_db()
    return notification.leased_until
