"""What the mutations on assessments answer."""

from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.schema.assessments.types import Assessment
from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, NotAllowed, NotFound
from kurir_api.schema.ids import known
from kurir_api.schema.referrals.types import Referral
from kurir_api.services.assessments.refer_needs import ReferredNeeds
from kurir_api.services.visibility import visible_assessments


@strawberry.type(description="It is written down.")
class AssessmentSuccess:
    """The assessment afterwards."""

    assessment: Assessment = strawberry.field(description="The assessment as it is now.")

    @classmethod
    async def of(cls, info: Info, assessment_id: UUID) -> "AssessmentSuccess":
        """The success for an assessment the caller has just submitted."""
        row = await visible_assessments(info.context.principal).get_or_none(id=assessment_id)
        return cls(assessment=Assessment.of(known(row)))


@strawberry.type(description="The needs are referred.")
class ReferNeedsSuccess:
    """The assessment afterwards, and its new referrals."""

    assessment: Assessment = strawberry.field(description="The assessment as it is now.")
    referrals: list[Referral] = strawberry.field(description="The new referrals, by their programmes' codes.")
    warnings: list[str] = strawberry.field(
        description="Which programmes were left out, in the caller's language: there is a live referral already."
    )

    @classmethod
    async def of(cls, info: Info, done: ReferredNeeds) -> "ReferNeedsSuccess":
        """The success for needs the caller has just referred."""
        assessment = await AssessmentSuccess.of(info, done.assessment_id)
        referrals = await info.context.loaders.referral.load_many(done.referral_ids)
        return cls(
            assessment=assessment.assessment,
            referrals=[known(referral) for referral in referrals],
            warnings=[warning.say(info.context.locale) for warning in done.warnings],
        )


AssessmentResult = Annotated[
    AssessmentSuccess | NotFound | NotAllowed | InvalidInput | IdempotencyKeyReused,
    strawberry.union(name="AssessmentResult", description="The assessment, or why nothing happened."),
]
ReferNeedsResult = Annotated[
    ReferNeedsSuccess | NotFound | NotAllowed | InvalidInput | IdempotencyKeyReused,
    strawberry.union(name="ReferNeedsResult", description="The referrals, or why nothing happened."),
]
