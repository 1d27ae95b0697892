"""How invented people behave: the figures of behaviour.toml, which says where each is from."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

FILE = "behaviour.toml"


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """The figures by their names in behaviour.toml. Shares are from 0 to 1; units end a name."""

    members: int
    tasks_per_week: float
    on_duty: float
    duty_hours: float
    quiet_hours: float
    licensed: float
    psychosocial: float
    shelter_host: float
    delivered: float
    fallback_delivered: float
    seen: float
    accepts: tuple[float, float]
    willing_km: tuple[float, float]
    declines: float
    answer_urgent_s: float
    answer_normal_s: float
    answer_spread: float
    night_factor: float
    inactive_days: float
    mutes_at: tuple[tuple[int, int, float], ...]
    muted_days: float
    arrives: float
    blank_spots: tuple[str, ...]
    offline: float
    offline_hours: tuple[float, float]
    kinds: Mapping[str, float]
    emergencies: float
    tasks_per_case: tuple[int, int]
    case_days: float
    hours: Mapping[str, float]
    starts_at_once: float
    starts_urgent_hours: tuple[float, float]
    starts_normal_hours: tuple[float, float]


@cache
def figures() -> Mapping[str, Mapping[str, Any]]:
    """By name: `value`, `source` or `guess`, and `range` where the value might as well be another."""
    return tomllib.loads(files(__package__).joinpath(FILE).read_text(encoding="utf-8"))


def usual(**changes: Any) -> Behaviour:
    """People as the figures say, but for the `changes`."""
    values = {field.name: _frozen(figures()[field.name]["value"]) for field in fields(Behaviour)}
    return Behaviour(**values | changes)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(part) for part in value) if isinstance(value, list) else value
