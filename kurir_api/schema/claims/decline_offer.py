"""declineOffer."""

from kurir_api.schema.claims.results import ClaimActionArgument, ClaimActionResult, ClaimActionSuccess
from kurir_api.schema.context import Info
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.services.claims.decline_offer import decline_offer as use_case


@mutation(
    may_call=EVERY_MEMBER,
    description="Turn down what a coordinator offered; others are alerted at once.",
)
async def decline_offer(info: Info, input: ClaimActionArgument) -> ClaimActionResult:
    """Parse, call, return."""
    return await ClaimActionSuccess.of(info, await use_case(info.context.principal, input.command()))
