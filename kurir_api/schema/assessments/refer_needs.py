"""referNeeds."""

from typing import Annotated

import strawberry

from kurir_api.schema.assessments.results import ReferNeedsResult, ReferNeedsSuccess
from kurir_api.schema.context import Info
from kurir_api.schema.ids import row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.services.assessments.refer_needs import ReferNeeds
from kurir_api.services.assessments.refer_needs import refer_needs as use_case


@strawberry.input(description="Which of a household's needs to refer.")
class ReferNeedsInput:
    """See services.assessments.refer_needs."""

    assessment_id: strawberry.ID = strawberry.field(description="What a visit found out.")
    programmes: list[str] | None = strawberry.field(
        default=None, description="Codes of active programmes of the regency; default all that it `needs`."
    )
    consent: bool = strawberry.field(description="Whether patient or family agreed to it.")
    consent_note: str | None = strawberry.field(
        default=None, description="Without consent: why it is sent all the same. At most 2,000 characters."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> ReferNeeds:
        """The use case's input."""
        return ReferNeeds(
            assessment_id=row_id("Assessment", self.assessment_id),
            programmes=None if self.programmes is None else tuple(self.programmes),
            consent=self.consent,
            consent_note=self.consent_note,
            idempotency_key=self.idempotency_key,
        )


@mutation(
    may_call=DESK,
    description="Refer what a household needs to the programmes that own it: all at once, or none when one can't be.",
)
async def refer_needs(
    info: Info, input: Annotated[ReferNeedsInput, strawberry.argument(description="Which, and the consent.")]
) -> ReferNeedsResult:
    """Parse, call, return."""
    return await ReferNeedsSuccess.of(info, await use_case(info.context.principal, input.command()))
