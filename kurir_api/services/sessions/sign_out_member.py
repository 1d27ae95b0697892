"""The office signs a member out everywhere, such as one whose phone was stolen."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import NotAllowed, NotFound, Problems, UnknownMember
from kurir_api.models import Member, Membership, Role, Session, SessionEnd
from kurir_api.services.sessions.granting import end_sessions
from kurir_api.services.texts import LONGEST_NOTE, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_members


@dataclass(frozen=True, kw_only=True)
class SignOutMember(Command):
    """`reason`: for whoever looks into it later."""

    member_id: UUID
    reason: str


@use_case
async def sign_out_member(principal: Principal, command: SignOutMember) -> UUID:
    """The id of the member, whose sessions are over. Of a member who has none, nothing changes. Raises InvalidInput,
    NotFound; NotAllowed unless the member works in a region of the caller's, as administrator or coordinator.
    """
    problems = Problems()
    reason = fitting(problems, "reason", command.reason, LONGEST_NOTE, required=True)
    problems.refuse()
    if not await visible_members(principal).filter(id=command.member_id).exists():
        raise NotFound
    regions = await Membership.filter(member_id=command.member_id).values_list("region_id", flat=True)
    if not any(principal.reaches(str(region), Role.ADMIN, Role.COORDINATOR) for region in regions):
        raise NotAllowed
    await end_all(command.member_id, datetime.now(UTC), by=principal.member_id, reason=reason)
    return command.member_id


async def sign_out_phone(phone: str | None, now: datetime) -> int:
    """For the operator: end all sessions of whoever has the number (E.164), or of everybody; how many. Raises
    UnknownMember.
    """
    if phone is None:
        going = Session.filter(ended_at__isnull=True)
        return await going.update(ended_at=now, end_reason=SessionEnd.BY_OFFICE)
    member = await Member.get_or_none(phone_index__in=Member.phone.indexes(phone))
    if member is None:
        raise UnknownMember
    return await end_all(member.id, now)


async def end_all(member_id: UUID, now: datetime, by: UUID | None = None, reason: str | None = None) -> int:
    """End all sessions of the member; how many. `reason`: what `by` says of it."""
    going = await Session.filter(member_id=member_id, ended_at__isnull=True).only("id")
    ended = await end_sessions([session.id for session in going], SessionEnd.BY_OFFICE, now, by)
    for session in await Session.filter(id__in=ended) if reason else ():
        session.end_note = reason
        await session.save(update_fields=["end_note_sealed"])
    return len(ended)
