"""startClaim."""

from kurir_api.schema.claims.results import ClaimActionArgument, ClaimActionResult, ClaimActionSuccess
from kurir_api.schema.context import Info
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.services.claims.start_claim import start_claim as use_case


@mutation(
    may_call=EVERY_MEMBER,
    description="Set off: the claim and its task are in progress.",
)
async def start_claim(info: Info, input: ClaimActionArgument) -> ClaimActionResult:
    """Parse, call, return."""
    return await ClaimActionSuccess.of(info, await use_case(info.context.principal, input.command()))
