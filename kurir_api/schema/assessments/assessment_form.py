"""assessmentForm."""

from typing import Annotated

import strawberry

from kurir_api.schema.assessments.types import AssessmentForm
from kurir_api.schema.context import Info
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.services.assessments.forms import form_of


@query(may_call=EVERY_MEMBER, description="The form of a kind of task; null when it has none, or not this version.")
async def assessment_form(
    info: Info,  # noqa: ARG001 - every root field has it
    kind: Annotated[str, strawberry.argument(description="The kind's code, such as OUTREACH_VISIT.")],
    version: Annotated[int | None, strawberry.argument(description="Default: the newest.")] = None,
) -> AssessmentForm | None:
    """From the files."""
    form = form_of(kind, version)
    return None if form is None else AssessmentForm.of(form)
