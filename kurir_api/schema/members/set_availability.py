"""setAvailability."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from kurir_api.schema.context import Info
from kurir_api.schema.members.results import MemberResult, MemberSuccess
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.services.members.set_availability import QuietHours, SetAvailability
from kurir_api.services.members.set_availability import set_availability as use_case


@strawberry.input(description="Whether one is on duty, and when not to be alerted but for emergencies.")
class SetAvailabilityInput:
    """See services.members.set_availability."""

    available: bool = strawberry.field(description="Whether one is on duty.")
    quiet_from: str | None = strawberry.field(
        default=UNSET,
        description='From when, on the regency\'s clock, such as "21:00". Give both times, or null for both to have '
        "no quiet hours; without either they stay as they are.",
    )
    quiet_to: str | None = strawberry.field(
        default=UNSET, description='Until when, such as "05:00"; the quiet hours may span midnight.'
    )

    def command(self) -> SetAvailability:
        """The use case's input."""
        if self.quiet_from is UNSET and self.quiet_to is UNSET:
            return SetAvailability(available=self.available)
        quiet = QuietHours(
            from_=None if self.quiet_from is UNSET else self.quiet_from,
            to=None if self.quiet_to is UNSET else self.quiet_to,
        )
        return SetAvailability(available=self.available, quiet=quiet)


@mutation(may_call=EVERY_MEMBER, description="Go on or off duty, and set or clear one's quiet hours.")
async def set_availability(
    info: Info, input: Annotated[SetAvailabilityInput, strawberry.argument(description="From now on.")]
) -> MemberResult:
    """Parse, call, return."""
    return await MemberSuccess.of(info, await use_case(info.context.principal, input.command()))
