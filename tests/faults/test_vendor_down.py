"""FCM answers 503, or not at all, for an hour: texts go out instead, it is asked with pauses, and all ends for all to
see.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from tortoise.connection import get_connection

from kurir_api.dispatch.fallbacks import send_due_fallbacks
from kurir_api.dispatch.notifications import PUSH
from kurir_api.dispatch.outbox import MOST_ATTEMPTS, deliver_due
from kurir_api.dispatch.senders import Delivery, Outcome, Push
from kurir_api.dispatch.senders.fcm import MESSAGE_DEADLINE
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.text_outbox import deliver_due_texts
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.models import Alert, Notification, Task, Urgency, Wave
from tests.conftest import Figures
from tests.factories import NOW, make_alert, make_device, make_member, make_notification, make_task, make_wave

pytestmark = pytest.mark.usefixtures("db")
OUTAGE = timedelta(hours=1)
DOWN = {
    "answers 503": (Delivery(Outcome.RETRY, "UNAVAILABLE"), timedelta(0)),
    "hangs": (Delivery(Outcome.RETRY, "no answer within 10 s"), MESSAGE_DEADLINE),
}
"""What becomes of each push, and how long the sender takes for a batch. That FCM's does so with a socket that stays
silent is shown in `tests/dispatch/test_senders_fcm.py`.
"""
TEXTED_WITHIN = timedelta(minutes=5)
FOLLOWING = """
SELECT least((SELECT min(due_at) FROM notification), (SELECT min(fallback_due_at) FROM alert)) AS at
"""


async def alerts(task: Task, count: int, due_at: datetime, *, urgent: bool) -> None:
    wave = await make_wave(task, number=1 + await Wave.filter(task_id=task.id).count())
    for _ in range(count):
        member = await make_member()
        await make_device(member, f"phone of {member.id}")
        alert = await make_alert(wave, member)
        await make_notification(member, task, kind="TASK_ALERT", alert=alert, due_at=due_at, urgent=urgent)


class Hour:
    """What workers do, from one due time to the next, with a vendor that takes `lasting` for each batch."""

    def __init__(self, pushes: MemorySender, lasting: timedelta) -> None:
        self.pushes, self.lasting, self.texts = pushes, lasting, MemoryTextSender()
        self.texted_at: list[datetime] = []

    async def at(self, now: datetime) -> datetime:
        """All that is due then; when it is done."""
        while await send_due_fallbacks(now) or await deliver_due(self.pushes, now, chance=lambda: 1.0):
            now += self.lasting
        before = len(self.texts.messages)
        while await deliver_due_texts(self.texts, now):
            pass
        self.texted_at += [now] * (len(self.texts.messages) - before)
        return now

    async def until(self, end: datetime) -> None:
        """From one due time to the next."""
        now = NOW
        while now <= end:
            now = await self.at(now)
            (row,) = await get_connection("default").execute_query_dict(FOLLOWING)
            now = max(row["at"] or end + OUTAGE, now + timedelta(seconds=1))


class Down(MemorySender):
    """Says the same of every push."""

    def __init__(self, said: Delivery) -> None:
        super().__init__()
        self.said = said

    async def send(self, pushes: Sequence[Push]) -> list[Delivery]:
        """See `PushSender.send`."""
        return [self.said for _ in pushes]


@pytest.mark.parametrize("vendor", DOWN)
async def test_an_hour_without_the_vendor(vendor: str, figure: Figures) -> None:
    said, lasting = DOWN[vendor]
    emergency, usual = await make_task(urgency=Urgency.EMERGENCY), await make_task(urgency=Urgency.NORMAL)
    await alerts(emergency, 5, NOW, urgent=True)
    await alerts(usual, 5, NOW, urgent=False)
    hour = Hour(Down(said), lasting)

    await hour.until(NOW + OUTAGE)
    hour.pushes, hour.lasting = back, _ = MemorySender(), timedelta(0)
    late = NOW + OUTAGE
    await alerts(usual, 3, late, urgent=False)
    await alerts(emergency, 3, late, urgent=True)
    await hour.at(late)

    assert len(hour.texts.messages) >= 5
    assert max(hour.texted_at) - NOW <= TEXTED_WITHIN
    attempts = await Notification.filter(created_at__lt=late, channel=PUSH).values_list("attempts", flat=True)
    assert max(attempts) <= MOST_ATTEMPTS
    assert not await Notification.filter(due_at__lte=late).exists()
    ended = await Notification.filter(channel=PUSH).count()
    sent = await Notification.filter(channel=PUSH, sent_at__isnull=False).count()
    reasons = await Notification.filter(channel=PUSH, sent_at__isnull=True).values_list("failure", flat=True)
    assert all(reasons)
    assert sent + len(reasons) == ended
    order = [str(push.data["taskId"]) for push in back.pushes[-6:]]
    assert order[:3] == order[:1] * 3
    assert order[3:] == order[3:4] * 3
    assert await Alert.filter(task_id=emergency.id, status="SENT").count() >= 3
    figure(
        f"FCM {vendor} for an hour: texts within 5 min, at most 12 attempts, all sent or visibly failed",
        f"texts after {(max(hour.texted_at) - NOW).total_seconds():.0f} s at most, {max(attempts)} attempts at most,"
        f" {sent} sent, {len(reasons)} failed with a reason, 0 waiting",
    )
