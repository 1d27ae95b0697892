"""What leaves the outbox first when much is due, and what replaces what on a phone."""

from datetime import UTC, datetime, timedelta

import pytest
from tortoise.connection import get_connection

from kurir_api.dispatch.drills import run_drill
from kurir_api.dispatch.notifications import ALARMS, PUSH, TEXT, notify, text_stranger
from kurir_api.dispatch.outbox import TAKE, deliver_due, take_due
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.settling import settle_stale_alerts
from kurir_api.dispatch.text_outbox import deliver_due_texts
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import Member, Task, TaskStatus, Urgency, global_id
from tests.dispatch.outgoing import alerted
from tests.factories import NOW, REGENCY, make_alarm, make_device, make_member, make_notification, make_task

pytestmark = pytest.mark.usefixtures("db")
EMERGENCY, URGENT, USUAL, DRILL = range(4)


async def queued(kind: NotificationKind, task: Task | None, *, urgent: bool, channel: str = PUSH, **values) -> Member:
    member = await make_member()
    await make_device(member)
    now = values.pop("now", NOW)
    await notify(kind, [member.id], task, regency_code=REGENCY, now=now, urgent=urgent, channel=channel, **values)
    return member


class TestOrder:
    @pytest.mark.parametrize("channel", [PUSH, TEXT])
    async def test_emergencies_leave_before_the_urgent_before_the_rest_before_drills_each_the_longest_due_first(
        self, channel: str
    ) -> None:
        kind, later = NotificationKind.TASK_CANCELLED, NOW + timedelta(seconds=1)
        emergency, urgent = [await make_task(urgency=each) for each in (Urgency.EMERGENCY, Urgency.URGENT)]
        expected = {
            number: await queued(NotificationKind(name), task, urgent=is_urgent, channel=channel, now=now)
            for number, name, task, is_urgent, now in [
                (7, "DRILL", None, True, NOW),
                (5, kind, emergency, False, NOW),
                (6, kind, urgent, False, later),
                (4, kind, urgent, True, later),
                (3, kind, urgent, True, NOW),
                (2, kind, emergency, True, later),
                (1, kind, emergency, True, NOW),
            ]
        }

        took = [one.member_id for batch in (2, 3, 9) for one in await take_due(channel, later, batch)]

        assert took == [expected[number].id for number in range(1, 8)]

    async def test_a_withdrawal_is_in_no_hurry_and_a_stranger_in_none_either(self) -> None:
        task = await make_task(urgency=Urgency.EMERGENCY)
        withdrawn = await queued(NotificationKind.TASK_TAKEN, task, urgent=True, silent=True)
        await text_stranger(NotificationKind.FAMILY_UNKNOWN, "+6281211112222", NOW)
        rows = await get_connection("default").execute_query_dict(
            "SELECT member_id, priority FROM notification ORDER BY id"
        )

        assert [(row["member_id"], row["priority"]) for row in rows] == [(withdrawn.id, USUAL), (None, USUAL)]

    async def test_an_emergency_does_not_wait_for_a_drill_of_a_whole_regency(self) -> None:
        for _ in range(30):
            await make_member()
        await run_drill(REGENCY, NOW)
        later = NOW + timedelta(seconds=1)
        task = await make_task(urgency=Urgency.EMERGENCY, number=4821)
        await make_alarm(task)
        await queued(NotificationKind.UNCLAIMED, task, urgent=True, channel=TEXT, now=later)
        sender = MemoryTextSender()

        await deliver_due_texts(sender, later)

        assert "4821" in sender.messages[0].text

    async def test_a_hundred_thousand_that_wait_are_passed_by_on_an_index(self) -> None:
        connection, member, now = get_connection("default"), await make_member(), datetime.now(UTC)
        await connection.execute_query(
            "INSERT INTO notification (id, regency_code, member_id, kind, data, expires_at, created_at, due_at,"
            " attempts, silent, urgent, priority)"
            " SELECT gen_random_uuid(), '33.02', $1, 'TASK_ALERT', '{}', now(), now(),"
            " now() + make_interval(hours => i % 100), 1, false, false, i % 4 FROM generate_series(1, 100000) i",
            [member.id],
        )
        await connection.execute_query("ANALYZE notification")

        plan = str(await connection.execute_query_dict(f"EXPLAIN {TAKE}", [now, now, 120, PUSH, True]))

        assert "Index Scan using notification_outbox" in plan
        assert "Seq Scan" not in plan
        assert "Sort" not in plan


class TestUrgentTexts:
    @pytest.mark.parametrize(
        ("kind", "before_others"),
        [
            (NotificationKind.TASK_ALERT, True),
            (NotificationKind.UNCLAIMED, True),
            (NotificationKind.REPLY_TAKEN, False),
            (NotificationKind.DRILL, False),
            (NotificationKind.TASK_CANCELLED, False),
        ],
    )
    async def test_only_what_calls_somebody_may_pass_by_the_gateways_limits(
        self, kind: NotificationKind, before_others: bool
    ) -> None:
        task = await make_task()
        await make_alarm(task)
        await queued(kind, task, urgent=True, channel=TEXT)
        sender = MemoryTextSender()

        await deliver_due_texts(sender, NOW)

        assert [message.urgent for message in sender.messages] == [before_others]


class TestCollapseKeys:
    async def shown(self, kinds: list[str], task: Task) -> dict[str, str]:
        """What a phone shows at last, by key."""
        member, sender = await make_member(), MemorySender()
        await make_device(member, "phone")
        for kind in kinds:
            await make_notification(member, task, kind=kind, due_at=NOW, silent=kind == "TASK_TAKEN")
            await deliver_due(sender, NOW)
        return {key: push.data["kind"] for (_, key), push in sender.shown.items()}

    @pytest.mark.parametrize(
        ("kinds", "alert"), [(["TASK_ALERT"], {"TASK_ALERT"}), (["TASK_ALERT", "TASK_TAKEN"], set())]
    )
    async def test_a_withdrawal_takes_the_alert_and_nothing_else_off_the_phone(
        self, kinds: list[str], alert: set[str]
    ) -> None:
        task = await make_task()

        shown = await self.shown(["OFFER", "WINDOW_PASSED", *kinds], task)

        assert shown == {
            f"{task.id}.claim": "OFFER",
            f"{task.id}.alarm": "WINDOW_PASSED",
        } | {str(task.id): kind for kind in alert}

    async def test_what_happens_to_a_claim_replaces_what_was_said_of_it_before(self) -> None:
        task = await make_task()

        assert await self.shown(["OFFER", "CLAIM_REMINDER", "CLAIM_EXPIRED"], task) == {
            f"{task.id}.claim": "CLAIM_EXPIRED"
        }

    async def test_every_key_is_short_enough_for_apple(self) -> None:
        task, sender = await make_task(), MemorySender()
        member = await make_member()
        await make_device(member)
        for kind in NotificationKind:
            await make_notification(
                member,
                task,
                kind=kind,
                due_at=NOW,
                data={"kind_name": {"id": "A"}, "number": 1, "said": {"id": "x"}, "code": "493027"},
            )

        await deliver_due(sender, NOW)

        assert len(sender.pushes) == len(NotificationKind)
        assert max(len(push.collapse_key.encode()) for push in sender.pushes) <= 64
        assert {push.collapse_key for push in sender.pushes if push.data["kind"] in ALARMS} == {f"{task.id}.alarm"}

    async def test_the_alarm_of_a_coordinator_who_volunteers_stays_when_the_alert_goes(self) -> None:
        alert, alert_row = await alerted("phone")
        sender, task = MemorySender(), await alert_row.task
        await deliver_due(sender, NOW)
        await notify(
            NotificationKind.WINDOW_PASSED, [alert.member_id], task, regency_code=REGENCY, now=NOW, urgent=True
        )
        await Task.filter(id=task.id).update(status=TaskStatus.EXPIRED, alerts_stale=True)
        await settle_stale_alerts(NOW)

        await deliver_due(sender, NOW)

        assert [push.data["kind"] for push in sender.shown.values()] == ["WINDOW_PASSED"]
        assert next(iter(sender.shown.values())).data["taskId"] == global_id("Task", task.id)
