"""Whom no push can reach is told by text of what concerns their claim, and coordinators of alarms."""

from datetime import timedelta

import pytest

from kurir_api.dispatch.alarming import tell_due_alarms
from kurir_api.dispatch.alarms import arm_alarm
from kurir_api.dispatch.notifications import MUST_ARRIVE
from kurir_api.dispatch.outbox import deliver_due
from kurir_api.dispatch.senders import Delivery, Outcome
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.text_outbox import SUPERSEDED, deliver_due_texts
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import (
    Alarm,
    AlarmReason,
    ClaimStatus,
    EscalationKind,
    Member,
    Notification,
    Role,
    Task,
    TaskStatus,
)
from kurir_api.services.tasks.assign_task import AssignTask, assign_task
from tests.dispatch.outgoing import BUSY, GONE, MALFORMED, alerted, ending, waiting
from tests.factories import (
    NOW,
    make_alarm,
    make_claim,
    make_device,
    make_member,
    make_task,
    principal_for,
)

pytestmark = pytest.mark.usefixtures("db")
MINUTE = timedelta(minutes=1)


async def texts() -> list[Notification]:
    return await Notification.filter(channel="fallback").order_by("id")


class TestWhen:
    @pytest.mark.parametrize("kind", sorted(MUST_ARRIVE))
    async def test_at_once_to_who_has_no_app_for_every_kind_that_must_arrive(self, kind: str) -> None:
        task = await make_task()
        push = await waiting(kind=kind, task=task, urgent=True, data={"number": 4821, "alerted": 3})

        await deliver_due(MemorySender(), NOW)

        (text,) = await texts()
        assert (text.kind, text.member_id, text.task_id, text.regency_code) == (
            kind,
            push.member_id,
            task.id,
            push.regency_code,
        )
        assert (text.due_at, text.created_at, text.expires_at) == (NOW, NOW, push.expires_at)
        assert (text.urgent, text.silent, text.data) == (True, False, {"number": 4821, "alerted": 3})
        assert await ending(push) == (None, None, "no device", 1)
        assert push.failed_at is None

    def test_these_are_what_concerns_a_claim_and_every_alarm_and_escalation(self) -> None:
        assert (
            {
                "OFFER",
                "OFFER_EXPIRED",
                "CLAIM_REMINDER",
                "CLAIM_EXPIRED",
                "CLAIM_REVOKED",
                "HANDED_OVER",
                "NOT_HANDED_OVER",
                "TASK_CANCELLED",
                "FAMILY_DISPUTED",
                "HANDED_UP",
                "CONSENT_WITHDRAWN",
                "REFERRAL_UNANSWERED",
            }
            | set(AlarmReason)
            | set(EscalationKind)
        ) == MUST_ARRIVE

    @pytest.mark.parametrize("answer", [MALFORMED, GONE], ids=["malformed", "gone"])
    async def test_at_once_when_the_push_failed_for_good(self, answer: Delivery) -> None:
        sender = MemorySender()
        sender.answers["phone"] = answer
        await waiting("phone", kind="OFFER")

        await deliver_due(sender, NOW)

        assert [text.kind for text in await texts()] == ["OFFER"]

    async def test_after_three_minutes_while_the_vendor_is_down_and_once(self) -> None:
        sender = MemorySender()
        sender.answers["phone"] = BUSY
        push = await waiting("phone", kind="OFFER", urgent=True)

        await deliver_due(sender, NOW, chance=lambda: 0.0)
        assert await texts() == []
        for _ in range(3):
            await deliver_due(sender, NOW + 3 * MINUTE, chance=lambda: 0.0)
        await Notification.filter(id=push.id).update(attempts=11)
        await deliver_due(sender, NOW + 3 * MINUTE)

        assert await ending(push) == (None, None, "busy", 12)
        assert push.failed_at is None
        (text,) = await texts()
        assert not {"texted", "trouble"} & text.data.keys()

    async def test_at_once_when_the_vendor_wants_to_be_left_alone_for_longer_than_that(self) -> None:
        sender = MemorySender()
        sender.answers["phone"] = Delivery(Outcome.RETRY, "quota", retry_after=3 * MINUTE)
        await waiting("phone", kind="OFFER")

        await deliver_due(sender, NOW)

        assert len(await texts()) == 1

    @pytest.mark.parametrize("kind", ["TASK_VERIFIED", "DRILL"])
    async def test_never_for_what_can_wait_for_the_inbox_and_then_somebody_should_look(self, kind: str) -> None:
        push = await waiting(kind=kind)

        await deliver_due(MemorySender(), NOW)

        assert await ending(push) == (None, None, "no device", 1)
        assert (await texts(), push.failed_at) == ([], NOW)

    async def test_never_when_a_phone_took_it_or_it_expired(self) -> None:
        await waiting("phone", kind="OFFER")
        expired = await waiting(kind="OFFER", expires_at=NOW)

        await deliver_due(MemorySender(), NOW)

        assert await texts() == []
        assert (await Notification.get(id=expired.id)).failed_at == NOW

    async def test_what_failed_as_a_text_as_well_is_what_somebody_should_look_at_once(self) -> None:
        task = await make_task()
        push = await waiting(kind="TASK_CANCELLED", task=task)
        await deliver_due(MemorySender(), NOW)
        sender = MemoryTextSender()
        sender.answers[(await push.member).phone or ""] = Delivery(Outcome.FAILED, "no such number")

        await deliver_due_texts(sender, NOW)

        dead = await Notification.filter(failed_at__isnull=False)
        assert [(one.channel, one.failure) for one in dead] == [("fallback", "no such number")]

    async def test_an_urgent_alert_that_a_text_follows_is_no_dead_letter_and_another_is(self) -> None:
        await waiting(kind="TASK_VERIFIED")
        _, urgent = await alerted(urgent=True)
        _, usual = await alerted(urgent=False)

        await deliver_due(MemorySender(), NOW)

        for row in (urgent, usual):
            await row.refresh_from_db()
        assert (urgent.failed_at, usual.failed_at) == (None, NOW)


class TestNotAnyMore:
    async def sent(self, kind: str, member: Member, task: Task) -> list[str]:
        sender = MemoryTextSender()
        await Notification.filter(member_id=member.id).delete()
        row = await Notification.create(
            regency_code=member.regency_code,
            member=member,
            task=task,
            kind=kind,
            channel="fallback",
            data={"kind_name": {"id": "Ambulans"}, "number": 4821},
            created_at=NOW,
            due_at=NOW,
            expires_at=NOW + MINUTE,
        )
        await deliver_due_texts(sender, NOW)
        await row.refresh_from_db()
        assert bool(row.failure) is not bool(sender.messages)
        assert row.failure in {None, SUPERSEDED}
        assert row.failed_at is None
        return [message.text for message in sender.messages]

    async def test_an_offer_or_reminder_that_is_answered_or_over_stays_here(self) -> None:
        task, member = await make_task(status=TaskStatus.FILLED), await make_member()
        claim = await make_claim(task, member, ClaimStatus.OFFERED)
        assert len(await self.sent("OFFER", member, task)) == 1
        assert await self.sent("CLAIM_REMINDER", member, task) == []

        claim.status = ClaimStatus.HELD
        await claim.save()
        assert await self.sent("OFFER", member, task) == []
        assert len(await self.sent("CLAIM_REMINDER", member, task)) == 1

        claim.status = ClaimStatus.EXPIRED
        await claim.save()
        assert await self.sent("CLAIM_REMINDER", member, task) == []
        assert len(await self.sent("CLAIM_EXPIRED", member, task)) == 1

    async def test_an_alarm_that_somebody_took_on_stays_here(self) -> None:
        task, member = await make_task(), await make_member()
        await make_alarm(task, AlarmReason.NOBODY_LEFT)
        assert len(await self.sent("NOBODY_LEFT", member, task)) == 1
        assert await self.sent("UNCLAIMED", member, task) == []

        await Alarm.all().update(ended_at=NOW, due_at=None)
        assert await self.sent("NOBODY_LEFT", member, task) == []


class TestTheWholeWay:
    async def test_a_volunteer_without_the_app_reads_the_offer(self) -> None:
        volunteer = await make_member(phone="+6281211112222", capabilities=("AMBULANCE_LICENCE",))
        task = await make_task(number=4821, starts_at=NOW + timedelta(days=30_000))
        await assign_task(await principal_for(Role.COORDINATOR), AssignTask(task_id=task.id, member_id=volunteer.id))
        (offer,) = await Notification.filter(kind=NotificationKind.OFFER)
        sender, now = MemoryTextSender(), offer.created_at

        await deliver_due(MemorySender(), now)
        await deliver_due_texts(sender, now)

        (message,) = sender.messages
        assert (message.phone, message.urgent) == ("+6281211112222", True)
        assert message.text.startswith("Kurir: Segera: Tugas untuk Anda: Antar jemput ambulans. Karangnangka")
        assert message.text.endswith("Balas AMBIL 4821 / TIDAK 4821")

    async def test_a_coordinator_without_the_app_reads_the_alarm_each_time_it_is_told(self) -> None:
        await make_member(role=Role.COORDINATOR, phone="+6281211112222")
        with_app = await make_member(role=Role.COORDINATOR)
        await make_device(with_app, "phone")
        task, push, sender = await make_task(number=4821), MemorySender(), MemoryTextSender()
        await arm_alarm(task, AlarmReason.UNCLAIMED, NOW)

        again = NOW
        for _ in range(2):
            await tell_due_alarms(again)
            await deliver_due(push, again)
            await deliver_due_texts(sender, again)
            again = (await Alarm.get()).due_at or NOW

        assert [message.phone for message in sender.messages] == ["+6281211112222"] * 2
        assert sender.messages[0].text.startswith("Kurir: Segera: Belum ada yang mengambil: Antar jemput ambulans")
        assert len(push.pushes) == 2
