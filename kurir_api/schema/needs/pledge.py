"""pledge."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.ids import known, optional_row_id, row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.needs.results import PledgeResult, PledgeSuccess
from kurir_api.schema.permissions import PLEDGERS, mutation
from kurir_api.schema.scalars import Rupiah
from kurir_api.services.needs.pledge import MakePledge
from kurir_api.services.needs.pledge import pledge as use_case


@strawberry.input(description="What a partner promises.")
class PledgeInput:
    """See services.needs.pledge."""

    case_id: strawberry.ID = strawberry.field(description="The `caseId` of a need.")
    organization_id: strawberry.ID = strawberry.field(description="The partner that promises.")
    amount: Rupiah = strawberry.field(description="1 to 1,000,000,000, and not above what remains of the need.")
    in_kind: bool | None = strawberry.field(
        default=None, description="To be given in goods or for free, valued at `amount`; default not."
    )
    task_id: strawberry.ID | None = strawberry.field(
        default=None, description="The `taskId` of a need; null: for the case as a whole."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> MakePledge:
        """The use case's input."""
        return MakePledge(
            case_id=row_id("Case", self.case_id),
            task_id=optional_row_id("Task", self.task_id, "taskId"),
            organization_id=known(optional_row_id("Organization", self.organization_id, "organizationId")),
            amount=self.amount,
            in_kind=bool(self.in_kind),
            idempotency_key=self.idempotency_key,
        )


@mutation(
    may_call=PLEDGERS,
    description="Promise a part of what a case needs, for a partner the caller reviews; its coordinators may for any "
    "partner, whose reviewers are told. What is promised never exceeds the need, nor is anything for a closed case "
    "or a task that is cancelled, expired or failed.",
)
async def pledge(
    info: Info, input: Annotated[PledgeInput, strawberry.argument(description="What is promised.")]
) -> PledgeResult:
    """Parse, call, return."""
    return await PledgeSuccess.of(info, await use_case(info.context.principal, input.command()))
