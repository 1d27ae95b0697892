"""Needs that nobody promises for any more, though something remains: what they were for is over."""

from tortoise.expressions import Q

from kurir_api.errors import Problems
from kurir_api.models import Case, CaseStatus, Task, TaskStatus

ENDED_WITHOUT = (TaskStatus.CANCELLED, TaskStatus.EXPIRED, TaskStatus.FAILED)

OPEN = (
    Q(closed_at=None)
    & Q(case__status__not=CaseStatus.CLOSED)
    & (Q(task_id=None) | Q(task__status__not_in=ENDED_WITHOUT))
)
SETTLED_OR_OVER = Q(closed_at__isnull=False) | Q(case__status=CaseStatus.CLOSED) | Q(task__status__in=ENDED_WITHOUT)
"""Of needs: those that may still be promised, and all others."""


def check_not_over(problems: Problems, case: Case, task: Task | None) -> None:
    """Note a problem when the case is closed, or the task ended without being done."""
    if case.status == CaseStatus.CLOSED:
        problems.add(
            "caseId",
            id="Kasus ini sudah ditutup; tidak ada lagi yang dibutuhkan.",
            en="This case is closed; nothing is needed any more.",
        )
    elif task and task.status in ENDED_WITHOUT:
        problems.add(
            "taskId",
            id="Tugas ini tidak dikerjakan lagi; pilih tugas lain, atau kasusnya.",
            en="This task will not be done any more; choose another, or the case as a whole.",
        )
