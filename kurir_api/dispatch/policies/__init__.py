"""Policies: whom of the ranked candidates a wave alerts, and how long it waits. Another policy is another file that
defines `choose`, `SHORT_LIST` and `LEARNS`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from kurir_api.dispatch.candidates import Candidate
from kurir_api.dispatch.facts import TaskFacts
from kurir_api.dispatch.history import History
from kurir_api.task_kinds import WavePlan

DEFAULT = "nearest"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveRequest:
    """What a policy decides on. `candidates`: eligible, not alerted for this task since it last began to look for
    members, nearest first; as many as the policy's short list takes, if there are so many. `open_slots`: how many
    members are still needed.
    """

    task: TaskFacts
    candidates: Sequence[Candidate]
    plan: WavePlan
    history: History
    open_slots: int
    now: datetime


@dataclass(frozen=True, slots=True)
class NextWave:
    """Whom to alert, in order, and how long to wait for their answers. Nobody: nobody is left to ask."""

    candidates: list[Candidate]
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """A file of this folder. `short_list`: of how many of the nearest it chooses, at least those of a wave's size.
    `learns`: from the history; others are given an empty one.
    """

    choose: Callable[[WaveRequest], NextWave]
    short_list: int
    learns: bool


@cache
def policies() -> dict[str, Policy]:
    """Every policy by the name of its file."""
    files = {module.name: import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)}
    return {name: Policy(file.choose, file.SHORT_LIST, file.LEARNS) for name, file in files.items()}
