"""Policies: whom of the ranked candidates a wave alerts. Another policy is another file that defines `choose`."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

from kurir_api.dispatch.ranking import Candidate
from kurir_api.models import Task
from kurir_api.task_kinds import WavePlan

DEFAULT = "nearest"


class Policy(Protocol):
    """What a file in this folder offers as `choose`."""

    def __call__(self, task: Task, candidates: Sequence[Candidate], plan: WavePlan) -> list[Candidate]:
        """The candidates to alert in the next wave, a selection of `candidates`, which are eligible, unalerted and
        nearest first, at least `plan.size` of them if there are as many. None: nobody is left to ask."""
        ...


@cache
def policies() -> dict[str, Policy]:
    """Every policy by the name of its file."""
    return {module.name: import_module(f"{__name__}.{module.name}").choose for module in iter_modules(__path__)}
