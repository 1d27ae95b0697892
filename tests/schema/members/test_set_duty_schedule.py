"""setDutySchedule through the API."""

import asyncio

import pytest

from kurir_api.models import DutyShift, Member, Weekday
from tests.api import Answer, Api
from tests.factories import make_member, make_shift
from tests.schema.refusals import KEY_REUSED, done, invalid_input, reaches, refused

SHIFTS = "member { available dutyShifts { weekday from to } }"
LIKE = ("Tulis jam seperti 21:00.", "Write the time like 21:00.")
OVERLAPS = (
    "Bertumpang tindih dengan giliran sebelumnya; gabungkan keduanya.",
    "Overlaps an earlier one of the list; make them one.",
)
NIGHT = {"weekday": "SUNDAY", "from": "20:00", "to": "06:00"}
MORNING = {"weekday": "MONDAY", "from": "06:00", "to": "12:00"}


def shift(weekday: str, begin: str, end: str) -> Answer:
    return {"weekday": weekday, "from": begin, "to": end}


async def on_mondays() -> Member:
    """Somebody on duty on Mondays from 08.00 to 16.00."""
    member = await make_member()
    await make_shift(member, Weekday.MONDAY, "08:00", "16:00")
    return member


@reaches("MemberSuccess", "setDutySchedule")
async def test_the_new_hours_take_the_place_of_the_old_in_the_order_of_the_week(api: Api) -> None:
    sri = await on_mondays()

    answer = await done(
        api, sri, "setDutySchedule", SHIFTS, shifts=[NIGHT, shift("MONDAY", "18:00", "18:30"), MORNING]
    )

    assert answer == {
        "__typename": "MemberSuccess",
        "member": {"available": True, "dutyShifts": [MORNING, shift("MONDAY", "18:00", "18:30"), NIGHT]},
    }


async def test_no_hours_at_all_leave_the_switch_alone_to_decide(api: Api) -> None:
    sri = await on_mondays()

    answer = await done(api, sri, "setDutySchedule", SHIFTS, shifts=[])

    assert answer["member"] == {"available": True, "dutyShifts": []}
    assert not await DutyShift.exists()


async def test_it_is_ones_own_schedule_and_nobody_elses(api: Api) -> None:
    sri, budi = await on_mondays(), await on_mondays()

    await api.do(sri, "setDutySchedule", shifts=[NIGHT])

    assert await DutyShift.filter(member=budi).values_list("weekday", "regency_code") == [(0, "33.02")]
    assert await DutyShift.filter(member=sri).values_list("weekday", "regency_code") == [(6, "33.02")]


@pytest.mark.parametrize(
    "shifts",
    [
        [NIGHT, MORNING],
        [shift("MONDAY", "08:00", "12:00"), shift("MONDAY", "12:00", "16:00")],
        [shift("MONDAY", "08:00", "08:00"), shift("TUESDAY", "08:00", "08:00")],
        [shift("SUNDAY", "00:00", "00:00"), shift("MONDAY", "00:00", "00:00")],
    ],
    ids=["into the morning", "within a day", "a whole day each", "midnight to midnight"],
)
async def test_hours_that_only_touch_are_accepted(api: Api, shifts: list[Answer]) -> None:
    answer = await api.do(await make_member(), "setDutySchedule", SHIFTS, shifts=shifts)

    assert answer["__typename"] == "MemberSuccess"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (shift("MONDAY", "08:00", "12:00"), shift("MONDAY", "11:59", "13:00")),
        (shift("MONDAY", "11:59", "13:00"), shift("MONDAY", "08:00", "12:00")),
        (shift("MONDAY", "08:00", "12:00"), shift("MONDAY", "08:00", "12:00")),
        (shift("MONDAY", "08:00", "16:00"), shift("MONDAY", "10:00", "11:00")),
        (shift("MONDAY", "20:00", "06:00"), shift("TUESDAY", "05:59", "07:00")),
        (shift("MONDAY", "08:00", "08:00"), shift("TUESDAY", "07:59", "08:30")),
        (NIGHT, shift("MONDAY", "05:59", "07:00")),
        (shift("MONDAY", "00:00", "00:01"), shift("SUNDAY", "23:59", "00:01")),
    ],
)
async def test_hours_that_overlap_are_refused_also_across_midnight_and_the_weeks_end(
    api: Api, first: Answer, second: Answer
) -> None:
    answer = await refused(api, await on_mondays(), "setDutySchedule", shifts=[first, second])

    assert answer == invalid_input(("shifts.1", *OVERLAPS))


@reaches("InvalidInput", "setDutySchedule")
async def test_every_time_that_cannot_be_used_is_named(api: Api) -> None:
    answer = await refused(
        api,
        await on_mondays(),
        "setDutySchedule",
        shifts=[shift("MONDAY", "8:00", "24:00"), MORNING, shift("FRIDAY", "20.00", "")],
    )

    assert answer == invalid_input(
        ("shifts.0.from", *LIKE), ("shifts.0.to", *LIKE), ("shifts.2.from", *LIKE), ("shifts.2.to", *LIKE)
    )


async def test_four_shifts_a_day_are_accepted_and_one_more_is_refused(api: Api) -> None:
    sri = await on_mondays()
    four = [shift(day.name, f"{hour:02}:00", f"{hour + 5:02}:00") for day in Weekday for hour in (0, 6, 12, 18)]

    one_more = await refused(api, sri, "setDutySchedule", shifts=[*four, NIGHT])
    accepted = await api.do(sri, "setDutySchedule", shifts=four)

    assert one_more == invalid_input(("shifts", "Paling banyak 28 giliran.", "At most 28 shifts."))
    assert accepted == {"__typename": "MemberSuccess"}
    assert await DutyShift.filter(member=sri).count() == 28


@reaches("IdempotencyKeyReused", "setDutySchedule")
async def test_a_key_that_came_with_other_hours_is_refused(api: Api) -> None:
    sri = await make_member()
    await api.do(sri, "setDutySchedule", shifts=[NIGHT], idempotencyKey="a")

    assert await refused(api, sri, "setDutySchedule", shifts=[MORNING], idempotencyKey="a") == KEY_REUSED


async def test_of_two_schedules_at_the_same_time_one_stands(api: Api) -> None:
    sri = await on_mondays()

    await asyncio.gather(*(api.do(sri, "setDutySchedule", shifts=[one]) for one in (NIGHT, MORNING) * 5))

    assert await DutyShift.filter(member=sri).count() == 1
