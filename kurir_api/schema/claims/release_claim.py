"""releaseClaim."""

from kurir_api.schema.claims.results import ClaimActionArgument, ClaimActionResult, ClaimActionSuccess
from kurir_api.schema.context import Info
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.services.claims.release_claim import release_claim as use_case


@mutation(
    may_call=EVERY_MEMBER,
    description="Give a claim back before starting; others are alerted at once. "
    "Within 2 hours of the start it is flagged as late.",
)
async def release_claim(info: Info, input: ClaimActionArgument) -> ClaimActionResult:
    """Parse, call, return."""
    return await ClaimActionSuccess.of(info, await use_case(info.context.principal, input.command()))
