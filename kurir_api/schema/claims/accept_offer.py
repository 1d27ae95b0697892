"""acceptOffer."""

from kurir_api.schema.claims.results import ClaimActionArgument, ClaimActionResult, ClaimActionSuccess
from kurir_api.schema.context import Info
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.services.claims.accept_offer import accept_offer as use_case


@mutation(
    may_call=EVERY_MEMBER,
    description="Take what a coordinator offered.",
)
async def accept_offer(info: Info, input: ClaimActionArgument) -> ClaimActionResult:
    """Parse, call, return."""
    return await ClaimActionSuccess.of(info, await use_case(info.context.principal, input.command()))
