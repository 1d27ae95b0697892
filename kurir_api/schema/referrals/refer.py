"""refer."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.ids import optional_row_id, row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.schema.referrals.results import ReferralResult, ReferralSuccess
from kurir_api.services.referrals.refer import Refer
from kurir_api.services.referrals.refer import refer as use_case


@strawberry.input(description="A patient's need for a programme. The patient is the case's, or is given.")
class ReferInput:
    """See services.referrals.refer."""

    programme: str = strawberry.field(description="The code of one of `programmes`.")
    case_id: strawberry.ID | None = strawberry.field(default=None, description="The case it comes from.")
    report_id: strawberry.ID | None = strawberry.field(
        default=None, description="The report it comes from, which is REFERRED then, unless it has a case."
    )
    patient_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whom it is for; needed without a case."
    )
    note: str | None = strawberry.field(default=None, description="For the officer. At most 2,000 characters.")
    consent: bool = strawberry.field(description="Whether patient or family agree that the programme is told.")
    consent_note: str | None = strawberry.field(
        default=None, description="Without consent: why it is sent all the same. At most 2,000 characters."
    )
    documents: list[str] | None = strawberry.field(
        default=None, description="Codes of the programme's documents that the desk has seen."
    )
    previous: strawberry.ID | None = strawberry.field(
        default=None, description="The referral that ended and is taken up again, or appealed against."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> Refer:
        """The use case's input."""
        return Refer(
            programme=self.programme,
            case_id=row_id("Case", self.case_id) if self.case_id else None,
            report_id=row_id("Report", self.report_id) if self.report_id else None,
            patient_id=row_id("Patient", self.patient_id) if self.patient_id else None,
            note=self.note,
            consent=self.consent,
            consent_note=self.consent_note,
            documents=tuple(self.documents or ()),
            previous=optional_row_id("Referral", self.previous, "previous"),
            idempotency_key=self.idempotency_key,
        )


@mutation(may_call=DESK, description="Refer a patient to a programme; its officers are told, and have to decide.")
async def refer(
    info: Info, input: Annotated[ReferInput, strawberry.argument(description="Whom, and where to.")]
) -> ReferralResult:
    """Parse, call, return."""
    return await ReferralSuccess.of(info, await use_case(info.context.principal, input.command()))
