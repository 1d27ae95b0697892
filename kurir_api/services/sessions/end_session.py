"""A member ends a session of their own, such as that of a phone they lost."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import NotFound
from kurir_api.models import SessionEnd
from kurir_api.services.sessions.granting import end_sessions
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_sessions


@dataclass(frozen=True, kw_only=True)
class EndSession(Command):
    """`session_id`: the session, which may be the caller's present one."""

    session_id: UUID


@use_case
async def end_session(principal: Principal, command: EndSession) -> UUID:
    """The id of the session, which is over; one that was over stays so. Raises NotFound."""
    if not await visible_sessions(principal).filter(id=command.session_id).exists():
        raise NotFound
    await end_sessions([command.session_id], SessionEnd.SIGNED_OUT, datetime.now(UTC), principal.member_id)
    return command.session_id
