"""A period, and what was done in one."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Period:
    """From `first_day` to `last_day` of the regency's calendar, both included."""

    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over a period: tasks completed, distinct patients, minutes, metres; `cost` and `in_kind` in rupiah."""

    tasks: int = 0
    beneficiaries: int = 0
    minutes: int = 0
    distance_m: int = 0
    cost: int = 0
    in_kind: int = 0
