"""withdrawPledge."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.ids import row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.needs.results import PledgeResult, PledgeSuccess
from kurir_api.schema.permissions import PLEDGERS, mutation
from kurir_api.services.needs.withdraw_pledge import WithdrawPledge
from kurir_api.services.needs.withdraw_pledge import withdraw_pledge as use_case


@strawberry.input(description="A promise to take back.")
class WithdrawPledgeInput:
    """See services.needs.withdraw_pledge."""

    pledge_id: strawberry.ID = strawberry.field(description="The pledge.")
    idempotency_key: str | None = IDEMPOTENCY_KEY


@mutation(
    may_call=PLEDGERS,
    description="Take a pledge back, as far as no cost was settled with it; the need is open again by as much.",
)
async def withdraw_pledge(
    info: Info, input: Annotated[WithdrawPledgeInput, strawberry.argument(description="The pledge.")]
) -> PledgeResult:
    """Parse, call, return."""
    command = WithdrawPledge(pledge_id=row_id("Pledge", input.pledge_id), idempotency_key=input.idempotency_key)
    return await PledgeSuccess.of(info, await use_case(info.context.principal, command))
