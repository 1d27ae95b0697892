"""Waves: who is asked when, for how long, and what follows when nobody comes."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs
from tortoise.transactions import in_transaction

from kurir_api.dispatch.texts import NotificationKind
from kurir_api.dispatch.timing import waiting_time
from kurir_api.dispatch.waves import LEASE, plan_wave, run_due_waves
from kurir_api.models import (
    Alarm,
    AlarmReason,
    Alert,
    AlertStatus,
    Member,
    Notification,
    Task,
    TaskStatus,
    Urgency,
    Wave,
    WaveStatus,
)
from kurir_api.task_kinds import WavePlan
from tests.counting import faults_of
from tests.factories import NOW, make_alert, make_member, make_task, make_wave

pytestmark = pytest.mark.usefixtures("db")
LICENCE = ("AMBULANCE_LICENCE",)
PLACE = (-7.3825, 109.2215)
"""Where the factory's tasks are."""


async def drivers(count: int) -> list[Member]:
    """Drivers about 1.1 km, 2.2 km, 3.3 km ... north of the task."""
    return [
        await make_member(capabilities=LICENCE, home=(PLACE[0] + step * 0.01, PLACE[1]))
        for step in range(1, count + 1)
    ]


async def planned(**values) -> Task:
    """A task whose first wave is due."""
    task = await make_task(**values)
    await plan_wave(task, NOW)
    return task


async def asked(task: Task) -> list[tuple[int, Member]]:
    alerts = await Alert.filter(task_id=task.id).order_by("rank").select_related("member")
    return [(alert.rank, alert.member) for alert in alerts]


async def waves(task: Task) -> list[tuple[int, WaveStatus]]:
    return [(wave.number, wave.status) for wave in await Wave.filter(task_id=task.id).order_by("number")]


async def test_the_first_wave_is_planned_for_now() -> None:
    task = await planned()

    wave = await Wave.get(task_id=task.id)
    assert (wave.number, wave.status, wave.due_at, wave.regency_code) == (1, WaveStatus.PLANNED, NOW, "33.02")


async def test_a_wave_that_is_going_on_is_not_planned_again() -> None:
    task = await planned()

    await plan_wave(task, NOW)

    assert await waves(task) == [(1, WaveStatus.PLANNED)]


async def test_two_transactions_plan_one_wave() -> None:
    task = await make_task()

    async def plan() -> None:
        async with in_transaction():
            locked = await Task.select_for_update().get(id=task.id)
            await plan_wave(locked, NOW)

    await asyncio.gather(plan(), plan(), plan())

    assert await waves(task) == [(1, WaveStatus.PLANNED)]


@pytest.mark.parametrize(
    ("urgency", "size", "minutes"), [(Urgency.EMERGENCY, 8, 3), (Urgency.URGENT, 5, 10), (Urgency.NORMAL, 3, 60)]
)
async def test_a_wave_asks_so_many_of_the_nearest_and_waits_so_long(
    urgency: Urgency, size: int, minutes: int
) -> None:
    everybody = await drivers(9)
    task = await planned(urgency=urgency)

    assert await run_due_waves(NOW) == 1

    assert await asked(task) == list(enumerate(everybody[:size], 1))
    wave = await Wave.get(task_id=task.id)
    assert (wave.status, wave.due_at, wave.leased_until) == (
        WaveStatus.WAITING,
        NOW + timedelta(minutes=minutes),
        None,
    )


async def test_an_alert_says_how_far_and_why_and_is_queued_with_a_notification() -> None:
    (driver,) = await drivers(1)
    task = await planned(number=4821)

    await run_due_waves(NOW)

    alert = await Alert.get(task_id=task.id)
    assert (alert.status, round(alert.distance_m), alert.sent_at) == (AlertStatus.QUEUED, 1106, None)
    assert alert.explanation == {"id": "1,1 km, keahlian berlaku", "en": "1.1 km, capability valid"}
    (told,) = await Notification.filter(kind=NotificationKind.TASK_ALERT)
    assert (told.member_id, told.alert_id, told.task_id, told.due_at) == (driver.id, alert.id, task.id, NOW)
    assert (told.urgent, told.silent, told.expires_at) == (True, False, task.ends_at)
    await driver.refresh_from_db()
    assert driver.last_alerted_at == NOW


async def test_a_wave_that_nobody_answered_is_followed_at_once_by_the_next_nearest() -> None:
    everybody = await drivers(7)
    task = await planned()
    await run_due_waves(NOW)
    later = NOW + timedelta(minutes=10)

    assert await run_due_waves(later) == 1
    assert await waves(task) == [(1, WaveStatus.EXHAUSTED), (2, WaveStatus.PLANNED)]
    assert await run_due_waves(later) == 1

    assert await waves(task) == [(1, WaveStatus.EXHAUSTED), (2, WaveStatus.WAITING)]
    assert await asked(task) == list(enumerate(everybody, 1))


async def test_a_wave_is_left_alone_until_it_is_due() -> None:
    task = await planned()
    await drivers(1)
    await run_due_waves(NOW)

    assert await run_due_waves(NOW + timedelta(minutes=10) - timedelta.resolution) == 0

    assert await waves(task) == [(1, WaveStatus.WAITING)]


async def test_when_nobody_is_left_to_ask_an_alarm_is_raised() -> None:
    task = await planned()
    wave = await Wave.get(task_id=task.id)
    await make_alert(wave, await make_member(capabilities=LICENCE))

    while await run_due_waves(NOW):
        pass

    assert await waves(task) == [(1, WaveStatus.PLANNED)]
    alarm = await Alarm.get(task_id=task.id)
    assert (alarm.reason, alarm.due_at, alarm.raised_at) == (AlarmReason.NOBODY_LEFT, NOW, None)


async def test_nobody_is_asked_to_a_window_that_has_passed() -> None:
    await drivers(1)
    task = await planned(starts_at=NOW - timedelta(hours=4))

    await run_due_waves(NOW)

    assert (await asked(task), await waves(task)) == ([], [(1, WaveStatus.EXHAUSTED)])
    assert await Alarm.all().count() == 0


@pytest.mark.parametrize(
    ("status", "wave"),
    [
        (TaskStatus.FILLED, WaveStatus.FILLED),
        (TaskStatus.IN_PROGRESS, WaveStatus.FILLED),
        (TaskStatus.CANCELLED, WaveStatus.CANCELLED),
        (TaskStatus.EXPIRED, WaveStatus.CANCELLED),
    ],
)
async def test_a_task_that_wants_nobody_ends_its_wave(status: TaskStatus, wave: WaveStatus) -> None:
    await drivers(1)
    task = await planned(status=status)

    await run_due_waves(NOW)

    assert (await asked(task), await waves(task)) == ([], [(1, wave)])


async def test_two_workers_send_each_wave_once() -> None:
    await drivers(9)
    tasks = [await planned() for _ in range(4)]

    taken = await asyncio.gather(run_due_waves(NOW), run_due_waves(NOW))

    assert sum(taken) == 4
    assert [len(await asked(task)) for task in tasks] == [5, 5, 5, 5]


async def test_a_wave_in_another_workers_hands_is_left_to_it_until_its_lease_ends() -> None:
    task = await make_task()
    await make_wave(task, status=WaveStatus.PLANNED, due_at=NOW, leased_until=NOW + LEASE)

    assert await run_due_waves(NOW + LEASE - timedelta.resolution) == 0
    assert await run_due_waves(NOW + LEASE) == 1


async def test_a_wave_that_fails_holds_up_no_other_and_comes_up_again() -> None:
    await drivers(1)
    broken = await planned(kind="A_KIND_THAT_WAS_REMOVED")
    sound, faults = await planned(), faults_of("run_due_waves")

    with capture_logs() as logs:
        assert await run_due_waves(NOW) == 2

    assert faults_of("run_due_waves") == faults + 1
    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("wave failed", "error")]
    assert await waves(broken) == [(1, WaveStatus.PLANNED)]
    assert await waves(sound) == [(1, WaveStatus.WAITING)]
    with capture_logs():
        assert await run_due_waves(NOW + LEASE) == 1


@pytest.mark.parametrize(
    ("until_start", "wait"),
    [
        (timedelta(hours=8), timedelta(minutes=60)),
        (timedelta(hours=2), timedelta(minutes=30)),
        (timedelta(minutes=2), timedelta(minutes=1)),
        (timedelta(hours=-1), timedelta(minutes=60)),
    ],
)
async def test_a_wave_waits_as_planned_but_before_the_window_at_most_a_quarter_of_the_time_left_or_a_minute(
    until_start: timedelta, wait: timedelta
) -> None:
    task = await make_task(starts_at=NOW + until_start)

    assert waiting_time(WavePlan(size=3, wait=timedelta(minutes=60)), task, NOW) == wait
