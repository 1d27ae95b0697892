"""The other way: whom a push didn't reach in time gets a text message, unless nobody needs him any more."""

import asyncio
from datetime import timedelta

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.dispatch.fallbacks import FALLBACK_AFTER, send_due_fallbacks
from kurir_api.dispatch.outbox import LEASE, deliver_due
from kurir_api.dispatch.senders import Delivery, Outcome
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.settling import settle_stale_alerts
from kurir_api.dispatch.text_outbox import SUPERSEDED, deliver_due_texts
from kurir_api.dispatch.text_senders import TextMessage
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.models import Alert, AlertStatus, Member, Notification, Task, TaskStatus, Wave
from kurir_api.services.notifications.answer_alert import AnswerAlert, answer_alert
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from tests.counting import faults_of
from tests.dispatch.outgoing import BUSY, MALFORMED, alerted, ending, now_is
from tests.factories import NOW, make_alert, make_member, make_task, make_wave

pytestmark = pytest.mark.usefixtures("db")
THREE_MINUTES = timedelta(minutes=3)
UNANSWERED = (AlertStatus.QUEUED, AlertStatus.SENT, AlertStatus.FAILED)
ANSWERED = (AlertStatus.RECEIVED, AlertStatus.OPENED, AlertStatus.DECLINED, AlertStatus.ACCEPTED)


async def due_alert(status: AlertStatus = AlertStatus.SENT, task: Task | None = None, **values) -> Alert:
    """An urgent alert whose time to be received is over."""
    task = task or await make_task()
    wave = await Wave.get_or_none(task_id=task.id) or await make_wave(task)
    member = await make_member(**values)
    return await make_alert(wave, member, status=status, fallback_due_at=NOW)


async def texts() -> list[Notification]:
    return await Notification.filter(channel="fallback").order_by("id")


async def test_a_task_that_fails_each_time_holds_up_no_other_and_comes_up_again_a_minute_later() -> None:
    broken = await due_alert(task=await make_task(kind="A_KIND_THAT_WAS_REMOVED"))
    well, faults = await due_alert(), faults_of("send_due_fallbacks")

    assert await send_due_fallbacks(NOW) == 2

    assert [text.member_id for text in await texts()] == [well.member_id]
    await broken.refresh_from_db()
    assert broken.fallback_due_at == NOW + timedelta(minutes=1)
    assert faults_of("send_due_fallbacks") == faults + 1


async def fallback_due(alert: Alert) -> object:
    return (await Alert.get(id=alert.id)).fallback_due_at


class TestWhenItIsDue:
    async def test_three_minutes_after_an_urgent_alert_was_sent(self) -> None:
        alert, _ = await alerted("phone", urgent=True)

        await deliver_due(MemorySender(), NOW)

        assert FALLBACK_AFTER == THREE_MINUTES
        assert await fallback_due(alert) == NOW + THREE_MINUTES

    async def test_at_once_when_the_push_failed_for_good(self) -> None:
        without_phone, _ = await alerted(urgent=True)
        refused, _ = await alerted("phone", urgent=True)
        sender = MemorySender()
        sender.answers["phone"] = MALFORMED

        await deliver_due(sender, NOW)

        assert [await fallback_due(without_phone), await fallback_due(refused)] == [NOW, NOW]

    async def test_three_minutes_after_the_first_attempt_while_the_vendor_is_down(self) -> None:
        alert, _ = await alerted("phone", urgent=True)
        sender = MemorySender()
        sender.answers["phone"] = BUSY

        await deliver_due(sender, NOW, chance=lambda: 0.5)
        await deliver_due(sender, NOW + timedelta(seconds=2.5))

        assert await fallback_due(alert) == NOW + THREE_MINUTES
        assert await now_is(alert) == (AlertStatus.QUEUED, None)

    async def test_never_when_it_is_not_urgent(self) -> None:
        sent, _ = await alerted("phone", urgent=False)
        failed, _ = await alerted(urgent=False)

        await deliver_due(MemorySender(), NOW)

        assert [await fallback_due(sent), await fallback_due(failed)] == [None, None]

    async def test_never_when_the_window_passed_before_it_could_be_sent(self) -> None:
        alert, _ = await alerted("phone", urgent=True, expires_at=NOW)

        await deliver_due(MemorySender(), NOW)

        assert await fallback_due(alert) is None

    @pytest.mark.parametrize("said", [AlertStatus.RECEIVED, AlertStatus.OPENED, AlertStatus.DECLINED])
    async def test_never_when_the_app_said_something_of_it(self, said: AlertStatus) -> None:
        alert, _ = await alerted("phone", urgent=True)
        await deliver_due(MemorySender(), NOW)

        await answer_alert(await principal_of_member(alert.member_id), AnswerAlert(alert_id=alert.id, status=said))

        assert await fallback_due(alert) is None

    async def test_never_when_the_app_was_faster_than_the_record_of_the_push(self) -> None:
        alert, _ = await alerted("phone", urgent=True, status=AlertStatus.RECEIVED)

        await deliver_due(MemorySender(), NOW)

        assert await fallback_due(alert) is None


class TestQueueing:
    async def test_a_text_is_queued_with_what_the_member_has_to_know(self) -> None:
        task = await make_task(number=4821)
        alert = await due_alert(task=task)

        assert await send_due_fallbacks(NOW) == 1

        (text,) = await texts()
        assert (text.kind, text.member_id, text.task_id, text.alert_id) == (
            "TASK_ALERT",
            alert.member_id,
            task.id,
            alert.id,
        )
        assert (text.due_at, text.expires_at, text.urgent, text.silent) == (NOW, task.ends_at, True, False)
        assert text.data["distance_m"] == 2100.0

    async def test_not_before_its_time_and_never_twice(self) -> None:
        alert = await due_alert()

        assert await send_due_fallbacks(NOW - timedelta.resolution) == 0
        assert await send_due_fallbacks(NOW) == 1
        assert await send_due_fallbacks(NOW + timedelta(hours=1)) == 0
        await Alert.filter(id=alert.id).update(fallback_due_at=NOW)
        assert await send_due_fallbacks(NOW) == 1

        assert len(await texts()) == 1
        assert await fallback_due(alert) is None

    @pytest.mark.parametrize("status", UNANSWERED)
    async def test_an_alert_that_nobody_answered_is_texted(self, status: AlertStatus) -> None:
        await due_alert(status)

        await send_due_fallbacks(NOW)

        assert len(await texts()) == 1

    @pytest.mark.parametrize("status", [*ANSWERED, AlertStatus.SUPPRESSED])
    async def test_one_that_was_answered_is_not(self, status: AlertStatus) -> None:
        alert = await due_alert(status)

        await send_due_fallbacks(NOW)

        assert (await texts(), await fallback_due(alert)) == ([], None)

    @pytest.mark.parametrize("status", [status for status in TaskStatus if status is not TaskStatus.OPEN])
    async def test_nor_one_of_a_task_that_wants_nobody_any_more(self, status: TaskStatus) -> None:
        await due_alert(task=await make_task(status=status))

        await send_due_fallbacks(NOW)

        assert await texts() == []

    async def test_nor_one_of_a_task_whose_window_is_over(self) -> None:
        await due_alert(task=await make_task(starts_at=NOW - timedelta(hours=4)))

        await send_due_fallbacks(NOW)

        assert await texts() == []

    async def test_two_workers_text_each_member_once(self) -> None:
        task = await make_task()
        members = {(await due_alert(task=task)).member_id for _ in range(20)}

        looked_at = await asyncio.gather(*(send_due_fallbacks(NOW, batch=5) for _ in range(4)))

        assert sum(looked_at) == 20
        assert sorted(text.member_id for text in await texts()) == sorted(members)


class TestSending:
    async def test_the_text_says_what_where_when_and_how_to_answer_and_nothing_of_the_patient(self) -> None:
        task = await make_task(number=4821, title="Jemput Bu Sutinah", instructions="kursi roda")
        alert = await due_alert(task=task, phone="+6281211112222")
        english = await due_alert(task=task, phone="+6281211113333", locale="en")
        await send_due_fallbacks(NOW)
        sender = MemoryTextSender()

        assert await deliver_due_texts(sender, NOW) == 2

        rows = {row.member_id: row for row in await texts()}
        assert sender.messages == [
            TextMessage(
                notification_id=rows[alert.member_id].id,
                phone="+6281211112222",
                locale="id",
                text="Kurir: Segera: Antar jemput ambulans dibutuhkan. 2,1 km. Karangnangka, Kedungbanteng. "
                "Sel 24 Nov 07.00 WIB. Balas AMBIL 4821 / TIDAK 4821",
                ttl=timedelta(hours=26),
                urgent=True,
            ),
            TextMessage(
                notification_id=rows[english.member_id].id,
                phone="+6281211113333",
                locale="en",
                text="Kurir: Urgent: Ambulance run needed. 2.1 km. Karangnangka, Kedungbanteng. "
                "Tue 24 Nov 07:00 WIB. Reply AMBIL 4821 to take it, TIDAK 4821 if not",
                ttl=timedelta(hours=26),
                urgent=True,
            ),
        ]
        assert await ending(rows[alert.member_id]) == (None, NOW, None, 1)

    @pytest.mark.parametrize("status", [AlertStatus.QUEUED, AlertStatus.FAILED])
    async def test_an_alert_that_no_push_carried_is_sent_when_its_text_is(self, status: AlertStatus) -> None:
        alert = await due_alert(status)
        await send_due_fallbacks(NOW)

        await deliver_due_texts(MemoryTextSender(), NOW)

        assert await now_is(alert) == (AlertStatus.SENT, NOW)

    @pytest.mark.parametrize("status", ANSWERED)
    async def test_it_stays_here_when_the_alert_was_answered_meanwhile(self, status: AlertStatus) -> None:
        alert, sender = await due_alert(), MemoryTextSender()
        await send_due_fallbacks(NOW)
        await Alert.filter(id=alert.id).update(status=status)

        await deliver_due_texts(sender, NOW)

        (text,) = await texts()
        assert sender.messages == []
        assert await ending(text) == (None, None, SUPERSEDED, 1)
        assert text.failed_at is None

    async def test_it_stays_here_when_somebody_took_the_task_meanwhile(self) -> None:
        task, sender = await make_task(), MemoryTextSender()
        await due_alert(task=task)
        await send_due_fallbacks(NOW)
        driver = await make_member(capabilities=("AMBULANCE_LICENCE",))
        await claim_task(await principal_of_member(driver.id), ClaimTask(task_id=task.id))

        await deliver_due_texts(sender, NOW)
        await settle_stale_alerts(NOW)

        assert sender.messages == []

    async def test_a_gateway_that_is_down_is_tried_again_and_given_up_in_the_end_for_everybody_to_see(self) -> None:
        alert, sender = await due_alert(AlertStatus.FAILED, phone="+6281211112222"), MemoryTextSender()
        sender.answers["+6281211112222"] = Delivery(Outcome.RETRY, "busy", timedelta(seconds=30))
        await send_due_fallbacks(NOW)
        (text,) = await texts()

        await deliver_due_texts(sender, NOW, chance=lambda: 1.0)
        assert await ending(text) == (NOW + timedelta(seconds=35), None, None, 1)
        await Notification.filter(id=text.id).update(attempts=11)
        later = NOW + timedelta(seconds=35)
        await deliver_due_texts(sender, later)

        assert await ending(text) == (None, None, "busy", 12)
        assert text.failed_at == later
        assert await now_is(alert) == (AlertStatus.FAILED, None)

    async def test_somebody_who_left_the_network_gets_nothing(self) -> None:
        alert, sender = await due_alert(), MemoryTextSender()
        await send_due_fallbacks(NOW)
        await Member.filter(id=alert.member_id).update(active=False)

        await deliver_due_texts(sender, NOW)

        (text,) = await texts()
        assert (sender.messages, await ending(text)) == ([], (None, None, "no number", 1))

    @pytest.mark.parametrize(
        ("key", "why"),
        [
            (1, "InvalidTag: "),
            (2, "MissingKey: KURIR_ENCRYPTION_KEY has no key number 2, under which something is kept: add it"),
        ],
    )
    async def test_a_number_that_cannot_be_opened_fails_for_everybody_to_see_and_holds_up_no_other(
        self, key: int, why: str
    ) -> None:
        broken, sound, sender = await due_alert(), await due_alert(), MemoryTextSender()
        await send_due_fallbacks(NOW)
        await Member.filter(id=broken.member_id).update(phone_sealed=bytes([key]) + b"sealed with another, long ago")

        assert await deliver_due_texts(sender, NOW) == 2

        rows = {row.member_id: row for row in await texts()}
        assert await ending(rows[broken.member_id]) == (None, None, f"no words: {why}", 1)
        assert await ending(rows[sound.member_id]) == (None, NOW, None, 1)

    async def test_pushes_and_texts_keep_to_their_ways(self) -> None:
        await due_alert()
        await send_due_fallbacks(NOW)
        await alerted("phone")
        sender, text_sender = MemorySender(), MemoryTextSender()

        assert (await deliver_due(sender, NOW), await deliver_due_texts(text_sender, NOW)) == (1, 1)

        assert ([push.token for push in sender.pushes], len(text_sender.messages)) == (["phone"], 1)

    async def test_a_death_before_the_record_sends_again_under_the_same_id_when_the_lease_ends(self) -> None:
        await due_alert()
        await send_due_fallbacks(NOW)
        sender = MemoryTextSender()
        (text,) = await texts()
        await Notification.filter(id=text.id).update(leased_until=NOW + LEASE, attempts=1)

        assert await deliver_due_texts(sender, NOW + LEASE - timedelta.resolution) == 0
        assert await deliver_due_texts(sender, NOW + LEASE) == 1

        assert [message.notification_id for message in sender.messages] == [text.id]


class TestTheWholeWay:
    async def test_from_a_push_that_nobody_saw_to_a_text(self) -> None:
        alert, _ = await alerted("phone", urgent=True)
        push, text_sender = MemorySender(), MemoryTextSender()
        await deliver_due(push, NOW)

        at = NOW + THREE_MINUTES
        assert await send_due_fallbacks(at - timedelta.resolution) == 0
        assert await send_due_fallbacks(at) == 1
        assert await deliver_due_texts(text_sender, at) == 1

        assert len(push.pushes) == len(text_sender.messages) == 1
        assert await now_is(alert) == (AlertStatus.SENT, NOW)
