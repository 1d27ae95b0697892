"""estimateNeed."""

from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, NotAllowed, NotFound
from kurir_api.schema.ids import optional_row_id, row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.needs.types import Need, need_rows
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.schema.scalars import Rupiah
from kurir_api.services.needs.estimate_need import EstimateNeed
from kurir_api.services.needs.estimate_need import estimate_need as use_case


@strawberry.input(description="What a case, or one of its tasks, will cost.")
class EstimateNeedInput:
    """See services.needs.estimate_need."""

    case_id: strawberry.ID = strawberry.field(description="The case.")
    task_id: strawberry.ID | None = strawberry.field(
        default=None, description="One of its tasks; null: the case as a whole."
    )
    amount: Rupiah = strawberry.field(description="1 to 1,000,000,000, and not below what is pledged.")
    idempotency_key: str | None = IDEMPOTENCY_KEY


@strawberry.type(description="It is done.")
class NeedSuccess:
    """The need afterwards."""

    need: Need = strawberry.field(description="The need as it is now.")

    @classmethod
    async def of(cls, info: Info, need_id: UUID) -> "NeedSuccess":
        """The success for a need the caller has just estimated."""
        return cls(need=Need.of(await need_rows(info.context.principal).get(id=need_id)))


NeedResult = Annotated[
    NeedSuccess | NotFound | NotAllowed | InvalidInput | IdempotencyKeyReused,
    strawberry.union(name="NeedResult", description="The need, or why nothing happened."),
]


@mutation(
    may_call=DESK,
    description="Estimate what a case or a task will cost, so that partners can promise it; again, to correct it. "
    "Not for a closed case, nor for a task that is cancelled, expired or failed.",
)
async def estimate_need(
    info: Info, input: Annotated[EstimateNeedInput, strawberry.argument(description="What is needed.")]
) -> NeedResult:
    """Parse, call, return."""
    command = EstimateNeed(
        case_id=row_id("Case", input.case_id),
        task_id=optional_row_id("Task", input.task_id, "taskId"),
        amount=input.amount,
        idempotency_key=input.idempotency_key,
    )
    return await NeedSuccess.of(info, await use_case(info.context.principal, command))
