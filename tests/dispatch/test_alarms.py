"""Alarms: coordinators are told at once, and again, until one acts or the reason is gone."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs
from tortoise.connection import get_connection

from kurir_api.auth import principal_of_member
from kurir_api.dispatch.alarming import LEASE, tell_due_alarms
from kurir_api.dispatch.alarms import arm_alarm, arm_unclaimed, arm_window_passed, end_alarms
from kurir_api.dispatch.settling import settle_stale_alerts
from kurir_api.dispatch.waves import seek_members
from kurir_api.models import Alarm, AlarmReason, Member, Notification, Role, Task, TaskStatus, Urgency, Wave
from kurir_api.services.tasks.cancel_task import cancel_task
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from kurir_api.services.tasks.publish_task import TaskAction
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    SUBDISTRICT,
    VILLAGE,
    make_alarm,
    make_alert,
    make_member,
    make_task,
    make_wave,
    principal_for,
)
from tests.killing import KilledAt

pytestmark = pytest.mark.usefixtures("db")
MINUTE = timedelta(minutes=1)
UNCLAIMED, NOBODY_LEFT, WINDOW_PASSED, NOT_STARTED, NOT_VERIFIED = (
    AlarmReason.UNCLAIMED,
    AlarmReason.NOBODY_LEFT,
    AlarmReason.WINDOW_PASSED,
    AlarmReason.NOT_STARTED,
    AlarmReason.NOT_VERIFIED,
)
DID_NOT_COME = AlarmReason.DID_NOT_COME


async def coordinator() -> Member:
    return await make_member(role=Role.COORDINATOR)


async def driver() -> Member:
    return await make_member(capabilities=("AMBULANCE_LICENCE",), home=(-7.3925, 109.2215))


async def told() -> list[tuple[str, datetime]]:
    """The kinds of what coordinators were told, and when."""
    rows = Notification.filter(member_id__isnull=False).order_by("created_at")
    return [(one.kind, one.created_at) for one in await rows]


class TestArming:
    @pytest.mark.parametrize(
        ("urgency", "minutes"), [(Urgency.EMERGENCY, 5), (Urgency.URGENT, 15), (Urgency.NORMAL, None)]
    )
    async def test_a_task_that_nobody_takes_alarms_after_some_minutes(
        self, urgency: Urgency, minutes: int | None
    ) -> None:
        task = await make_task(urgency=urgency)

        await arm_unclaimed(task, NOW)

        armed = [(one.reason, one.due_at, one.raised_at, one.times_told) for one in await Alarm.all()]
        assert armed == ([] if minutes is None else [(UNCLAIMED, NOW + minutes * MINUTE, None, 0)])

    async def test_a_task_not_done_half_an_hour_after_its_window_alarms(self) -> None:
        task = await make_task()

        await arm_window_passed(task)

        alarm = await Alarm.get(task_id=task.id)
        assert (alarm.reason, alarm.due_at) == (WINDOW_PASSED, task.ends_at + 30 * MINUTE)

    async def test_there_is_one_alarm_for_a_reason_and_the_earliest_time_counts(self) -> None:
        task = await make_task()

        for minutes in (30, 10, 20):
            await arm_alarm(task, UNCLAIMED, NOW + minutes * MINUTE)

        assert [one.due_at for one in await Alarm.all()] == [NOW + 10 * MINUTE]

    async def test_what_was_told_already_is_not_told_sooner(self) -> None:
        task = await make_task()
        await make_alarm(task, UNCLAIMED, due_at=NOW + 40 * MINUTE)

        await arm_alarm(task, UNCLAIMED, NOW)

        assert [one.due_at for one in await Alarm.all()] == [NOW + 40 * MINUTE]

    async def test_after_one_is_over_the_next_may_begin(self) -> None:
        task = await make_task()
        await make_alarm(task, UNCLAIMED, due_at=None, ended_at=NOW)

        await arm_alarm(task, UNCLAIMED, NOW)

        assert await Alarm.filter(ended_at__isnull=True).count() == 1


class TestTelling:
    async def test_an_alarm_reaches_the_coordinators_of_its_region_and_above(self) -> None:
        everywhere = await coordinator()
        nearby = await make_member(role=Role.COORDINATOR, region=SUBDISTRICT)
        await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)
        await make_member(role=Role.COORDINATOR, active=False)
        await make_member(role=Role.DESK_OFFICER, region=VILLAGE)
        task = await make_task(number=4821)
        await arm_alarm(task, UNCLAIMED, NOW)

        assert await tell_due_alarms(NOW) == 1

        rows = await Notification.all().order_by("member_id")
        assert [(row.member_id, row.kind, row.data["number"], row.urgent, row.due_at) for row in rows] == [
            (everywhere.id, "UNCLAIMED", 4821, True, NOW),
            (nearby.id, "UNCLAIMED", 4821, True, NOW),
        ]

    async def test_it_says_how_many_people_were_asked_each_counted_once(self) -> None:
        await coordinator()
        task, asked = await make_task(), await driver()
        for number in (1, 2):
            await make_alert(await make_wave(task, number=number), asked)
        await make_alert(await Wave.get(task_id=task.id, number=2), await driver())
        await arm_alarm(task, UNCLAIMED, NOW)

        await tell_due_alarms(NOW)

        assert (await Notification.get()).data["alerted"] == 2

    async def test_before_it_is_due_nobody_is_told(self) -> None:
        await coordinator()
        await arm_alarm(await make_task(), UNCLAIMED, NOW)

        assert await tell_due_alarms(NOW - timedelta.resolution) == 0

        assert await told() == []

    @pytest.mark.parametrize(
        ("urgency", "minutes"),
        [
            (Urgency.EMERGENCY, [0, 3, 8, 18, 33, 63, 123, 183]),
            (Urgency.URGENT, [0, 10, 30, 70, 130, 370, 610, 850]),
            (Urgency.NORMAL, [0, 60, 300, 1020, 2460, 3900, 5340, 6780]),
        ],
    )
    async def test_it_is_told_again_at_growing_intervals_that_end_in_even_ones(
        self, urgency: Urgency, minutes: list[int]
    ) -> None:
        await coordinator()
        task = await make_task(urgency=urgency, ends_at=NOW + timedelta(days=4))
        await arm_alarm(task, UNCLAIMED, NOW)

        for minute in minutes:
            assert await tell_due_alarms(NOW + minute * MINUTE - timedelta.resolution) == 0
            assert await tell_due_alarms(NOW + minute * MINUTE) == 1

        alarm = await Alarm.get()
        assert [at for _, at in await told()] == [NOW + minute * MINUTE for minute in minutes]
        assert (alarm.raised_at, alarm.times_told, alarm.ended_at) == (NOW, 8, None)

    async def test_it_goes_on_across_midnight(self) -> None:
        await coordinator()
        before_midnight = datetime(2026, 11, 23, 16, 55, tzinfo=UTC)  # 23.55 in Banyumas
        await arm_alarm(await make_task(), UNCLAIMED, before_midnight)

        await tell_due_alarms(before_midnight)
        assert await tell_due_alarms(before_midnight + 9 * MINUTE) == 0
        await tell_due_alarms(before_midnight + 10 * MINUTE)

        assert [at for _, at in await told()] == [before_midnight, before_midnight + 10 * MINUTE]

    async def test_without_a_coordinator_it_stays_open(self) -> None:
        await arm_alarm(await make_task(), UNCLAIMED, NOW)

        await tell_due_alarms(NOW)

        assert (await told(), (await Alarm.get()).due_at) == ([], NOW + 10 * MINUTE)

    async def test_those_of_emergencies_are_told_first_and_else_the_longest_due(self) -> None:
        await coordinator()
        for urgency, minutes in (
            (Urgency.NORMAL, 3),
            (Urgency.URGENT, 1),
            (Urgency.URGENT, 2),
            (Urgency.EMERGENCY, 0),
        ):
            await arm_alarm(
                await make_task(urgency=urgency, number=1000 + minutes), UNCLAIMED, NOW - minutes * MINUTE
            )

        for _ in range(4):
            await tell_due_alarms(NOW, batch=1)

        numbers = [one.data["number"] for one in await Notification.all().order_by("id")]
        assert numbers == [1000, 1002, 1001, 1003]


class TestEnding:
    @pytest.mark.parametrize(
        ("status", "open_reasons"),
        [
            (TaskStatus.DRAFT, {WINDOW_PASSED}),
            (TaskStatus.OPEN, {NOBODY_LEFT, UNCLAIMED, NOT_STARTED, WINDOW_PASSED, DID_NOT_COME}),
            (TaskStatus.FILLED, {WINDOW_PASSED, DID_NOT_COME}),
            (TaskStatus.IN_PROGRESS, {WINDOW_PASSED, DID_NOT_COME}),
            (TaskStatus.EXPIRED, {WINDOW_PASSED}),
            (TaskStatus.DONE, {NOT_VERIFIED}),
            (TaskStatus.VERIFIED, set()),
            (TaskStatus.CANCELLED, set()),
        ],
    )
    async def test_an_alarm_is_over_when_the_task_gives_no_reason_any_more(
        self, status: TaskStatus, open_reasons: set[AlarmReason]
    ) -> None:
        task = await make_task(status=status)
        for reason in AlarmReason:
            await make_alarm(task, reason)

        await end_alarms(task, NOW)

        assert {one.reason for one in await Alarm.filter(ended_at__isnull=True)} == open_reasons
        over = await Alarm.filter(ended_at=NOW)
        assert {(one.reason, one.due_at, one.ended_by_id) for one in over} == {
            (reason, None, None) for reason in set(AlarmReason) - open_reasons
        }

    async def test_an_alarm_of_which_nobody_was_told_leaves_no_trace(self) -> None:
        task = await make_task(status=TaskStatus.DONE)
        await arm_alarm(task, UNCLAIMED, NOW)

        await end_alarms(task, NOW)

        assert await Alarm.all().count() == 0

    async def test_a_claim_of_the_last_slot_ends_what_asked_for_members(self) -> None:
        await coordinator()
        task = await make_task(slots=2)
        await seek_members(task, NOW)
        await tell_due_alarms(NOW + 15 * MINUTE)
        await claim_task(await principal_of_member((await driver()).id), ClaimTask(task_id=task.id))
        await settle_stale_alerts(NOW + 16 * MINUTE)
        assert await Alarm.filter(ended_at__isnull=True).count() == 1

        await claim_task(await principal_of_member((await driver()).id), ClaimTask(task_id=task.id))
        await settle_stale_alerts(NOW + 17 * MINUTE)

        assert [(one.reason, one.ended_at) for one in await Alarm.all()] == [(UNCLAIMED, NOW + 17 * MINUTE)]
        assert await tell_due_alarms(NOW + timedelta(days=1)) == 0

    async def test_a_cancelled_task_has_no_alarms(self) -> None:
        task = await make_task()
        await make_alarm(task)
        await arm_window_passed(task)

        await cancel_task(await principal_for(Role.COORDINATOR), TaskAction(task_id=task.id))
        await settle_stale_alerts(NOW)

        assert [(one.reason, one.ended_at) for one in await Alarm.all()] == [(UNCLAIMED, NOW)]

    async def test_nobody_is_told_between_a_claim_and_its_settling(self) -> None:
        await coordinator()
        task = await make_task()
        await make_alarm(task, due_at=NOW)
        await claim_task(await principal_of_member((await driver()).id), ClaimTask(task_id=task.id))

        await tell_due_alarms(NOW)

        assert await told() == []
        assert [one.ended_at for one in await Alarm.all()] == [NOW]


class TestWorkers:
    async def test_two_tell_of_each_alarm_once(self) -> None:
        await coordinator()
        for _ in range(6):
            await arm_alarm(await make_task(), UNCLAIMED, NOW)

        taken = await asyncio.gather(tell_due_alarms(NOW, batch=4), tell_due_alarms(NOW, batch=4))

        assert sum(taken) == 6
        assert await Notification.all().count() == 6

    async def test_one_killed_at_any_statement_loses_nothing_and_tells_nothing_twice(self) -> None:
        survived, number = False, 0
        while not survived:
            number += 1
            await self._alarm_anew()
            with KilledAt(number) as killed:
                await tell_due_alarms(NOW)
            survived = not killed.died

            await tell_due_alarms(NOW + LEASE)

            alarm = await Alarm.get()
            times = [at for _, at in await told()]
            assert times == [NOW if survived else alarm.raised_at]
            assert (alarm.times_told, alarm.due_at) == (1, times[0] + 10 * MINUTE)
        assert number > 6

    async def _alarm_anew(self) -> None:
        await get_connection("default").execute_script("TRUNCATE notification, alarm")
        if not await Member.all().exists():
            await coordinator()
        await arm_alarm(await Task.first() or await make_task(), UNCLAIMED, NOW)

    async def test_an_alarm_that_fails_holds_up_no_other_and_comes_up_again(self) -> None:
        await coordinator()
        broken, sound = await make_task(kind="A_KIND_THAT_WAS_REMOVED"), await make_task()
        for task in (broken, sound):
            await arm_alarm(task, UNCLAIMED, NOW)

        with capture_logs() as logs:
            assert await tell_due_alarms(NOW) == 2

        assert [(entry["event"], entry["log_level"]) for entry in logs] == [("alarm failed", "error")]
        assert [one.task_id for one in await Notification.all()] == [sound.id]
        assert (await Alarm.get(task_id=broken.id)).due_at == NOW + LEASE
