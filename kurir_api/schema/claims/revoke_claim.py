"""revokeClaim."""

from kurir_api.schema.claims.results import ClaimActionArgument, ClaimActionResult, ClaimActionSuccess
from kurir_api.schema.context import Info
from kurir_api.schema.permissions import COORDINATORS, mutation
from kurir_api.services.claims.revoke_claim import revoke_claim as use_case


@mutation(
    may_call=COORDINATORS,
    description="Take a claim away, with the note as the reason; its member is told, and others are alerted.",
)
async def revoke_claim(info: Info, input: ClaimActionArgument) -> ClaimActionResult:
    """Parse, call, return."""
    return await ClaimActionSuccess.of(info, await use_case(info.context.principal, input.command()))
