"""A coordinator notes that the member did not come."""

from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.revoke_claim import take_away
from kurir_api.services.tasks.staffing import lock_claim
from kurir_api.services.use_case import use_case


@use_case
async def report_no_show(principal: Principal, command: ClaimAction) -> UUID:
    """The id of the claim, ended; its member is told, the slot opens and a wave goes out.

    Raises NotFound, NotAllowed, InvalidInput, InvalidTransition.
    """
    claim = await lock_claim(principal, command.claim_id)
    await take_away(claim, "report_no_show", principal, command)
    return claim.id
