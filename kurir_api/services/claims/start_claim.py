"""The holder sets off."""

from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.dispatch.eligibility import EligibilityReason, claim_obstacles
from kurir_api.errors import NotEligible
from kurir_api.models import Claim, TransitionLog
from kurir_api.services.claims.action import ClaimAction, happened_at, held_since, remember_place
from kurir_api.services.claims.handing_over import withdraw_offer
from kurir_api.services.contributions.work import approach_m
from kurir_api.services.tasks.staffing import lock_claim, settle
from kurir_api.services.use_case import use_case
from kurir_api.transitions import move

CHECKED_AGAIN = (EligibilityReason.CAPABILITY_MISSING, EligibilityReason.CAPABILITY_EXPIRED)


@use_case
async def start_claim(principal: Principal, command: ClaimAction) -> UUID:
    """The id of the started claim. A licence that lapsed since the claim stops it here, unless the coordinator who
    chose this member gave a reason.

    Raises NotFound, NotAllowed, NotEligible, InvalidInput, InvalidTransition.
    """
    claim = await lock_claim(principal, command.claim_id)
    at = happened_at(command, await held_since(claim))
    obstacles = await claim_obstacles(claim.member_id, claim.task, at)
    lapsed = tuple(reason for reason in obstacles.reasons if reason in CHECKED_AGAIN)
    if lapsed and claim.member_id == principal.member_id and not await _chosen_for_a_reason(claim):
        raise NotEligible(lapsed)
    way = await approach_m(claim, command.location, at)
    await move(claim, "start", principal, reason=command.words, at=at, started_at=at, expires_at=None, approach_m=way)
    await remember_place(claim, command.location, at)
    now = datetime.now(UTC)
    await withdraw_offer(claim, now)
    await settle(claim.task, at, now)
    return claim.id


async def _chosen_for_a_reason(claim: Claim) -> bool:
    return await TransitionLog.filter(subject_id=claim.id, action="offer", reason_sealed__isnull=False).exists()
