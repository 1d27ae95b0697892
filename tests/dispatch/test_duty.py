"""When a member is on duty, and when left in peace: the switch, the weekly hours and the quiet hours, by the clock of
the regency. The checks, the wave's search and the drill each have to say the same.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from kurir_api.dispatch.drills import run_drill
from kurir_api.dispatch.eligibility import EligibilityReason, Obstacles, claim_obstacles
from kurir_api.dispatch.waves import plan_wave, run_due_waves
from kurir_api.models import Alert, Member, Region, Task, Urgency, Weekday
from tests.dispatch.verdicts import against
from tests.factories import NOW, REGENCY, make_member, make_shift, make_task

pytestmark = pytest.mark.usefixtures("db")

OFF_DUTY, QUIET_HOURS = EligibilityReason.OFF_DUTY, EligibilityReason.QUIET_HOURS
LICENSED = ("AMBULANCE_LICENCE",)
NORTH = (-7.3725, 109.2215)
"""1.1 km from the factory's tasks."""
SATURDAY, SUNDAY, MONDAY, TUESDAY = "2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"

in_every_zone = pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"])
"""Those of Indonesia's west, middle and east: UTC+7, +8 and +9."""


def clock(text: str) -> time:
    return time.fromisoformat(text).replace(tzinfo=UTC)


async def task_in(zone: str, urgency: Urgency = Urgency.URGENT) -> Task:
    """A task in a regency whose clocks show that zone's time."""
    task = await make_task(starts_at=NOW + timedelta(days=4), urgency=urgency)
    await Region.filter(code=REGENCY).update(time_zone=zone)
    return task


def local(day: str, at: str, zone: str) -> datetime:
    """When the clocks of the zone show that time."""
    return datetime.fromisoformat(f"{day}T{at}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@in_every_zone
@pytest.mark.parametrize(
    ("shift", "day", "at", "on_duty"),
    [
        ((Weekday.SUNDAY, "20:00", "06:00"), SUNDAY, "19:59:59.999999", False),
        ((Weekday.SUNDAY, "20:00", "06:00"), SUNDAY, "20:00", True),
        ((Weekday.SUNDAY, "20:00", "06:00"), SUNDAY, "23:59:59.999999", True),
        ((Weekday.SUNDAY, "20:00", "06:00"), MONDAY, "00:00", True),
        ((Weekday.SUNDAY, "20:00", "06:00"), MONDAY, "05:59:59.999999", True),
        ((Weekday.SUNDAY, "20:00", "06:00"), MONDAY, "06:00", False),
        ((Weekday.SUNDAY, "20:00", "06:00"), MONDAY, "20:00", False),
        ((Weekday.SUNDAY, "20:00", "06:00"), SUNDAY, "05:00", False),
        ((Weekday.MONDAY, "08:00", "16:00"), MONDAY, "07:59", False),
        ((Weekday.MONDAY, "08:00", "16:00"), MONDAY, "08:00", True),
        ((Weekday.MONDAY, "08:00", "16:00"), MONDAY, "16:00", False),
        ((Weekday.MONDAY, "08:00", "16:00"), TUESDAY, "08:00", False),
        ((Weekday.MONDAY, "08:00", "08:00"), MONDAY, "07:59", False),
        ((Weekday.MONDAY, "08:00", "08:00"), MONDAY, "08:00", True),
        ((Weekday.MONDAY, "08:00", "08:00"), TUESDAY, "07:59", True),
        ((Weekday.MONDAY, "08:00", "08:00"), TUESDAY, "08:00", False),
        ((Weekday.SATURDAY, "00:00", "00:00"), SATURDAY, "00:00", True),
        ((Weekday.SATURDAY, "00:00", "00:00"), SATURDAY, "23:59", True),
        ((Weekday.SATURDAY, "00:00", "00:00"), SUNDAY, "00:00", False),
    ],
)
async def test_a_shift_covers_its_hours_by_the_regencys_clock_also_across_midnight(
    shift: tuple[Weekday, str, str], day: str, at: str, zone: str, on_duty: bool
) -> None:
    member, task = await make_member(capabilities=LICENSED), await task_in(zone)
    await make_shift(member, *shift)
    now = local(day, at, zone)

    assert await against(member, task, now) == (() if on_duty else (OFF_DUTY,))
    assert await claim_obstacles(member.id, task, now) == Obstacles((), None)
    assert await run_drill(REGENCY, now) == int(on_duty)


async def test_one_of_several_shifts_is_enough() -> None:
    member, task = await make_member(capabilities=LICENSED), await make_task()
    await make_shift(member, Weekday.SUNDAY, "08:00", "10:00")
    await make_shift(member, Weekday.MONDAY, "08:00", "10:00")  # NOW is Monday, 09.00

    assert await against(member, task) == ()


@pytest.mark.parametrize(
    ("available", "hours", "found"),
    [
        (True, None, ()),
        (True, ("08:00", "10:00"), ()),
        (True, ("10:00", "12:00"), (OFF_DUTY,)),
        (False, None, (OFF_DUTY,)),
        (False, ("08:00", "10:00"), (OFF_DUTY,)),
        (False, ("10:00", "12:00"), (OFF_DUTY,)),
    ],
)
async def test_who_is_switched_off_is_off_whatever_the_schedule_says(
    available: bool, hours: tuple[str, str] | None, found: tuple[EligibilityReason, ...]
) -> None:
    member, task = await make_member(capabilities=LICENSED, available=available), await make_task()
    if hours:
        await make_shift(member, Weekday.MONDAY, *hours)  # NOW is Monday, 09.00

    assert await against(member, task) == found
    assert await run_drill(REGENCY, NOW) == int(not found)


async def test_an_emergency_calls_nobody_who_is_off_duty() -> None:
    task = await make_task(urgency=Urgency.EMERGENCY)
    switched_off = await make_member(capabilities=LICENSED, available=False)
    off_shift = await make_member(capabilities=LICENSED)
    await make_shift(off_shift, Weekday.MONDAY, "10:00", "12:00")

    assert [await against(member, task) for member in (switched_off, off_shift)] == [(OFF_DUTY,), (OFF_DUTY,)]


@in_every_zone
@pytest.mark.parametrize(
    ("at", "quiet"),
    [
        ("20:59:59.999999", False),
        ("21:00", True),
        ("23:59:59.999999", True),
        ("00:00", True),
        ("04:59:59.999999", True),
        ("05:00", False),
    ],
)
async def test_quiet_hours_go_on_across_midnight_by_the_regencys_clock(at: str, zone: str, quiet: bool) -> None:
    night = {"quiet_from": clock("21:00"), "quiet_to": clock("05:00")}
    member, task = await make_member(capabilities=LICENSED, **night), await task_in(zone)
    now = local(MONDAY, at, zone)

    assert await against(member, task, now) == ((QUIET_HOURS,) if quiet else ())
    assert await claim_obstacles(member.id, task, now) == Obstacles((), None)
    assert await run_drill(REGENCY, now) == int(not quiet)


@pytest.mark.parametrize(
    ("quiet_from", "quiet_to", "at", "quiet"),
    [
        ("12:00", "13:30", "11:59", False),
        ("12:00", "13:30", "12:00", True),
        ("12:00", "13:30", "13:29", True),
        ("12:00", "13:30", "13:30", False),
        ("09:00", "09:00", "09:00", False),
    ],
)
async def test_quiet_hours_may_lie_within_a_day_and_from_a_time_to_itself_are_none(
    quiet_from: str, quiet_to: str, at: str, quiet: bool
) -> None:
    member = await make_member(capabilities=LICENSED, quiet_from=clock(quiet_from), quiet_to=clock(quiet_to))
    task = await task_in("Asia/Jakarta")

    assert await against(member, task, local(MONDAY, at, "Asia/Jakarta")) == ((QUIET_HOURS,) if quiet else ())


async def asleep(**values: bool) -> Member:
    return await make_member(
        capabilities=LICENSED, home=NORTH, quiet_from=clock("21:00"), quiet_to=clock("05:00"), **values
    )


async def test_an_emergency_wakes_people_and_its_alert_says_that_it_does() -> None:
    member, task = await asleep(), await task_in("Asia/Jakarta", Urgency.EMERGENCY)
    await plan_wave(task, NOW)

    await run_due_waves(local(TUESDAY, "02:00", "Asia/Jakarta"))

    alert = await Alert.get()
    assert (alert.member_id, alert.explanation) == (
        member.id,
        {
            "id": "1,1 km, keahlian berlaku, jam tenang dilewati karena darurat",
            "en": "1.1 km, capability valid, quiet hours overridden by the emergency",
        },
    )


async def test_an_emergency_at_noon_says_nothing_of_quiet_hours() -> None:
    await asleep()
    await plan_wave(await task_in("Asia/Jakarta", Urgency.EMERGENCY), NOW)

    await run_due_waves(local(MONDAY, "12:00", "Asia/Jakarta"))

    assert (await Alert.get()).explanation["en"] == "1.1 km, capability valid"


@pytest.mark.parametrize("urgency", [Urgency.URGENT, Urgency.NORMAL])
async def test_nothing_less_than_an_emergency_wakes_anybody(urgency: Urgency) -> None:
    await asleep()
    await plan_wave(await task_in("Asia/Jakarta", urgency), NOW)

    await run_due_waves(local(TUESDAY, "02:00", "Asia/Jakarta"))

    assert not await Alert.exists()
