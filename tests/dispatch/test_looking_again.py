"""With nobody left to ask, people are looked for again and again, until the task is filled or its window ends."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from kurir_api.auth import Principal, principal_of_member
from kurir_api.dispatch.alarming import tell_due_alarms
from kurir_api.dispatch.timing import look_again_at
from kurir_api.dispatch.waves import plan_wave, run_due_waves, seek_members
from kurir_api.models import (
    Alarm,
    AlarmReason,
    Alert,
    Member,
    Role,
    Task,
    TaskStatus,
    Urgency,
    Wave,
    WaveStatus,
    Weekday,
)
from kurir_api.services.alarms.acknowledge_alarm import AcknowledgeAlarm, acknowledge_alarm
from kurir_api.services.members.set_availability import SetAvailability, set_availability
from kurir_api.services.members.set_duty_schedule import SetDutySchedule, WeeklyShift, set_duty_schedule
from tests.counting import Statements
from tests.factories import NOW, OTHER_REGENCY, make_member, make_task, principal_for

pytestmark = pytest.mark.usefixtures("db")
MINUTE = timedelta(minutes=1)
HOME = (-7.3925, 109.2215)
PLANNED, WAITING, EXHAUSTED = WaveStatus.PLANNED, WaveStatus.WAITING, WaveStatus.EXHAUSTED


async def driver(**values) -> Member:
    return await make_member(capabilities=("AMBULANCE_LICENCE",), **{"home": HOME} | values)


async def sought(now: datetime = NOW, **values) -> Task:
    """A task for which people were looked for."""
    task = await make_task(**values)
    await seek_members(task, now)
    await run_due_waves(now)
    return task


async def wave_of(task: Task) -> Wave:
    return await Wave.filter(task_id=task.id).order_by("-number").first()


async def asked() -> list[Member]:
    return [alert.member for alert in await Alert.all().order_by("created_at", "rank").select_related("member")]


async def acknowledged(now: datetime) -> Alarm:
    """Told, and taken on by a coordinator."""
    coordinator = await principal_for(Role.COORDINATOR)
    await tell_due_alarms(now)
    alarm = await Alarm.get(reason=AlarmReason.NOBODY_LEFT)
    with time_machine.travel(now, tick=False):
        await acknowledge_alarm(coordinator, AcknowledgeAlarm(alarm_id=alarm.id))
    return alarm


@pytest.mark.parametrize(
    ("urgency", "until_start", "minutes"),
    [
        (Urgency.EMERGENCY, timedelta(hours=8), 3),
        (Urgency.EMERGENCY, timedelta(hours=-1), 3),
        (Urgency.URGENT, timedelta(hours=8), 10),
        (Urgency.URGENT, timedelta(minutes=32), 8),
        (Urgency.NORMAL, timedelta(hours=8), 60),
        (Urgency.NORMAL, timedelta(hours=2), 30),
        (Urgency.NORMAL, timedelta(minutes=8), 5),
        (Urgency.URGENT, timedelta(hours=-1), 10),
        (Urgency.NORMAL, timedelta(hours=-1), 60),
    ],
)
async def test_people_are_looked_for_again_soon_and_sooner_as_the_window_nears(
    urgency: Urgency, until_start: timedelta, minutes: int
) -> None:
    task = await make_task(urgency=urgency, starts_at=NOW + until_start)

    assert look_again_at(task, NOW) == NOW + minutes * MINUTE


async def test_for_the_last_time_when_the_window_ends() -> None:
    task = await sought(starts_at=NOW - 238 * MINUTE)
    assert (await wave_of(task)).due_at == task.ends_at == NOW + 2 * MINUTE

    await run_due_waves(task.ends_at)

    assert (await wave_of(task)).status == EXHAUSTED
    assert await Alert.all().count() == 0


async def test_the_wave_is_put_off_and_the_coordinators_hear_of_it_at_once() -> None:
    task = await sought()

    wave = await wave_of(task)
    assert (wave.number, wave.status, wave.due_at, wave.looked_at, wave.leased_until) == (
        1,
        PLANNED,
        NOW + 10 * MINUTE,
        NOW,
        None,
    )
    alarm = await Alarm.get(task_id=task.id, reason=AlarmReason.NOBODY_LEFT)
    assert (alarm.due_at, alarm.raised_at) == (NOW, None)
    assert await run_due_waves(NOW + 10 * MINUTE - timedelta.resolution) == 0


async def test_who_was_found_then_is_asked_by_the_same_wave() -> None:
    task = await sought()
    newcomer = await driver()

    assert await run_due_waves(NOW + 10 * MINUTE) == 1

    wave = await wave_of(task)
    assert (wave.number, wave.run, wave.status, wave.looked_at) == (1, 1, WAITING, None)
    assert await asked() == [newcomer]


async def test_a_task_published_at_night_is_asked_for_in_the_morning() -> None:
    """Nobody may be disturbed until 06.00; the window is from 09.00 to 13.00 in Banyumas."""
    ten_in_the_evening = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    sleeper = await driver(quiet_from=time(21), quiet_to=time(6))
    await sought(ten_in_the_evening, urgency=Urgency.NORMAL, starts_at=ten_in_the_evening + timedelta(hours=11))

    for hour in range(1, 9):
        await run_due_waves(ten_in_the_evening + timedelta(hours=hour))

    assert await asked() == [sleeper]
    assert (await Alert.get()).created_at == ten_in_the_evening + timedelta(hours=8)


async def test_it_goes_on_though_a_coordinator_took_the_alarm_on_who_is_not_told_again() -> None:
    await sought()
    alarm = await acknowledged(NOW)

    await run_due_waves(NOW + 10 * MINUTE)
    assert await tell_due_alarms(NOW + 10 * MINUTE) == 0
    newcomer = await driver()
    await run_due_waves(NOW + 20 * MINUTE)
    await run_due_waves(NOW + 30 * MINUTE)
    await run_due_waves(NOW + 30 * MINUTE)

    assert await asked() == [newcomer]
    assert [one.id for one in await Alarm.filter(reason=AlarmReason.NOBODY_LEFT)] == [alarm.id]


async def test_for_a_new_reason_people_are_looked_for_at_once_and_the_coordinators_told_again() -> None:
    task = await sought()
    await acknowledged(NOW)
    later = NOW + 4 * MINUTE

    await plan_wave(task, later)
    wave = await wave_of(task)
    assert (wave.number, wave.run, wave.due_at, wave.looked_at, wave.created_at) == (1, 2, later, None, later)
    await run_due_waves(later)

    assert [one.due_at for one in await Alarm.filter(reason=AlarmReason.NOBODY_LEFT, ended_at__isnull=True)] == [
        later
    ]


@pytest.mark.parametrize("status", [TaskStatus.FILLED, TaskStatus.CANCELLED])
async def test_it_ends_when_the_task_wants_nobody_any_more(status: TaskStatus) -> None:
    task = await sought()
    await Task.filter(id=task.id).update(status=status)

    await run_due_waves(NOW + 10 * MINUTE)

    assert (await wave_of(task)).status == (WaveStatus.FILLED if status == "FILLED" else WaveStatus.CANCELLED)


async def goes_on_duty(who: Principal) -> None:
    await set_availability(who, SetAvailability(available=True))


async def changes_his_hours(who: Principal) -> None:
    day_shift = WeeklyShift(weekday=Weekday.MONDAY, from_="07:00", to="15:00")
    await set_duty_schedule(who, SetDutySchedule(shifts=(day_shift,)))


async def off_duty_driver() -> Member:
    return await driver(available=False)


async def driver_of_sundays() -> Member:
    member = await driver()
    sunday = WeeklyShift(weekday=Weekday.SUNDAY, from_="07:00", to="15:00")
    await set_duty_schedule(await principal_of_member(member.id), SetDutySchedule(shifts=(sunday,)))
    return member


@pytest.mark.parametrize(
    ("absent", "turn_up"), [(off_duty_driver, goes_on_duty), (driver_of_sundays, changes_his_hours)]
)
async def test_whoever_turns_up_is_asked_at_once(
    absent: Callable[[], Awaitable[Member]], turn_up: Callable[[Principal], Awaitable[None]]
) -> None:
    with time_machine.travel(NOW - MINUTE, tick=False):
        member = await absent()
    await sought()
    assert await run_due_waves(NOW + MINUTE) == 0

    with time_machine.travel(NOW + MINUTE, tick=False):
        await turn_up(await principal_of_member(member.id))
    assert await run_due_waves(NOW + 2 * MINUTE) == 1

    assert await asked() == [member]


async def test_somebody_who_is_of_no_use_is_looked_at_once() -> None:
    task = await sought()
    with time_machine.travel(NOW + MINUTE, tick=False):
        await goes_on_duty(await principal_for())

    assert [await run_due_waves(NOW + minutes * MINUTE) for minutes in (2, 3)] == [1, 0]

    wave = await wave_of(task)
    assert (wave.looked_at, wave.due_at) == (NOW + 2 * MINUTE, NOW + 12 * MINUTE)


@pytest.mark.parametrize("available", [True, False])
async def test_who_turns_up_elsewhere_or_goes_off_duty_changes_nothing(available: bool) -> None:
    await sought()
    someone = await principal_for(region=OTHER_REGENCY) if available else await principal_for()
    with time_machine.travel(NOW + MINUTE, tick=False):
        await set_availability(someone, SetAvailability(available=available))

    assert await run_due_waves(NOW + 2 * MINUTE) == 0


async def test_looking_for_what_is_due_is_one_statement_however_many_wait() -> None:
    for _ in range(3):
        await sought()

    with Statements() as statements:
        assert await run_due_waves(NOW + MINUTE) == 0

    assert len(statements) == 1
