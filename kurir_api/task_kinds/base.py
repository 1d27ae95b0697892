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
    """How a wave alerts: to how many members, and how long it waits before the next.

    For a policy that sizes its own waves, both from 0 to 1: the `chance` that somebody says yes to a wave, and the
    `least` chance of a yes at which a member is asked at all. And how soon the next wave follows (`step`; None: after
    `wait`).
    """

    size: int
    wait: timedelta
    chance: float = 0.6
    least: float = 0.0
    step: timedelta | None = None


WAVES = {
    Urgency.EMERGENCY: WavePlan(size=8, wait=timedelta(minutes=3), chance=0.8, least=0.0, step=timedelta(minutes=1)),
    Urgency.URGENT: WavePlan(size=5, wait=timedelta(minutes=10), chance=0.35, least=0.05, step=timedelta(minutes=2)),
    Urgency.NORMAL: WavePlan(size=3, wait=timedelta(minutes=60), chance=0.1, least=0.1, step=timedelta(minutes=15)),
}
"""The default plans.

Sizes: with 28.7 % of alerts accepted, eight leave a 6.7 % chance that nobody comes, five 18 %, three 36 % (published
volunteer systems; see docs/simulation.md).

Chances and steps come from the simulator, as those with few alerts per claim at a short time to claim: small waves in
quick succession, since most answers come within a few minutes. A higher `chance` brings urgent help sooner at more
alerts; a higher `least` saves alerts, and leaves more tasks to the coordinators. In an emergency nobody is spared.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long a task waits for people: `answer`, after which an offer lapses; `unclaimed`, after which the
    coordinators hear that slots are still open (None: only when nobody is left to ask). They are told of an alarm
    again after each of `tell_again`, then always after the last of them.
    """

    answer: timedelta
    unclaimed: timedelta | None
    tell_again: tuple[timedelta, ...]


DEADLINES = {
    Urgency.EMERGENCY: Deadlines(
        answer=timedelta(minutes=3),
        unclaimed=timedelta(minutes=5),
        tell_again=tuple(timedelta(minutes=minutes) for minutes in (3, 5, 10, 15, 30, 60)),
    ),
    Urgency.URGENT: Deadlines(
        answer=timedelta(minutes=15),
        unclaimed=timedelta(minutes=15),
        tell_again=tuple(timedelta(minutes=minutes) for minutes in (10, 20, 40, 60, 240)),
    ),
    Urgency.NORMAL: Deadlines(
        answer=timedelta(hours=4),
        unclaimed=None,
        tell_again=tuple(timedelta(hours=hours) for hours in (1, 4, 12, 24)),
    ),
}
"""The default deadlines. The office wants to hear of an urgent task that nobody took within 15 minutes, of an
emergency as soon as the first wave has come to nothing; a person who was chosen gets a little longer than a wave. How
often a coordinator is told again is a guess."""


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
    deadlines: dict[Urgency, Deadlines] = field(default_factory=lambda: DEADLINES)
