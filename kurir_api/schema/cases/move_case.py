"""moveCase."""

from datetime import datetime
from typing import Annotated

import strawberry

from kurir_api.models import CarePhase, CaseStatus
from kurir_api.schema.cases.results import CaseResult, CaseSuccess
from kurir_api.schema.context import Info
from kurir_api.schema.ids import optional_row_id, row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.services.cases.move_case import MoveCase
from kurir_api.services.cases.move_case import move_case as use_case


@strawberry.input(description="What changes: at least one thing besides the outcome and the reason.")
class MoveCaseInput:
    """See services.cases.move_case."""

    case_id: strawberry.ID = strawberry.field(description="The case.")
    phase: CarePhase | None = strawberry.field(default=None, description="Back to an earlier one only with a reason.")
    status: CaseStatus | None = strawberry.field(
        default=None, description="CLOSED needs an outcome, opening a closed case a reason."
    )
    outcome: str | None = strawberry.field(
        default=None,
        description="When closing: RECOVERED, ONGOING_CARE_HANDED_OVER, DIED, MOVED, WITHDRAWN or OTHER. "
        "DIED cancels the tasks that are still planned, and takes back referrals nobody works on yet.",
    )
    reason: str | None = strawberry.field(default=None, description="Why; kept in the timeline. At most 2,000.")
    facility_id: strawberry.ID | None = strawberry.field(default=None, description="The hospital or health centre.")
    care_class: int | None = strawberry.field(
        default=None, description="Of the hospital bed, 1 to 3: rates may depend on it."
    )
    admitted_at: datetime | None = strawberry.field(
        default=None, description="When the patient was admitted; default now, when the phase becomes IN_HOSPITAL."
    )
    discharged_at: datetime | None = strawberry.field(
        default=None,
        description="When the patient left; default now, when the phase becomes AFTER_HOSPITAL.",
    )
    insured_at: datetime | None = strawberry.field(
        default=None, description="Since when the health insurance is active; ends the countdown."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> MoveCase:
        """The use case's input."""
        return MoveCase(
            case_id=row_id("Case", self.case_id),
            phase=self.phase,
            status=self.status,
            outcome=self.outcome,
            reason=self.reason,
            facility_id=optional_row_id("Facility", self.facility_id, "facilityId"),
            care_class=self.care_class,
            admitted_at=self.admitted_at,
            discharged_at=self.discharged_at,
            insured_at=self.insured_at,
            idempotency_key=self.idempotency_key,
        )


@mutation(may_call=DESK, description="Move a case along: its phase, a hold, its outcome, or opening it again.")
async def move_case(
    info: Info, input: Annotated[MoveCaseInput, strawberry.argument(description="What changes.")]
) -> CaseResult:
    """Parse, call, return."""
    return await CaseSuccess.of(info, await use_case(info.context.principal, input.command()))
