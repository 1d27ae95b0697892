"""createTask."""

from datetime import datetime
from typing import Annotated

import strawberry

from kurir_api.models import Urgency
from kurir_api.schema.context import Info
from kurir_api.schema.ids import optional_row_id, row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.schema.scalars import GeoPointInput, point_of
from kurir_api.schema.tasks.results import TaskResult, TaskSuccess
from kurir_api.services.tasks.create_task import CreateTask
from kurir_api.services.tasks.create_task import create_task as use_case


@strawberry.input(description="A need of a case.")
class CreateTaskInput:
    """See services.tasks.create_task."""

    case_id: strawberry.ID = strawberry.field(description="The case.")
    kind: str = strawberry.field(description="The code of one of `taskKinds`.")
    title: str | None = strawberry.field(
        default=None, description="A few words; default the kind's name. At most 120."
    )
    instructions: str | None = strawberry.field(
        default=None, description="For holders and the office: what to know and do. At most 2,000 characters."
    )
    urgency: Urgency | None = strawberry.field(default=None, description="Default the kind's.")
    starts_at: datetime | None = strawberry.field(default=None, description="The window's start; default now.")
    ends_at: datetime | None = strawberry.field(
        default=None, description="The window's end, not included; default the kind's usual duration after the start."
    )
    slots: int | None = strawberry.field(default=None, description="How many members are needed, 1 to 50; default 1.")
    location: GeoPointInput | None = strawberry.field(
        default=None, description="Where; default the patient's place, else the middle of the village."
    )
    destination_id: strawberry.ID | None = strawberry.field(
        default=None, description="The facility to go to; default the case's."
    )
    publish: bool | None = strawberry.field(default=None, description="Open it at once, instead of keeping a draft.")
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> CreateTask:
        """The use case's input."""
        return CreateTask(
            case_id=row_id("Case", self.case_id),
            kind=self.kind,
            title=self.title,
            instructions=self.instructions,
            urgency=self.urgency,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            slots=self.slots,
            location=point_of(self.location, "location"),
            destination_id=optional_row_id("Facility", self.destination_id, "destinationId"),
            publish=bool(self.publish),
            idempotency_key=self.idempotency_key,
        )


@mutation(may_call=DESK, description="Write down a need of a case as a task, and publish it if wanted.")
async def create_task(
    info: Info, input: Annotated[CreateTaskInput, strawberry.argument(description="The need.")]
) -> TaskResult:
    """Parse, call, return."""
    return await TaskSuccess.of(info, await use_case(info.context.principal, input.command()))
