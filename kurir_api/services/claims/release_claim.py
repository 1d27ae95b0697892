"""The holder gives the slot back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.services.claims.action import ClaimAction, happened_at, held_since, remember_place
from kurir_api.services.claims.handing_over import withdraw_offer
from kurir_api.services.tasks.staffing import lock_claim, reopen_slot
from kurir_api.services.use_case import use_case
from kurir_api.transitions import move

LATE = timedelta(hours=2)


@use_case
async def release_claim(principal: Principal, command: ClaimAction) -> UUID:
    """The id of the released claim; the slot opens and a wave goes out. Late within 2 h of the start: flagged.

    Raises NotFound, NotAllowed, InvalidInput, InvalidTransition.
    """
    claim = await lock_claim(principal, command.claim_id)
    at = happened_at(command, await held_since(claim))
    late = at > claim.starts_at - LATE
    await move(claim, "release", principal, reason=command.words, at=at, released_late=late)
    await remember_place(claim, command.location, at)
    now = datetime.now(UTC)
    await withdraw_offer(claim, now)
    await reopen_slot(claim.task, now)
    return claim.id
