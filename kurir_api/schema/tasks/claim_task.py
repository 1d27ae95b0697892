"""claimTask."""

from typing import Annotated

import strawberry

from kurir_api.schema.claims.types import Claim
from kurir_api.schema.context import Info
from kurir_api.schema.errors import (
    IdempotencyKeyReused,
    InvalidInput,
    InvalidTransition,
    NotAllowed,
    NotEligible,
    NotFound,
    ScheduleConflict,
    TaskAlreadyClaimed,
)
from kurir_api.schema.ids import known, optional_row_id, row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import VOLUNTEERS, mutation
from kurir_api.services.tasks.claim_task import ClaimTask
from kurir_api.services.tasks.claim_task import claim_task as use_case


@strawberry.input(description="Which task to take.")
class ClaimTaskInput:
    """See services.tasks.claim_task."""

    task_id: strawberry.ID = strawberry.field(description="The task.")
    organization_id: strawberry.ID | None = strawberry.field(
        default=None, description="For which of one's organisations; default the first."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY


@strawberry.type(description="The task is the caller's.")
class ClaimTaskSuccess:
    """The new claim."""

    claim: Claim = strawberry.field(description="The claim.")


ClaimTaskResult = Annotated[
    ClaimTaskSuccess
    | NotFound
    | NotAllowed
    | TaskAlreadyClaimed
    | InvalidInput
    | InvalidTransition
    | NotEligible
    | ScheduleConflict
    | IdempotencyKeyReused,
    strawberry.union(name="ClaimTaskResult", description="The claim, or why there is none."),
]


@mutation(
    may_call=VOLUNTEERS,
    description="Take a slot of an open task. Exactly as many claims win as there are slots.",
)
async def claim_task(
    info: Info,
    input: Annotated[ClaimTaskInput, strawberry.argument(description="Which task to take.")],
) -> ClaimTaskResult:
    """Parse, call, return."""
    command = ClaimTask(
        task_id=row_id("Task", input.task_id),
        organization_id=optional_row_id("Organization", input.organization_id, "organizationId"),
        idempotency_key=input.idempotency_key,
    )
    claim_id = await use_case(info.context.principal, command)
    return ClaimTaskSuccess(claim=known(await info.context.loaders.claim.load(claim_id)))
