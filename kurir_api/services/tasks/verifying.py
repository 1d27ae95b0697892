"""A task that is done is verified: by a coordinator, or because the family says that the help came."""

from datetime import datetime

from kurir_api.auth import Principal
from kurir_api.dispatch.alarms import end_alarms
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import Claim, ClaimStatus, Task
from kurir_api.services.cases.insurance import insured_by_task
from kurir_api.transitions import move


async def verify_one(task: Task, by: Principal | None, reason: str | None, now: datetime) -> None:
    """Verify the locked task and its completed claims, whose members are told; `by` None: the family said so.

    Raises NotAllowed, InvalidTransition.
    """
    await move(task, "verify", by, reason=reason, at=now)
    claims = await Claim.filter(task_id=task.id, status=ClaimStatus.COMPLETED).order_by("id").select_for_update()
    for claim in claims:
        claim.task = task
        await move(claim, "verify", None, at=now)
    await insured_by_task(task, now)
    await end_alarms(task, now)
    await notify(NotificationKind.TASK_VERIFIED, [claim.member_id for claim in claims], task, now=now)
