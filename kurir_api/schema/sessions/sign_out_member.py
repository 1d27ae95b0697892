"""signOutMember."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.ids import row_id
from kurir_api.schema.members.results import MemberResult, MemberSuccess
from kurir_api.schema.permissions import MANAGERS, mutation
from kurir_api.services.sessions.sign_out_member import SignOutMember
from kurir_api.services.sessions.sign_out_member import sign_out_member as use_case


@strawberry.input(description="Whom to sign out everywhere.")
class SignOutMemberInput:
    """See services.sessions.sign_out_member."""

    member_id: strawberry.ID = strawberry.field(description="The member.")
    reason: str = strawberry.field(description="Why, for whoever looks into it later; at most 2,000 characters.")

    def command(self) -> SignOutMember:
        """The use case's input."""
        return SignOutMember(member_id=row_id("Member", self.member_id), reason=self.reason)


@mutation(
    may_call=MANAGERS,
    description="End all sessions of a member who works in one's region, such as one whose phone was stolen; they "
    "may sign in again. Where the office uses Firebase, revoke the phone's tokens there, too.",
)
async def sign_out_member(
    info: Info, input: Annotated[SignOutMemberInput, strawberry.argument(description="Whom, and why.")]
) -> MemberResult:
    """Parse, call, return."""
    return await MemberSuccess.of(info, await use_case(info.context.principal, input.command()))
