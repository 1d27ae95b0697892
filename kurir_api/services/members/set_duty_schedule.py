"""A member says in which hours of the week to be on duty."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import combinations
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import Problems
from kurir_api.models import DutyShift, Member, Weekday
from kurir_api.services.members.clock import read_clock
from kurir_api.services.use_case import Command, use_case

MOST_SHIFTS = 28
"""Four a day."""

DAY = 24 * 60
WEEK = 7 * DAY


@dataclass(frozen=True, kw_only=True)
class WeeklyShift:
    """On `weekday` from when, until when, as the regency's clock shows it: "21:00". Until the same or an earlier
    time: on the next day.
    """

    weekday: Weekday
    from_: str
    to: str


@dataclass(frozen=True, kw_only=True)
class SetDutySchedule(Command):
    """All of the member's shifts; none: on duty whenever available."""

    shifts: tuple[WeeklyShift, ...]


@use_case
async def set_duty_schedule(principal: Principal, command: SetDutySchedule) -> UUID:
    """The id of the member, who is the caller. Raises InvalidInput, IdempotencyKeyReused."""
    # Locked, so that of two schedules at the same time one stands and not both together.
    member = await Member.select_for_update(no_key=True).get(id=principal.member_id)
    shifts = _rows(member, command)
    await DutyShift.filter(member_id=member.id).delete()
    await DutyShift.bulk_create(shifts)
    await Member.filter(id=member.id).update(turned_up_at=datetime.now(UTC))
    return member.id


def _rows(member: Member, command: SetDutySchedule) -> list[DutyShift]:
    """A row for each shift, in their order. Raises InvalidInput."""
    problems = Problems()
    if len(command.shifts) > MOST_SHIFTS:
        problems.add("shifts", id=f"Paling banyak {MOST_SHIFTS} giliran.", en=f"At most {MOST_SHIFTS} shifts.")
        problems.refuse()
    shifts = [
        DutyShift(
            regency_code=member.regency_code,
            member_id=member.id,
            weekday=shift.weekday,
            starts=read_clock(shift.from_, f"shifts.{number}.from", problems),
            ends=read_clock(shift.to, f"shifts.{number}.to", problems),
        )
        for number, shift in enumerate(command.shifts)
    ]
    problems.refuse()
    for number in sorted(set(_overlapping(shifts))):
        problems.add(
            f"shifts.{number}",
            id="Bertumpang tindih dengan giliran sebelumnya; gabungkan keduanya.",
            en="Overlaps an earlier one of the list; make them one.",
        )
    problems.refuse()
    return shifts


def _overlapping(shifts: Sequence[DutyShift]) -> Iterator[int]:
    """The places in the list of shifts that overlap one before them, once for each; those that only touch don't."""
    spans = [_span(shift) for shift in shifts]
    for (_, (begin, minutes)), (number, (other, others)) in combinations(enumerate(spans), 2):
        # The week is a circle: Sunday's night shift goes on into Monday.
        if (other - begin) % WEEK < minutes or (begin - other) % WEEK < others:
            yield number


def _span(shift: DutyShift) -> tuple[int, int]:
    """From which minute of the week, and for how many minutes."""
    begin, end = _minute(shift.starts), _minute(shift.ends)
    return shift.weekday * DAY + begin, (end - begin) % DAY or DAY


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
