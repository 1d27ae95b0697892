"""A coordinator notes that the member did not come."""

from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import Urgency
from kurir_api.services.claims.action import ClaimAction, happened_at
from kurir_api.services.tasks.staffing import lock_claim, reopen_slot
from kurir_api.services.use_case import use_case
from kurir_api.transitions import move


@use_case
async def report_no_show(principal: Principal, command: ClaimAction) -> UUID:
    """The id of the claim, ended; its member is told, the slot opens and a wave goes out.

    Raises NotFound, NotAllowed, InvalidInput, InvalidTransition.
    """
    claim = await lock_claim(principal, command.claim_id)
    now = datetime.now(UTC)
    at = happened_at(command, claim.claimed_at)
    await move(claim, "report_no_show", principal, reason=command.words, at=at)
    await notify(
        NotificationKind.CLAIM_REVOKED,
        [claim.member_id],
        claim.task,
        regency_code=claim.regency_code,
        now=now,
        urgent=claim.task.urgency is not Urgency.NORMAL,
    )
    await reopen_slot(claim.task, now)
    return claim.id
