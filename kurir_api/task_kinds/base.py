"""What a kind of task is."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from kurir_api.errors import Words
from kurir_api.models import Urgency


class PatientField(StrEnum):
    """What a claim's holder may need to know of the patient."""

    PHONE = "phone"
    ADDRESS = "address"
    DIAGNOSIS = "diagnosis"


@dataclass(frozen=True, slots=True)
class WavePlan:
    """How a wave alerts: to how many members, and how long it waits before the next."""

    size: int
    wait: timedelta


WAVES = {
    Urgency.EMERGENCY: WavePlan(size=8, wait=timedelta(minutes=3)),
    Urgency.URGENT: WavePlan(size=5, wait=timedelta(minutes=10)),
    Urgency.NORMAL: WavePlan(size=3, wait=timedelta(minutes=60)),
}
"""The default plans. Sizes: with 28.7 % of alerts accepted, eight leave a 6.7 % chance that nobody comes,
five 18 %, three 36 % (published volunteer systems; see docs/dispatch.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskKind:
    """`code` is stored and never changes. `reveals`: what of the patient a live claim's holder may read."""

    code: str
    name: Words
    required_capabilities: tuple[str, ...] = ()
    default_urgency: Urgency = Urgency.NORMAL
    default_duration: timedelta
    largest_radius_m: int
    reveals: frozenset[PatientField]
    waves: dict[Urgency, WavePlan] = field(default_factory=lambda: WAVES)
