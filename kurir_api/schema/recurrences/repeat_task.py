"""repeatTask."""

from datetime import datetime
from typing import Annotated

import strawberry

from kurir_api.models import Urgency
from kurir_api.schema.context import Info
from kurir_api.schema.ids import optional_row_id, row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.schema.recurrences.results import RecurrenceResult, RecurrenceSuccess
from kurir_api.services.recurrences.repeat_task import RepeatTask
from kurir_api.services.recurrences.repeat_task import repeat_task as use_case


@strawberry.input(description="A task of a case, and when it comes.")
class RepeatTaskInput:
    """See services.recurrences.repeat_task."""

    case_id: strawberry.ID = strawberry.field(description="The case.")
    kind: str = strawberry.field(description="The code of one of `taskKinds`.")
    rule: str = strawberry.field(
        description="Of RFC 5545: FREQ=DAILY, WEEKLY or MONTHLY, with INTERVAL, BYDAY, BYMONTHDAY, COUNT or UNTIL, "
        "such as FREQ=WEEKLY;BYDAY=MO,TH. Without an end it goes on for two years. At most 200 characters."
    )
    starts_at: datetime = strawberry.field(
        description="From when it is reckoned; its time of day is that of all, by the regency's clock."
    )
    minutes: int = strawberry.field(description="How long each task's window is, 1 to 44,640.")
    urgency: Urgency | None = strawberry.field(default=None, description="Default the kind's.")
    slots: int | None = strawberry.field(default=None, description="How many members are needed, 1 to 50; default 1.")
    title: str | None = strawberry.field(
        default=None, description="A few words; default the kind's name. At most 120."
    )
    instructions: str | None = strawberry.field(
        default=None, description="For holders and the office: what to know and do. At most 2,000 characters."
    )
    destination_id: strawberry.ID | None = strawberry.field(
        default=None, description="The facility to go to; default the case's."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> RepeatTask:
        """The use case's input."""
        return RepeatTask(
            case_id=row_id("Case", self.case_id),
            kind=self.kind,
            rule=self.rule,
            starts_at=self.starts_at,
            minutes=self.minutes,
            urgency=self.urgency,
            slots=1 if self.slots is None else self.slots,
            title=self.title,
            instructions=self.instructions,
            destination_id=optional_row_id("Facility", self.destination_id, "destinationId"),
            idempotency_key=self.idempotency_key,
        )


@mutation(
    may_call=DESK,
    description="Have a case's task come again by a rule. Each is published a week before it begins.",
)
async def repeat_task(
    info: Info, input: Annotated[RepeatTaskInput, strawberry.argument(description="The task and its rule.")]
) -> RecurrenceResult:
    """Parse, call, return."""
    return await RecurrenceSuccess.of(info, await use_case(info.context.principal, input.command()))
