"""endRecurrence."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.ids import row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.schema.recurrences.results import RecurrenceResult, RecurrenceSuccess
from kurir_api.services.recurrences.end_recurrence import EndRecurrence
from kurir_api.services.recurrences.end_recurrence import end_recurrence as use_case


@strawberry.input(description="Which task comes no more.")
class EndRecurrenceInput:
    """See services.recurrences.end_recurrence."""

    recurrence_id: strawberry.ID = strawberry.field(description="The recurrence.")
    reason: str | None = strawberry.field(default=None, description="Why; kept with the tasks it cancels.")
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> EndRecurrence:
        """The use case's input."""
        return EndRecurrence(
            recurrence_id=row_id("Recurrence", self.recurrence_id),
            reason=self.reason,
            idempotency_key=self.idempotency_key,
        )


@mutation(
    may_call=DESK,
    description="End a recurrence. Its tasks that have not begun are cancelled, unless somebody took one.",
)
async def end_recurrence(
    info: Info, input: Annotated[EndRecurrenceInput, strawberry.argument(description="The recurrence.")]
) -> RecurrenceResult:
    """Parse, call, return."""
    return await RecurrenceSuccess.of(info, await use_case(info.context.principal, input.command()))
