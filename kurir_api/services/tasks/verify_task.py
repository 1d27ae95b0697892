"""A coordinator confirms that the work was done."""

from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.dispatch.alarms import end_alarms
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import Claim, ClaimStatus
from kurir_api.services.tasks.publish_task import TaskAction
from kurir_api.services.tasks.staffing import lock_task
from kurir_api.services.texts import reason_of
from kurir_api.services.use_case import use_case
from kurir_api.transitions import move


@use_case
async def verify_task(principal: Principal, command: TaskAction) -> UUID:
    """The id of the verified task, its completed claims with it.

    Raises NotFound, NotAllowed, InvalidInput, InvalidTransition.
    """
    now = datetime.now(UTC)
    task = await lock_task(principal, command.task_id)
    await move(task, "verify", principal, reason=reason_of(command.reason), at=now)
    claims = await Claim.filter(task_id=task.id, status=ClaimStatus.COMPLETED).order_by("id").select_for_update()
    for claim in claims:
        claim.task = task
        await move(claim, "verify", None, at=now)
    await end_alarms(task, now)
    await notify(
        NotificationKind.TASK_VERIFIED,
        [claim.member_id for claim in claims],
        task,
        now=now,
    )
    return task.id
