"""The member takes what was offered."""

from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import InvalidTransition
from kurir_api.models import ClaimStatus
from kurir_api.services.claims.action import ClaimAction, happened_at, remember_place
from kurir_api.services.claims.deadlines import start_by
from kurir_api.services.claims.handing_over import hand_over
from kurir_api.services.family.telling import tell_of_coming
from kurir_api.services.tasks.staffing import lock_claim
from kurir_api.services.use_case import use_case
from kurir_api.transitions import move


@use_case
async def accept_offer(principal: Principal, command: ClaimAction) -> UUID:
    """The id of the claim, now held; if it takes over another, that one ends.

    An offer whose time is over is refused as expired, though a worker has yet to say so. Raises NotFound, NotAllowed,
    InvalidInput, InvalidTransition.
    """
    claim = await lock_claim(principal, command.claim_id)
    at = happened_at(command, claim.claimed_at)
    if claim.status == ClaimStatus.OFFERED and claim.expires_at is not None and at >= claim.expires_at:
        raise InvalidTransition(ClaimStatus.EXPIRED, (ClaimStatus.OFFERED,))
    now = datetime.now(UTC)
    expires_at = start_by(claim.starts_at, now)
    taking_over = claim.hands_over
    if taking_over:
        await hand_over(claim, at, now)
    await move(claim, "accept", principal, reason=command.words, at=at, expires_at=expires_at)
    await remember_place(claim, command.location, at)
    if not taking_over:
        await tell_of_coming(claim.task, now)
    return claim.id
