"""The outbox, when phones or the vendor can't take a notification now: when it is tried again, and when no more."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from kurir_api.dispatch.outbox import LONGEST_BACKOFF, deliver_due
from kurir_api.dispatch.senders import Delivery, Outcome, Push
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.models import AlertStatus, Device, Notification
from tests.counting import faults_of
from tests.dispatch.outgoing import BUSY, GONE, MALFORMED, alerted, ending, now_is, waiting
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("db")


def answering(**answers: Delivery) -> MemorySender:
    """Answers so, by token."""
    sender = MemorySender()
    sender.answers = answers
    return sender


async def tried(notification: Notification, times: int) -> None:
    await Notification.filter(id=notification.id).update(attempts=times)


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 5), (2, 10), (3, 20), (4, 40), (5, 80), (6, 160), (7, 300), (11, 300)]
)
async def test_each_attempt_waits_up_to_twice_as_long_as_the_one_before_but_five_minutes_at_most(
    attempt: int, seconds: int
) -> None:
    notification = await waiting("phone")
    await tried(notification, attempt - 1)

    await deliver_due(answering(phone=BUSY), NOW, chance=lambda: 1.0)

    assert await ending(notification) == (NOW + timedelta(seconds=seconds), None, None, attempt)


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 0), (0.25, 10), (0.5, 20)])
async def test_the_wait_is_a_random_share_so_that_not_everybody_comes_back_at_once(
    chance: float, seconds: float
) -> None:
    notification = await waiting("phone")
    await tried(notification, 3)

    await deliver_due(answering(phone=BUSY), NOW, chance=lambda: chance)

    assert await ending(notification) == (NOW + timedelta(seconds=seconds), None, None, 4)


async def test_each_notification_has_a_chance_of_its_own() -> None:
    rows = [await waiting("one"), await waiting("two")]
    chances = iter([0.2, 0.8])

    await deliver_due(answering(one=BUSY, two=BUSY), NOW, chance=lambda: next(chances))

    assert [(await ending(row))[0] for row in rows] == [NOW + timedelta(seconds=1), NOW + timedelta(seconds=4)]


async def test_a_vendor_that_asks_to_be_left_alone_is_and_the_jitter_comes_on_top() -> None:
    notification = await waiting("phone", "tablet")
    sender = answering(
        phone=Delivery(Outcome.RETRY, "quota", retry_after=timedelta(seconds=90)),
        tablet=Delivery(Outcome.RETRY, "quota", retry_after=timedelta(seconds=30)),
    )

    await deliver_due(sender, NOW, chance=lambda: 0.5)

    assert await ending(notification) == (NOW + timedelta(seconds=92.5), None, None, 1)


async def test_it_is_tried_again_when_due_and_sent() -> None:
    sender, (alert, notification) = answering(phone=BUSY), await alerted("phone")
    await deliver_due(sender, NOW, chance=lambda: 1.0)
    later = NOW + timedelta(seconds=5)
    assert await now_is(alert) == (AlertStatus.QUEUED, None)
    sender.answers = {}

    assert await deliver_due(sender, later - timedelta.resolution) == 0
    assert await deliver_due(sender, later) == 1

    assert [push.notification_id for push in sender.pushes] == [notification.id] * 2
    assert await ending(notification) == (None, later, None, 2)
    assert await now_is(alert) == (AlertStatus.SENT, later)


async def test_the_twelfth_attempt_is_the_last_and_the_reason_is_kept() -> None:
    alert, notification = await alerted("phone")
    await tried(notification, 11)

    await deliver_due(answering(phone=BUSY), NOW)

    assert await ending(notification) == (None, None, "busy", 12)
    assert await now_is(alert) == (AlertStatus.FAILED, None)


class Faulty(MemorySender):
    """Has a fault that shows with one phone."""

    async def send(self, pushes: Sequence[Push]) -> list[Delivery]:
        """See `PushSender.send`."""
        if pushes[0].token == "odd":
            raise TypeError("unhashable type: 'dict'")
        return await super().send(pushes)


async def test_a_fault_of_the_senders_counts_as_an_attempt_and_holds_up_no_other() -> None:
    odd, sound, sender = await waiting("odd"), await waiting("phone"), Faulty()
    faults = faults_of("deliver_due")

    with capture_logs() as logs:
        assert await deliver_due(sender, NOW, chance=lambda: 1.0) == 2

    assert await ending(odd) == (NOW + timedelta(seconds=5), None, None, 1)
    assert await ending(sound) == (None, NOW, None, 1)
    assert [(entry["event"], entry["notification_id"]) for entry in logs] == [("sending failed", str(odd.id))]
    assert faults_of("deliver_due") == faults + 1


async def test_a_fault_that_stays_ends_at_the_twelfth_attempt_too() -> None:
    odd, now = await waiting("odd"), NOW
    for _ in range(20):
        await deliver_due(Faulty(), now, chance=lambda: 1.0)
        now += LONGEST_BACKOFF

    assert await ending(odd) == (None, None, "TypeError", 12)
    assert odd.failed_at is not None


async def test_it_is_tried_no_longer_than_it_is_worth_sending() -> None:
    expires_at = NOW + timedelta(minutes=30)
    alert, notification = await alerted("phone", expires_at=expires_at)
    sender = answering(phone=Delivery(Outcome.RETRY, "quota", retry_after=timedelta(days=11_574)))

    await deliver_due(sender, NOW)
    assert await ending(notification) == (expires_at, None, None, 1)
    await deliver_due(sender, expires_at)

    assert await ending(notification) == (None, None, "expired", 2)
    assert await now_is(alert) == (AlertStatus.FAILED, None)


async def test_a_phone_that_can_never_take_it_is_left_out_when_the_others_are_tried_again() -> None:
    sender, notification = (
        answering(phone=BUSY, tablet=MALFORMED, watch=BUSY),
        await waiting("phone", "tablet", "watch"),
    )
    tablet, watch = await Device.get(token="tablet"), await Device.get(token="watch")

    await deliver_due(sender, NOW, chance=lambda: 0.0)
    sender.answers["watch"] = MALFORMED
    await deliver_due(sender, NOW, chance=lambda: 0.0)
    await deliver_due(sender, NOW, chance=lambda: 0.0)

    assert [push.token for push in sender.pushes] == ["phone", "tablet", "watch", "phone", "watch", "phone"]
    assert await ending(notification) == (NOW, None, None, 3)
    assert notification.data["refused_devices"] == [str(tablet.id), str(watch.id)]
    assert notification.data["number"] == 4821


async def test_a_phone_that_is_gone_is_removed_while_the_other_is_tried_again() -> None:
    sender, notification = answering(phone=BUSY, tablet=GONE), await waiting("phone", "tablet")

    await deliver_due(sender, NOW, chance=lambda: 0.0)
    await deliver_due(sender, NOW, chance=lambda: 0.0)

    assert [push.token for push in sender.pushes] == ["phone", "tablet", "phone"]
    assert await Device.all().values_list("token", flat=True) == ["phone"]
    assert (await ending(notification))[0] == NOW


async def test_of_several_reasons_that_of_a_phone_which_might_have_taken_it_is_kept() -> None:
    notification = await waiting("tablet", "phone")
    await tried(notification, 11)

    await deliver_due(answering(tablet=MALFORMED, phone=BUSY), NOW)

    assert await ending(notification) == (None, None, "busy", 12)
