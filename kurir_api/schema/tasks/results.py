"""What the office's mutations on tasks share."""

from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, InvalidTransition, NotAllowed, NotFound
from kurir_api.schema.ids import known, row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.tasks.types import Task
from kurir_api.services.tasks.publish_task import TaskAction


@strawberry.type(description="It is done.")
class TaskSuccess:
    """The task afterwards."""

    task: Task = strawberry.field(description="The task as it is now.")

    @classmethod
    async def of(cls, info: Info, task_id: UUID) -> "TaskSuccess":
        """The success for a task the caller has just changed."""
        return cls(task=known(await info.context.loaders.task.load(task_id)))


TaskResult = Annotated[
    TaskSuccess | NotFound | NotAllowed | InvalidInput | InvalidTransition | IdempotencyKeyReused,
    strawberry.union(name="TaskResult", description="The task, or why nothing happened."),
]


@strawberry.input(description="An action on a task.")
class TaskActionInput:
    """See services.tasks."""

    task_id: strawberry.ID = strawberry.field(description="The task.")
    reason: str | None = strawberry.field(default=None, description="Why; kept in the timeline.")
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> TaskAction:
        """The use case's input."""
        return TaskAction(
            task_id=row_id("Task", self.task_id), reason=self.reason, idempotency_key=self.idempotency_key
        )


TaskActionArgument = Annotated[TaskActionInput, strawberry.argument(description="Which task, and why.")]
