"""moveReferral."""

from typing import Annotated

import strawberry

from kurir_api.models import ReferralStatus
from kurir_api.schema.context import Info
from kurir_api.schema.ids import row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import REFERRAL_SIDES, mutation
from kurir_api.schema.referrals.results import ReferralResult, ReferralSuccess
from kurir_api.services.referrals.move_referral import MoveReferral
from kurir_api.services.referrals.move_referral import move_referral as use_case


@strawberry.input(description="What becomes of a referral.")
class MoveReferralInput:
    """See services.referrals.move_referral."""

    referral_id: strawberry.ID = strawberry.field(description="Which one.")
    to: ReferralStatus = strawberry.field(
        description="For the programme's officers: ACCEPTED, DECLINED or INFO_REQUESTED after SENT, IN_PROCESS after "
        "ACCEPTED, and GRANTED, PARTLY_GRANTED or REFUSED after that. For the desk: SENT again when what was asked "
        "for is answered, CONFIRMED when a decision was carried out, REVOKED before it is in process."
    )
    note: str | None = strawberry.field(
        default=None,
        description="Needed for DECLINED, INFO_REQUESTED, PARTLY_GRANTED, REFUSED and REVOKED. At most 2,000 "
        "characters; both sides read it.",
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> MoveReferral:
        """The use case's input."""
        return MoveReferral(
            referral_id=row_id("Referral", self.referral_id),
            to=self.to,
            note=self.note,
            idempotency_key=self.idempotency_key,
        )


@mutation(may_call=REFERRAL_SIDES, description="Decide on a referral, answer, confirm or revoke it.")
async def move_referral(
    info: Info, input: Annotated[MoveReferralInput, strawberry.argument(description="Which, and what it becomes.")]
) -> ReferralResult:
    """Parse, call, return."""
    return await ReferralSuccess.of(info, await use_case(info.context.principal, input.command()))
