"""The outbox: what is due goes to the members' phones, is recorded, and the alert follows."""

from datetime import timedelta

import pytest

from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.outbox import deliver_due
from kurir_api.dispatch.senders import Delivery, Push
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import Alert, AlertStatus, Device
from tests.counting import Statements
from tests.dispatch.outgoing import BUSY, GONE, MALFORMED, alerted, ending, now_is, waiting
from tests.factories import NOW, make_case, make_device, make_member, make_notification, make_patient, make_task
from tests.ids import id_of

pytestmark = pytest.mark.usefixtures("db")


class TestSending:
    async def test_what_is_due_is_sent_and_recorded_once(self) -> None:
        sender, notification = MemorySender(), await waiting("phone")

        assert await deliver_due(sender, NOW) == 1
        assert await deliver_due(sender, NOW + timedelta(hours=1)) == 0

        assert sender.pushes == [
            Push(
                notification_id=notification.id,
                token="phone",
                title="Tugas diverifikasi: Antar jemput ambulans",
                body="Terima kasih atas bantuan Anda · Karangnangka · No. 4821",
                data={"kind": "TASK_VERIFIED"},
                collapse_key=str(notification.id),
                ttl=timedelta(days=1),
                urgent=False,
                silent=False,
            )
        ]
        assert await ending(notification) == (None, NOW, None, 1)

    async def test_of_a_task_it_carries_the_ids_that_clients_know_and_the_tasks_collapse_key(self) -> None:
        sender, (alert, notification) = MemorySender(), await alerted("phone", urgent=True)

        await deliver_due(sender, NOW)

        (push,) = sender.pushes
        task = await notification.task
        assert push.data == {"kind": "TASK_ALERT", "taskId": id_of(task), "alertId": id_of(alert)}
        assert (push.collapse_key, push.urgent, push.silent) == (str(task.id), True, False)

    async def test_it_waits_until_it_is_due(self) -> None:
        sender = MemorySender()
        await waiting("phone", due_at=NOW)

        assert await deliver_due(sender, NOW - timedelta.resolution) == 0
        assert sender.pushes == []
        assert await deliver_due(sender, NOW) == 1

    async def test_what_has_ended_is_never_taken_up(self) -> None:
        await waiting("phone", due_at=None)

        assert await deliver_due(MemorySender(), NOW + timedelta(days=365)) == 0

    async def test_a_batch_takes_what_has_been_due_for_longest_in_order(self) -> None:
        sender = MemorySender()
        for minutes in (1, 3, 2):
            await waiting(f"due for {minutes} minutes", due_at=NOW - timedelta(minutes=minutes))

        assert [await deliver_due(sender, NOW, batch=2) for _ in range(3)] == [2, 1, 0]

        assert [push.token for push in sender.pushes] == [f"due for {minutes} minutes" for minutes in (3, 2, 1)]

    async def test_every_phone_of_the_member_is_spoken_to_in_its_own_language_else_the_members(self) -> None:
        sender = MemorySender()
        notification = await waiting("the member's")
        member = await notification.member
        await make_device(member, "English", locale="en")
        await make_device(member, "Indonesian", locale="id")
        await waiting("of an English speaker", locale="en")
        await make_device(await make_member(), "somebody else's")

        await deliver_due(sender, NOW)

        assert {push.token: push.title for push in sender.pushes} == {
            "the member's": "Tugas diverifikasi: Antar jemput ambulans",
            "English": "Task verified: Ambulance run",
            "Indonesian": "Tugas diverifikasi: Antar jemput ambulans",
            "of an English speaker": "Task verified: Ambulance run",
        }

    async def test_of_many_phones_the_three_registered_last_are_spoken_to(self) -> None:
        sender, notification = MemorySender(), await waiting()
        member = await notification.member
        for days in (5, 1, 4, 2, 3):
            await make_device(member, f"{days} days old", registered_at=NOW - timedelta(days=days))
        await waiting("another member's")

        await deliver_due(sender, NOW)

        assert {push.token for push in sender.pushes} == {
            "1 days old",
            "2 days old",
            "3 days old",
            "another member's",
        }

    async def test_nothing_of_the_patient_leaves_the_house(self) -> None:
        patient = await make_patient(name="Sutinah", national_id="3302235507450003", phone="+6281234567890")
        task = await make_task(
            await make_case(patient), number=4821, title="Jemput Bu Sutinah", instructions="Kursi roda, cuci darah"
        )
        member = await make_member()
        await make_device(member, "phone")
        await notify(
            NotificationKind.TASK_ALERT,
            [member.id],
            task,
            regency_code=task.regency_code,
            now=NOW,
            distances_m={member.id: 2149.6},
        )
        sender = MemorySender()

        await deliver_due(sender, NOW)

        (push,) = sender.pushes
        assert push.title == "Segera: Antar jemput ambulans dibutuhkan · 2,1 km"
        assert push.body == "Karangnangka, Kedungbanteng · Sel 24 Nov 07.00 WIB · No. 4821"
        said = str(push)
        for secret in ("Sutinah", "3302235507450003", "81234567890", "mushala", "gagal ginjal", "Kursi roda"):
            assert secret not in said

    async def test_taking_and_phones_cost_two_statements_however_many_there_are(self) -> None:
        for number in range(9):
            await waiting(f"phone {number}", f"tablet {number}")

        with Statements() as statements:
            await deliver_due(MemorySender(), NOW)

        recording = 9
        assert len(statements) == 2 + recording

    async def test_with_nothing_due_one_statement_is_sent(self) -> None:
        with Statements() as statements:
            assert await deliver_due(MemorySender(), NOW) == 0

        assert len(statements) == 1


class TestEnding:
    async def test_the_alert_is_sent_when_its_notification_is(self) -> None:
        alert, notification = await alerted("phone")

        await deliver_due(MemorySender(), NOW)

        assert await now_is(alert) == (AlertStatus.SENT, NOW)
        assert await ending(notification) == (None, NOW, None, 1)

    @pytest.mark.parametrize(
        "status", [AlertStatus.RECEIVED, AlertStatus.OPENED, AlertStatus.DECLINED, AlertStatus.ACCEPTED]
    )
    async def test_an_alert_whose_member_was_faster_stays_as_it_is(self, status: AlertStatus) -> None:
        sender = MemorySender()
        sent, _ = await alerted("phone", status=status)
        failed, _ = await alerted("no phone", status=status)
        sender.answers["no phone"] = MALFORMED

        await deliver_due(sender, NOW)

        assert (await now_is(sent), await now_is(failed)) == ((status, None), (status, None))

    async def test_without_a_phone_it_fails_for_everybody_to_see(self) -> None:
        alert, notification = await alerted()

        assert await deliver_due(MemorySender(), NOW) == 1

        assert await ending(notification) == (None, None, "no device", 1)
        assert await now_is(alert) == (AlertStatus.FAILED, None)

    async def test_somebody_who_left_the_network_gets_nothing(self) -> None:
        sender, notification = MemorySender(), await waiting("phone")
        member = await notification.member
        member.active = False
        await member.save()

        await deliver_due(sender, NOW)

        assert sender.pushes == []
        assert await ending(notification) == (None, None, "no device", 1)

    async def test_what_cannot_be_sent_as_it_is_fails_at_once_with_the_reason(self) -> None:
        sender, (alert, notification) = MemorySender(), await alerted("phone")
        sender.answers["phone"] = MALFORMED

        await deliver_due(sender, NOW)

        assert await ending(notification) == (None, None, "malformed", 1)
        assert await now_is(alert) == (AlertStatus.FAILED, None)

    async def test_what_has_expired_is_not_sent(self) -> None:
        sender, (alert, notification) = MemorySender(), await alerted("phone", expires_at=NOW)

        assert await deliver_due(sender, NOW) == 1

        assert sender.pushes == []
        assert await ending(notification) == (None, None, "expired", 1)
        assert await now_is(alert) == (AlertStatus.FAILED, None)

    async def test_a_phone_need_not_keep_it_longer_than_until_it_expires(self) -> None:
        sender = MemorySender()
        await waiting("phone", expires_at=NOW + timedelta.resolution)

        await deliver_due(sender, NOW)

        assert [push.ttl for push in sender.pushes] == [timedelta.resolution]

    async def test_a_token_that_is_gone_takes_its_device_with_it_and_no_other(self) -> None:
        sender, (alert, notification) = MemorySender(), await alerted("lost phone", "new phone")
        await waiting("another member's")
        sender.answers["lost phone"] = GONE

        await deliver_due(sender, NOW)

        assert sorted([device.token for device in await Device.all()]) == ["another member's", "new phone"]
        assert await ending(notification) == (None, NOW, None, 1)
        assert await now_is(alert) == (AlertStatus.SENT, NOW)

    async def test_with_the_last_phone_gone_there_is_no_device(self) -> None:
        sender, (alert, notification) = MemorySender(), await alerted("lost phone")
        sender.answers["lost phone"] = GONE

        await deliver_due(sender, NOW)

        assert await Device.all().count() == 0
        assert await ending(notification) == (None, None, "no device", 1)
        assert await now_is(alert) == (AlertStatus.FAILED, None)

    @pytest.mark.parametrize("answer", [BUSY, MALFORMED, GONE], ids=["busy", "malformed", "gone"])
    async def test_it_is_sent_when_at_least_one_phone_took_it(self, answer: Delivery) -> None:
        sender, (alert, notification) = MemorySender(), await alerted("tablet", "phone")
        sender.answers["tablet"] = answer

        await deliver_due(sender, NOW)

        assert await ending(notification) == (None, NOW, None, 1)
        assert await now_is(alert) == (AlertStatus.SENT, NOW)

    async def test_a_withdrawal_is_silent_and_says_nothing_of_its_alert(self) -> None:
        sender = MemorySender()
        alert, shown = await alerted("phone")
        await deliver_due(sender, NOW)
        task, member = await shown.task, await shown.member
        where = {"data": shown.data, "due_at": NOW, "alert_id": alert.id, "silent": True}
        withdrawal = await make_notification(member, task, kind="TASK_TAKEN", **where)
        unheard = await make_notification(await make_member(), task, kind="TASK_TAKEN", **where)
        assert sender.shown.keys() == {("phone", str(task.id))}
        await Alert.filter(id=alert.id).update(status=AlertStatus.QUEUED, sent_at=None)

        await deliver_due(sender, NOW)

        assert sender.shown == {}
        assert await ending(withdrawal) == (None, NOW, None, 1)
        assert await ending(unheard) == (None, None, "no device", 1)
        assert await now_is(alert) == (AlertStatus.QUEUED, None)

    @pytest.mark.parametrize(
        ("values", "failure"),
        [
            ({"kind": "PARTY"}, "no words: ValueError: 'PARTY' is not a valid NotificationKind"),
            ({"data": {}}, "no words: KeyError: 'kind_name'"),
            ({"data": {"kind_name": None}}, "no words: TypeError: 'NoneType' object is not subscriptable"),
        ],
    )
    async def test_what_has_no_words_fails_and_holds_up_no_other(self, values: dict, failure: str) -> None:
        sender = MemorySender()
        broken, sound = await waiting("one", **values), await waiting("two")

        assert await deliver_due(sender, NOW) == 2

        assert [push.token for push in sender.pushes] == ["two"]
        assert await ending(broken) == (None, None, failure, 1)
        assert await ending(sound) == (None, NOW, None, 1)
