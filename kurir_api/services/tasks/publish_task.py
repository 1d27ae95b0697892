"""The desk opens a drafted task, and the nearest are alerted."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.dispatch.waves import seek_members
from kurir_api.errors import InvalidInput
from kurir_api.models import Task
from kurir_api.services.tasks.staffing import lock_task
from kurir_api.services.use_case import Command, use_case
from kurir_api.transitions import move


@dataclass(frozen=True, kw_only=True)
class TaskAction(Command):
    """An action on `task_id`, with the `reason` where one is needed."""

    task_id: UUID
    reason: str | None = None


@use_case
async def publish_task(principal: Principal, command: TaskAction) -> UUID:
    """The id of the open task; its first wave is planned.

    Raises NotFound, NotAllowed, InvalidTransition, InvalidInput.
    """
    task = await lock_task(principal, command.task_id)
    await publish(task, principal, datetime.now(UTC))
    return task.id


async def publish(task: Task, by: Principal | None, now: datetime) -> None:
    """Open a draft, plan its first wave and arm the alarm in case nobody comes, in the caller's transaction. Without
    `by` it is Kurir itself.
    """
    if task.ends_at <= now:
        raise InvalidInput.of(
            "taskId",
            id="Jendela waktunya sudah lewat; batalkan dan buat tugas baru.",
            en="Its window has passed; cancel it and create a new task.",
        )
    await move(task, "publish", by, at=now, published_at=now)
    await seek_members(task, now)
