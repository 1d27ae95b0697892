"""handUp."""

from typing import Annotated

import strawberry

from kurir_api.schema.cases.types import Case
from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, InvalidTransition, NotAllowed, NotFound
from kurir_api.schema.ids import optional_row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.schema.referrals.types import Referral
from kurir_api.schema.reports.types import Report
from kurir_api.services.desks.hand_up import HandUp
from kurir_api.services.desks.hand_up import hand_up as use_case


@strawberry.input(description="Exactly one report, case or referral, and why.")
class HandUpInput:
    """See services.desks.hand_up."""

    report_id: strawberry.ID | None = strawberry.field(default=None, description="A report to be taken up.")
    case_id: strawberry.ID | None = strawberry.field(default=None, description="A case that isn't closed.")
    referral_id: strawberry.ID | None = strawberry.field(
        default=None, description="A referral that isn't decided yet."
    )
    reason: str = strawberry.field(description="Why, for the desk above. At most 2,000 characters.")
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> HandUp:
        """The use case's input."""
        return HandUp(
            report_id=optional_row_id("Report", self.report_id, "reportId"),
            case_id=optional_row_id("Case", self.case_id, "caseId"),
            referral_id=optional_row_id("Referral", self.referral_id, "referralId"),
            reason=self.reason,
            idempotency_key=self.idempotency_key,
        )


@strawberry.type(description="It is with the desk above.")
class HandUpSuccess:
    """What was handed up, as it is now; the others are null."""

    report: Report | None = strawberry.field(description="If it was a report.")
    case: Case | None = strawberry.field(description="If it was a case.")
    referral: Referral | None = strawberry.field(description="If it was a referral.")


HandUpResult = Annotated[
    HandUpSuccess | NotFound | NotAllowed | InvalidInput | InvalidTransition | IdempotencyKeyReused,
    strawberry.union(name="HandUpResult", description="What was handed up, or why nothing happened."),
]


@mutation(
    may_call=DESK,
    description="Give a report, case or referral to the desk above: of the sub-district, then of the regency. "
    "Only who sits at its desk may, or above; those there are told.",
)
async def hand_up(
    info: Info, input: Annotated[HandUpInput, strawberry.argument(description="What, and why.")]
) -> HandUpResult:
    """Parse, call, return."""
    command = input.command()
    await use_case(info.context.principal, command)
    info.context.renew()
    loaders = info.context.loaders
    return HandUpSuccess(
        report=await loaders.report.load(command.report_id) if command.report_id else None,
        case=await loaders.case.load(command.case_id) if command.case_id else None,
        referral=await loaders.referral.load(command.referral_id) if command.referral_id else None,
    )
