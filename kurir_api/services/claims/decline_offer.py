"""The member can't take what was offered."""

from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.services.claims.action import ClaimAction, happened_at, remember_place
from kurir_api.services.claims.handing_over import leave_with_holder
from kurir_api.services.tasks.staffing import lock_claim, reopen_slot
from kurir_api.services.use_case import use_case
from kurir_api.transitions import move


@use_case
async def decline_offer(principal: Principal, command: ClaimAction) -> UUID:
    """The id of the declined claim; the slot opens and a wave goes out, unless it stays with who offered it.

    Raises NotFound, NotAllowed, InvalidInput, InvalidTransition.
    """
    claim = await lock_claim(principal, command.claim_id)
    at = happened_at(command, claim.claimed_at)
    now = datetime.now(UTC)
    taking_over = claim.hands_over
    await move(claim, "decline_hand_over" if taking_over else "decline", principal, reason=command.words, at=at)
    await remember_place(claim, command.location, at)
    if taking_over:
        await leave_with_holder(claim, now)
    else:
        await reopen_slot(claim.task, now)
    return claim.id
