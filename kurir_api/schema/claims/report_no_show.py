"""reportNoShow."""

from kurir_api.schema.claims.results import ClaimActionArgument, ClaimActionResult, ClaimActionSuccess
from kurir_api.schema.context import Info
from kurir_api.schema.permissions import COORDINATORS, mutation
from kurir_api.services.claims.report_no_show import report_no_show as use_case


@mutation(
    may_call=COORDINATORS,
    description="Note that the member did not come, whether the claim was started or not; its member is told, and "
    "others are alerted.",
)
async def report_no_show(info: Info, input: ClaimActionArgument) -> ClaimActionResult:
    """Parse, call, return."""
    return await ClaimActionSuccess.of(info, await use_case(info.context.principal, input.command()))
