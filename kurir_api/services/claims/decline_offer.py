"""The member can't take what was offered."""

from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.services.claims.action import ClaimAction, happened_at, remember_place
from kurir_api.services.tasks.staffing import lock_claim, reopen_slot
from kurir_api.services.use_case import use_case
from kurir_api.transitions import move


@use_case
async def decline_offer(principal: Principal, command: ClaimAction) -> UUID:
    """The id of the declined claim; the slot opens and a wave goes out.

    Raises NotFound, NotAllowed, InvalidInput, InvalidTransition.
    """
    claim = await lock_claim(principal, command.claim_id)
    at = happened_at(command, claim.claimed_at)
    await move(claim, "decline", principal, reason=command.words, at=at)
    await remember_place(claim, command.location, at)
    await reopen_slot(claim.task, datetime.now(UTC))
    return claim.id
