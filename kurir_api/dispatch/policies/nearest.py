"""Distance alone: as many of the nearest as the plan says. The default, and the baseline for others."""

from collections.abc import Sequence

from kurir_api.dispatch.ranking import Candidate
from kurir_api.models import Task
from kurir_api.task_kinds import WavePlan


def choose(task: Task, candidates: Sequence[Candidate], plan: WavePlan) -> list[Candidate]:  # noqa: ARG001
    """See `Policy`."""
    return list(candidates[: plan.size])
