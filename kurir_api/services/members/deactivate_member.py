"""The office takes somebody out of the network, such as a coordinator who was dismissed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from tortoise.expressions import Subquery
from tortoise.transactions import in_transaction

from kurir_api.auth import Principal
from kurir_api.errors import NotAllowed, NotFound, Problems, UnknownMember
from kurir_api.models import LIVE, Claim, Device, Member, Membership, Task
from kurir_api.services.claims.revoke_claim import open_slot
from kurir_api.services.members.invite_member import may_invite
from kurir_api.services.sessions.sign_out_member import end_all
from kurir_api.services.texts import LONGEST_NOTE, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_members
from kurir_api.transitions import move

REASON = "Anggota dinonaktifkan."


@dataclass(frozen=True, kw_only=True)
class DeactivateMember(Command):
    """`reason`: kept with the sessions that end by it, for whoever looks into it later."""

    member_id: UUID
    reason: str


@use_case
async def deactivate_member(principal: Principal, command: DeactivateMember) -> UUID:
    """The id of the member, who is out: their sessions are over, their devices forgotten, and what they had to do is
    open to others. Who is out already stays so; an invitation takes them in again.

    Raises InvalidInput, NotFound; NotAllowed unless the caller could give the member each of their roles.
    """
    problems = Problems()
    reason = fitting(problems, "reason", command.reason, LONGEST_NOTE, required=True)
    if command.member_id == principal.member_id:
        problems.add(
            "memberId",
            id="Ini akun Anda sendiri; minta administrator lain menonaktifkannya.",
            en="This is your own account; ask another administrator to deactivate it.",
        )
    problems.refuse()
    if not await visible_members(principal).filter(id=command.member_id).exists():
        raise NotFound
    roles = await Membership.filter(member_id=command.member_id)
    if not roles or not all(may_invite(principal, one.organization_id, one.role, one.region_id) for one in roles):
        raise NotAllowed
    await _take_out(command.member_id, datetime.now(UTC), by=principal.member_id, reason=reason)
    return command.member_id


async def deactivate_phone(phone: str, now: datetime) -> int:
    """For the operator: take out whoever has the number (E.164), wherever their roles reach; how much of what they
    had to do is open to others. Raises UnknownMember.
    """
    async with in_transaction():
        member = await Member.get_or_none(phone_index__in=Member.phone.indexes(phone))
        if member is None:
            raise UnknownMember
        return await _take_out(member.id, now)


async def _take_out(member_id: UUID, now: datetime, by: UUID | None = None, reason: str | None = None) -> int:
    """How many claims were taken away."""
    live = Claim.filter(member_id=member_id, status__in=LIVE)
    # Tasks first, as everywhere. The member whole: what they are just claiming or signing in to is there, or waits.
    await Task.filter(id__in=Subquery(live.values("task_id"))).order_by("id").select_for_update()
    await Member.filter(id=member_id).select_for_update()
    await Member.filter(id=member_id).update(active=False)
    await end_all(member_id, now, by, reason)
    await Device.filter(member_id=member_id).delete()
    claims = await live.order_by("id")
    for claim in claims:
        claim.task = await Task.select_for_update().get(id=claim.task_id)
        taking_over = claim.hands_over
        await move(claim, "revoke", None, reason=REASON, at=now)
        await open_slot(claim, now, taking_over=taking_over)
    structlog.get_logger("kurir.members").warning(
        "a member was deactivated", member=str(member_id), by=str(by) if by else "operator", claims=len(claims)
    )
    return len(claims)
