"""The holder is done."""

from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.services.claims.action import ClaimAction, happened_at, remember_place
from kurir_api.services.contributions.work import book_work
from kurir_api.services.tasks.staffing import lock_claim, settle
from kurir_api.services.use_case import use_case
from kurir_api.transitions import move


@use_case
async def complete_claim(principal: Principal, command: ClaimAction) -> UUID:
    """The id of the completed claim, which now counts in the books.

    Raises NotFound, NotAllowed, InvalidInput, InvalidTransition.
    """
    claim = await lock_claim(principal, command.claim_id)
    at = happened_at(command, claim.started_at)
    await move(claim, "complete", principal, reason=command.words, at=at, completed_at=at)
    now = datetime.now(UTC)
    await book_work(claim, at, now)
    await remember_place(claim, command.location, at)
    await settle(claim.task, at, now)
    return claim.id
