"""deactivateMember."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.ids import row_id
from kurir_api.schema.members.results import MemberResult, MemberSuccess
from kurir_api.schema.permissions import MANAGERS, mutation
from kurir_api.services.members.deactivate_member import DeactivateMember
from kurir_api.services.members.deactivate_member import deactivate_member as use_case


@strawberry.input(description="Whom to take out of the network.")
class DeactivateMemberInput:
    """See services.members.deactivate_member."""

    member_id: strawberry.ID = strawberry.field(description="The member.")
    reason: str = strawberry.field(description="Why, for whoever looks into it later; at most 2,000 characters.")

    def command(self) -> DeactivateMember:
        """The use case's input."""
        return DeactivateMember(member_id=row_id("Member", self.member_id), reason=self.reason)


@mutation(
    may_call=MANAGERS,
    description="Take a member out of the network at once: sessions end, devices are forgotten, claims that aren't "
    "done are taken away and their slots open. For whoever could give the member each of their roles; `inviteMember` "
    "takes them in again.",
)
async def deactivate_member(
    info: Info, input: Annotated[DeactivateMemberInput, strawberry.argument(description="Whom, and why.")]
) -> MemberResult:
    """Parse, call, return."""
    return await MemberSuccess.of(info, await use_case(info.context.principal, input.command()))
