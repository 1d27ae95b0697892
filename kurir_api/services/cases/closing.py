"""The end of a case, and of what was planned for it."""

from datetime import datetime

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput
from kurir_api.models import Case, Claim, ClaimStatus, Outcome, Task, TaskStatus
from kurir_api.services.cases.insurance import watch_insurance
from kurir_api.services.family.ending import end_links
from kurir_api.services.recurrences.ending import end_recurrences
from kurir_api.services.referrals.ending import revoke_planned
from kurir_api.services.tasks.cancel_task import cancel_one
from kurir_api.transitions import move

LIVE_TASKS = (TaskStatus.OPEN, TaskStatus.FILLED, TaskStatus.IN_PROGRESS)


async def close_case(case: Case, principal: Principal, outcome: Outcome, reason: str | None, now: datetime) -> None:
    """Close the case, end its recurrences and family links, and cancel what is only planned; for who has died also
    the referrals that nobody works on yet. Nobody may be left at work for a closed case: raises InvalidInput.
    """
    await end_recurrences(case, reason, now)
    tasks = await _stopped(case, outcome)
    await move(case, "close", principal, reason=reason, at=now, outcome=outcome, closed_at=now)
    await end_links(case.id, now)
    for task in tasks:
        await cancel_one(task, None, reason, now)
    if outcome is Outcome.DIED:
        await revoke_planned(case, now)
    await watch_insurance(case, now)


async def _stopped(case: Case, outcome: Outcome) -> list[Task]:
    """The tasks to cancel, locked. Raises InvalidInput naming those that have to be ended first."""
    tasks = (
        await Task.select_for_update()
        .filter(case_id=case.id, status__in=(TaskStatus.DRAFT, *LIVE_TASKS))
        .order_by("id")
    )
    at_work = await Claim.filter(task_id__in=[task.id for task in tasks], status=ClaimStatus.IN_PROGRESS).values_list(
        "task_id", flat=True
    )
    blocking = (TaskStatus.IN_PROGRESS,) if outcome is Outcome.DIED else LIVE_TASKS
    numbers = ", ".join(str(task.number) for task in tasks if task.status in blocking or task.id in at_work)
    if numbers:
        raise InvalidInput.of(
            "status",
            id=f"Selesaikan, tarik atau batalkan dahulu tugas {numbers}.",
            en=f"First complete, revoke or cancel these tasks: {numbers}.",
        )
    return tasks
