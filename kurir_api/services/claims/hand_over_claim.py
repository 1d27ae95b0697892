"""The holder, or a coordinator, offers a held claim to another member."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal, principal_of_member
from kurir_api.dispatch.eligibility import EligibilityReason, claim_obstacles
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.errors import (
    InvalidTransition,
    NotAllowed,
    NotEligible,
    NotFound,
    OfferedEnough,
    ScheduleConflict,
    UnknownMember,
)
from kurir_api.models import Claim, ClaimStatus, Role, Task, lies_within, new_id
from kurir_api.services.claims.handing_over import withdraw_offer
from kurir_api.services.tasks.assign_task import answer_by
from kurir_api.services.tasks.claim_task import refuse_deactivated
from kurir_api.services.tasks.staffing import lock_claim, organization_for
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import receiving_members, visible_tasks
from kurir_api.transitions import record

MOST_OFFERS = 3
"""To so many members a volunteer offers a task, to each once: every offer rings, and binds the other's time."""


@dataclass(frozen=True, kw_only=True)
class HandOver(Command):
    """Offer `claim_id`, which is held, to `to_member_id`."""

    claim_id: UUID
    to_member_id: UUID


@use_case
async def hand_over_claim(principal: Principal, command: HandOver) -> UUID:
    """The id of the claim, still held; it is until the other member accepts. An earlier offer of it ends.

    Raises NotFound, NotAllowed, OfferedEnough, InvalidTransition, NotEligible, ScheduleConflict.
    """
    now = datetime.now(UTC)
    claim = await lock_claim(principal, command.claim_id)
    coordinates = principal.reaches(claim.task.region_id, Role.COORDINATOR)
    if claim.member_id != principal.member_id and not coordinates:
        raise NotAllowed
    _refuse_unless_held(claim, now)
    receiver = await _receiver(principal, claim.task, command.to_member_id)
    if not coordinates:
        await _refuse_once_offered_enough(principal, receiver, claim.task)
    await _refuse_unless_able(principal, receiver, claim.task, now)
    await withdraw_offer(claim, now)
    offer = Claim(
        id=new_id(),
        regency_code=claim.regency_code,
        task=claim.task,
        member_id=receiver.member_id,
        organization_id=_organization(receiver, claim),
        status=ClaimStatus.OFFERED,
        starts_at=claim.starts_at,
        ends_at=claim.ends_at,
        claimed_at=now,
        expires_at=min(answer_by(claim.task, now), claim.expires_at or claim.ends_at),
        assigned_by_id=principal.member_id,
        takes_over_id=claim.id,
    )
    await offer.save(force_create=True)
    await refuse_deactivated(offer.member_id)
    await record(offer, "offer_hand_over", principal, at=now)
    await notify(NotificationKind.OFFER, [offer.member_id], claim.task, now=now, urgent=claim.task.urgent)
    return claim.id


def _refuse_unless_held(claim: Claim, now: datetime) -> None:
    """A claim whose time to start is over is refused as expired, though a worker has yet to say so."""
    late = claim.expires_at is not None and now >= claim.expires_at
    status = ClaimStatus.EXPIRED if claim.status == ClaimStatus.HELD and late else claim.status
    if status != ClaimStatus.HELD:
        raise InvalidTransition(status, (ClaimStatus.HELD,))


async def _receiver(principal: Principal, task: Task, member_id: UUID) -> Principal:
    if not await receiving_members(principal, task).filter(id=member_id, active=True).exists():
        raise NotFound
    try:
        return await principal_of_member(member_id)
    except UnknownMember as error:
        raise NotFound from error


async def _refuse_once_offered_enough(principal: Principal, receiver: Principal, task: Task) -> None:
    """Counted by task: who gives it back and takes it again has no more of them."""
    offers = Claim.filter(task_id=task.id, assigned_by_id=principal.member_id, takes_over_id__isnull=False)
    asked = await offers.values_list("member_id", flat=True)
    if receiver.member_id in asked or len(asked) >= MOST_OFFERS:
        raise OfferedEnough


async def _refuse_unless_able(principal: Principal, receiver: Principal, task: Task, now: datetime) -> None:
    """As for a claim; but a task in the way that the caller may not know of only makes the member busy."""
    obstacles = await claim_obstacles(receiver.member_id, task, now)
    if obstacles.reasons == (EligibilityReason.BUSY,):
        in_the_way = visible_tasks(principal).filter(id=obstacles.conflicting_task_id)
        if obstacles.conflicting_task_id is not None and await in_the_way.exists():
            raise ScheduleConflict(obstacles.conflicting_task_id)
    if obstacles.reasons:
        raise NotEligible(tuple(obstacles.reasons))


def _organization(receiver: Principal, claim: Claim) -> UUID:
    """The claim's, if the receiver volunteers for it there, too; else another of theirs."""
    region = claim.task.region_id
    same = any(
        scope.organization_id == claim.organization_id
        and scope.role == Role.VOLUNTEER
        and lies_within(region, scope.region_code)
        for scope in receiver.scopes
    )
    return claim.organization_id if same else organization_for(receiver, claim.task, None)
