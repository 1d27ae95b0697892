"""handOverClaim."""

from typing import Annotated

import strawberry

from kurir_api.schema.claims.results import ClaimActionResult, ClaimActionSuccess
from kurir_api.schema.context import Info
from kurir_api.schema.ids import row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.services.claims.hand_over_claim import HandOver
from kurir_api.services.claims.hand_over_claim import hand_over_claim as use_case


@strawberry.input(description="A claim to hand over, and to whom.")
class HandOverInput:
    """See services.claims.hand_over_claim."""

    claim_id: strawberry.ID = strawberry.field(description="The claim, held and not yet started.")
    to_member_id: strawberry.ID = strawberry.field(
        description="Who is asked to take it over: whom a coordinator could assign it to; for holders, a volunteer "
        "of an organisation that they volunteer for, too."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY


@mutation(
    may_call=EVERY_MEMBER,
    description="Offer a held claim to another member, as its holder or as a coordinator. It stays held until they "
    "accept by `acceptOffer`; then it is HANDED_OVER and theirs is HELD, at once. An earlier offer of it ends.",
)
async def hand_over_claim(
    info: Info, input: Annotated[HandOverInput, strawberry.argument(description="Which claim, and to whom.")]
) -> ClaimActionResult:
    """Parse, call, return."""
    command = HandOver(
        claim_id=row_id("Claim", input.claim_id),
        to_member_id=row_id("Member", input.to_member_id),
        idempotency_key=input.idempotency_key,
    )
    return await ClaimActionSuccess.of(info, await use_case(info.context.principal, command))
