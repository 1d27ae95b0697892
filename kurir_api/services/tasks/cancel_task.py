"""A coordinator calls a task off."""

from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.errors import InvalidInput
from kurir_api.models import LIVE, Claim, ClaimStatus, Task
from kurir_api.services.tasks.publish_task import TaskAction
from kurir_api.services.tasks.staffing import lock_task
from kurir_api.services.texts import reason_of
from kurir_api.services.use_case import use_case
from kurir_api.transitions import move


@use_case
async def cancel_task(principal: Principal, command: TaskAction) -> UUID:
    """The id of the cancelled task; its claimants are told.

    Raises NotFound, NotAllowed, InvalidInput, InvalidTransition.
    """
    task = await lock_task(principal, command.task_id)
    await cancel_one(task, principal, reason_of(command.reason), datetime.now(UTC))
    return task.id


async def cancel_one(task: Task, by: Principal | None, reason: str | None, now: datetime) -> None:
    """Cancel a locked task in the caller's transaction; `by` None: as a consequence of something else.

    Raises InvalidInput while somebody is at work on it.
    """
    await move(task, "cancel", by, reason=reason, at=now, alerts_stale=True)
    claims = await Claim.filter(task_id=task.id, status__in=LIVE).order_by("id").select_for_update()
    # Of several slots one may be at work while the task is still open.
    if any(claim.status == ClaimStatus.IN_PROGRESS for claim in claims):
        raise InvalidInput.of(
            "taskId",
            id="Seorang relawan sedang mengerjakannya; tunggu sampai selesai, atau tarik dahulu klaimnya.",
            en="A volunteer is at work on it; wait until they are done, or revoke their claim first.",
        )
    for claim in claims:
        claim.task = task
        await move(claim, "cancel", None, at=now)
    await notify(
        NotificationKind.TASK_CANCELLED,
        [claim.member_id for claim in claims],
        task,
        now=now,
        urgent=task.urgent,
    )
