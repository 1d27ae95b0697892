"""assignTask."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.ids import known, optional_row_id, row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import ASSIGNERS, mutation
from kurir_api.schema.tasks.claim_task import ClaimTaskResult, ClaimTaskSuccess
from kurir_api.services.tasks.assign_task import AssignTask
from kurir_api.services.tasks.assign_task import assign_task as use_case


@strawberry.input(description="Whom to offer a task.")
class AssignTaskInput:
    """See services.tasks.assign_task."""

    task_id: strawberry.ID = strawberry.field(description="The task.")
    member_id: strawberry.ID = strawberry.field(description="The member.")
    organization_id: strawberry.ID | None = strawberry.field(
        default=None, description="For which of the member's organisations; default the first."
    )
    reason: str | None = strawberry.field(
        default=None, description="Why this member, though not eligible; coordinators only."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY


@mutation(
    may_call=ASSIGNERS,
    description="Offer a task to a member, who accepts or declines; the slot is kept meanwhile. "
    "A partner's reviewer may offer to the partner's own people.",
)
async def assign_task(
    info: Info, input: Annotated[AssignTaskInput, strawberry.argument(description="Which task to whom.")]
) -> ClaimTaskResult:
    """Parse, call, return."""
    command = AssignTask(
        task_id=row_id("Task", input.task_id),
        member_id=row_id("Member", input.member_id),
        organization_id=optional_row_id("Organization", input.organization_id, "organizationId"),
        reason=input.reason,
        idempotency_key=input.idempotency_key,
    )
    claim_id = await use_case(info.context.principal, command)
    return ClaimTaskSuccess(claim=known(await info.context.loaders.claim.load(claim_id)))
