"""A member says in which hours of the week to be on duty."""

from dataclasses import dataclass
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import Problems
from kurir_api.models import DutyShift, Member
from kurir_api.services.members.clock import read_clock
from kurir_api.services.use_case import Command, use_case

MOST_SHIFTS = 28


@dataclass(frozen=True, kw_only=True)
class WeeklyShift:
    """On `weekday` (0 is Monday) from when, until when, as the regency's clock shows it: "21:00". Until the same or
    an earlier time: on the next day.
    """

    weekday: int
    from_: str
    to: str


@dataclass(frozen=True, kw_only=True)
class SetDutySchedule(Command):
    """All of the member's shifts; none: on duty whenever available."""

    shifts: tuple[WeeklyShift, ...]


@use_case
async def set_duty_schedule(principal: Principal, command: SetDutySchedule) -> UUID:
    """The id of the member, who is the caller. Raises InvalidInput."""
    member = await Member.select_for_update(no_key=True).get(id=principal.member_id)
    shifts = _rows(member, command)
    await DutyShift.filter(member_id=member.id).delete()
    await DutyShift.bulk_create(shifts)
    return member.id


def _rows(member: Member, command: SetDutySchedule) -> list[DutyShift]:
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
    return shifts
