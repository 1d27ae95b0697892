"""A coordinator confirms that the work was done."""

from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.services.tasks.publish_task import TaskAction
from kurir_api.services.tasks.staffing import lock_task
from kurir_api.services.tasks.verifying import verify_one
from kurir_api.services.texts import reason_of
from kurir_api.services.use_case import use_case


@use_case
async def verify_task(principal: Principal, command: TaskAction) -> UUID:
    """The id of the verified task, its completed claims with it.

    Raises NotFound, NotAllowed, InvalidInput, InvalidTransition.
    """
    task = await lock_task(principal, command.task_id)
    await verify_one(task, principal, reason_of(command.reason), datetime.now(UTC))
    return task.id
