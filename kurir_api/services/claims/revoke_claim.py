"""A coordinator takes a claim away."""

from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.errors import InvalidInput
from kurir_api.models import Claim
from kurir_api.services.claims.action import ClaimAction, happened_at
from kurir_api.services.claims.handing_over import leave_with_holder, withdraw_offer
from kurir_api.services.tasks.staffing import lock_claim, reopen_slot
from kurir_api.services.use_case import use_case
from kurir_api.transitions import move


@use_case
async def revoke_claim(principal: Principal, command: ClaimAction) -> UUID:
    """The id of the revoked claim; its member is told, the slot opens. The note says why.

    Raises NotFound, NotAllowed, InvalidInput, InvalidTransition.
    """
    claim = await lock_claim(principal, command.claim_id)
    if command.words is None:
        raise InvalidInput.of("note", id="Tulis alasannya.", en="Say why.")
    await take_away(claim, "revoke", principal, command)
    return claim.id


async def take_away(claim: Claim, action: str, principal: Principal, command: ClaimAction) -> None:
    """End the locked claim by `action`, tell its member, and open its slot, if it has one.

    Raises NotAllowed, InvalidInput, InvalidTransition.
    """
    now = datetime.now(UTC)
    at = happened_at(command, claim.claimed_at)
    taking_over = claim.hands_over
    await move(claim, action, principal, reason=command.words, at=at)
    await notify(NotificationKind.CLAIM_REVOKED, [claim.member_id], claim.task, now=now, urgent=claim.task.urgent)
    await open_slot(claim, now, taking_over=taking_over)


async def open_slot(claim: Claim, now: datetime, *, taking_over: bool) -> None:
    """After the locked claim was taken away: others are asked; or, where it was only `taking_over`, who has the slot
    keeps it.
    """
    if taking_over:
        await leave_with_holder(claim, now)
    else:
        await withdraw_offer(claim, now)
        await reopen_slot(claim.task, now)
