"""submitAssessment."""

from datetime import datetime
from typing import Annotated

import strawberry

from kurir_api.errors import InvalidInput
from kurir_api.schema.assessments.results import AssessmentResult, AssessmentSuccess
from kurir_api.schema.context import Info
from kurir_api.schema.ids import row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.schema.scalars import Json
from kurir_api.services.assessments.submit_assessment import SubmitAssessment
from kurir_api.services.assessments.submit_assessment import submit_assessment as use_case


@strawberry.input(description="What a visit found out.")
class SubmitAssessmentInput:
    """See services.assessments.submit_assessment."""

    task_id: strawberry.ID = strawberry.field(
        description="The visit: the caller holds or has done it, until that is verified, or is of its desk."
    )
    version: int = strawberry.field(description="Of the form that the answers are to.")
    answers: Json = strawberry.field(description="An object that fits the form.")
    at: datetime | None = strawberry.field(
        default=None, description="When they were given, not in the future; default now. Older ones replace none."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> SubmitAssessment:
        """The use case's input. Raises InvalidInput when the answers are no object."""
        if not isinstance(self.answers, dict):
            raise InvalidInput.of("answers", id="Isi bagian-bagiannya.", en="Fill in its parts.")
        return SubmitAssessment(
            task_id=row_id("Task", self.task_id),
            version=self.version,
            answers=self.answers,
            at=self.at,
            idempotency_key=self.idempotency_key,
        )


@mutation(
    may_call=EVERY_MEMBER,
    description="Write down what a visit found out, or replace it as long as nothing was referred of it.",
)
async def submit_assessment(
    info: Info, input: Annotated[SubmitAssessmentInput, strawberry.argument(description="The answers.")]
) -> AssessmentResult:
    """Parse, call, return."""
    return await AssessmentSuccess.of(info, await use_case(info.context.principal, input.command()))
