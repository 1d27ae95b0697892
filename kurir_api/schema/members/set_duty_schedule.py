"""setDutySchedule."""

from typing import Annotated

import strawberry

from kurir_api.models import Weekday
from kurir_api.schema.context import Info
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.members.results import MemberResult, MemberSuccess
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.services.members.set_duty_schedule import SetDutySchedule, WeeklyShift
from kurir_api.services.members.set_duty_schedule import set_duty_schedule as use_case


@strawberry.input(description="Hours of the week in which one is on duty.")
class DutyShiftInput:
    """See services.members.set_duty_schedule."""

    weekday: Weekday = strawberry.field(description="The day on which it begins.")
    from_: str = strawberry.field(name="from", description='From when, on the regency\'s clock, such as "08:00".')
    to: str = strawberry.field(description="Until when; the same time or an earlier one: on the next day.")


@strawberry.input(description="When one is on duty, week after week.")
class SetDutyScheduleInput:
    """See services.members.set_duty_schedule."""

    shifts: list[DutyShiftInput] = strawberry.field(
        description="All of one's shifts, instead of those so far, none overlapping another; none: on duty whenever "
        "available. At most 28."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> SetDutySchedule:
        """The use case's input."""
        shifts = (WeeklyShift(weekday=shift.weekday, from_=shift.from_, to=shift.to) for shift in self.shifts)
        return SetDutySchedule(shifts=tuple(shifts), idempotency_key=self.idempotency_key)


@mutation(
    may_call=EVERY_MEMBER,
    description="Set one's weekly duty hours. Outside of them one is not alerted; whoever is switched off by "
    "`available` isn't within them either.",
)
async def set_duty_schedule(
    info: Info, input: Annotated[SetDutyScheduleInput, strawberry.argument(description="From now on.")]
) -> MemberResult:
    """Parse, call, return."""
    return await MemberSuccess.of(info, await use_case(info.context.principal, input.command()))
