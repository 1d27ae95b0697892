"""updateLocation."""

from datetime import datetime
from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.members.results import MemberResult, MemberSuccess
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.schema.scalars import GeoPointInput
from kurir_api.services.members.update_location import UpdateLocation
from kurir_api.services.members.update_location import update_location as use_case


@strawberry.input(description="Where the caller's phone is.")
class UpdateLocationInput:
    """See services.members.update_location."""

    location: GeoPointInput = strawberry.field(description="The phone's place.")
    at: datetime | None = strawberry.field(
        default=None, description="When it was there; default now. An older fix than the known one changes nothing."
    )
    accuracy_m: float | None = strawberry.field(
        default=None, description="The radius of uncertainty in metres, 0 to 100,000."
    )


@mutation(may_call=EVERY_MEMBER, description="Tell where the caller is; nearby tasks and alerts go by it.")
async def update_location(
    info: Info, input: Annotated[UpdateLocationInput, strawberry.argument(description="The fix.")]
) -> MemberResult:
    """Parse, call, return."""
    command = UpdateLocation(location=input.location.point("location"), at=input.at, accuracy_m=input.accuracy_m)
    return await MemberSuccess.of(info, await use_case(info.context.principal, command))
