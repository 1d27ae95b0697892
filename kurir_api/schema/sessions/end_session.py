"""endSession."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.ids import row_id
from kurir_api.schema.members.results import MemberResult, MemberSuccess
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.services.sessions.end_session import EndSession
from kurir_api.services.sessions.end_session import end_session as use_case


@strawberry.input(description="A session of one's own that shall be over.")
class EndSessionInput:
    """See services.sessions.end_session."""

    session_id: strawberry.ID = strawberry.field(description="One of `sessions` of `me`.")

    def command(self) -> EndSession:
        """The use case's input."""
        return EndSession(session_id=row_id("Session", self.session_id))


@mutation(
    may_call=EVERY_MEMBER,
    description="End a session of one's own, such as that of a lost phone; its tokens are refused at once, and its "
    "live connections close within a minute.",
)
async def end_session(
    info: Info, input: Annotated[EndSessionInput, strawberry.argument(description="Which session.")]
) -> MemberResult:
    """Parse, call, return."""
    await use_case(info.context.principal, input.command())
    return await MemberSuccess.of(info, info.context.principal.member_id)
