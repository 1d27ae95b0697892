"""The end of a recurrence, and of what it made for later."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from kurir_api.models import Case, Recurrence, Task, TaskStatus
from kurir_api.services.tasks.cancel_task import cancel_one


async def end_recurrences(case: Case, reason: str | None, now: datetime) -> None:
    """End all of the case, in the transaction that closes it and has locked it."""
    running = await Recurrence.filter(case_id=case.id, due_at__not_isnull=True).only("id")
    await end_these([recurrence.id for recurrence in running], reason, now)


async def end_these(recurrence_ids: Collection[UUID], reason: str | None, now: datetime) -> None:
    """End those that run, and cancel their tasks that have not begun and that nobody took; whoever has one is
    expected, and keeps it. The caller has locked the case.
    """
    if not await Recurrence.filter(id__in=recurrence_ids, due_at__not_isnull=True).update(ended_at=now, due_at=None):
        return
    tasks = Task.filter(
        recurrence_id__in=recurrence_ids, status__in=(TaskStatus.DRAFT, TaskStatus.OPEN), starts_at__gt=now
    )
    for task in await tasks.order_by("id").select_for_update():
        if task.slots_taken == 0:
            await cancel_one(task, None, reason, now)


async def go_on(case: Case, now: datetime) -> None:
    """Make the tasks that were not made while the case was on hold, in the transaction that resumes it."""
    await Recurrence.filter(case_id=case.id, due_at__not_isnull=True).update(due_at=now)
