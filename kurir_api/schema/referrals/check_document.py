"""checkDocument."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.ids import row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import REFERRAL_SIDES, mutation
from kurir_api.schema.referrals.results import ReferralResult, ReferralSuccess
from kurir_api.services.referrals.check_document import CheckDocument
from kurir_api.services.referrals.check_document import check_document as use_case


@strawberry.input(description="Whether a document of a referral is there.")
class CheckDocumentInput:
    """See services.referrals.check_document."""

    referral_id: strawberry.ID = strawberry.field(description="Which referral.")
    code: str = strawberry.field(description="Which of its `documents`.")
    present: bool = strawberry.field(description="Whether the caller has seen it; false takes that back.")
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> CheckDocument:
        """The use case's input."""
        return CheckDocument(
            referral_id=row_id("Referral", self.referral_id),
            code=self.code,
            present=self.present,
            idempotency_key=self.idempotency_key,
        )


@mutation(
    may_call=REFERRAL_SIDES, description="Note that a document is there, or isn't, until the referral is decided."
)
async def check_document(
    info: Info, input: Annotated[CheckDocumentInput, strawberry.argument(description="Which document.")]
) -> ReferralResult:
    """Parse, call, return."""
    return await ReferralSuccess.of(info, await use_case(info.context.principal, input.command()))
