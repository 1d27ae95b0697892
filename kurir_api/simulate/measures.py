"""What comes of a simulated or a real time: how long tasks wait, how often people are alerted, how evenly both fall.

An opening is one slot of one task from when it opened until somebody took it. A slot that opens again, because
whoever had it gave it back or didn't come, is another opening, with the waiting and the alerts since then. By
nearest rank, percentiles are values that occurred; who waited in vain waited for ever (inf), so everybody counts.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from math import ceil, inf
from random import Random

from kurir_api.dispatch.facts import WEEK
from kurir_api.models import subdistrict_of
from kurir_api.simulate.demand import Need

TOLD_WITHIN_S = 15 * 60
"""The office wants to hear of an urgent task that nobody took within so long."""

ENOUGH = 30
"""A sub-district counts from so many openings on: the median of fewer says little."""

SHUFFLES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Seconds are since it opened; inf: never. `told_after_s`: until a coordinator first heard that nobody came or
    nobody is left. `starts_after_s`: until the window opens, negative if it had; `ends_after_s`: until it closes.
    `alerts`: until it was taken. `distance_m`: to the claimant; None: nobody, or not known.
    """

    urgent: bool
    area: str
    claimed_after_s: float
    told_after_s: float
    starts_after_s: float
    ends_after_s: float
    alerts: int
    distance_m: float | None

    @classmethod
    def of(
        cls,
        need: Need,
        opened_at: datetime,
        *,
        claimed_at: datetime | None,
        told_at: datetime | None,
        alerts: int,
        distance_m: float | None,
    ) -> "Opening":
        """Of a slot of the need; None: never."""

        def after(at: datetime | None) -> float:
            return (at - opened_at) / timedelta(seconds=1) if at else inf

        return cls(
            urgent=need.urgent,
            area=subdistrict_of(need.region_id),
            claimed_after_s=after(claimed_at),
            told_after_s=after(told_at),
            starts_after_s=after(need.starts_at),
            ends_after_s=after(need.ends_at),
            alerts=alerts,
            distance_m=distance_m,
        )

    @property
    def claimed(self) -> bool:
        """Whether somebody took it."""
        return self.claimed_after_s < inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A member's alerts in each whole week; `available`: on duty at any time."""

    available: bool
    weeks: tuple[int, ...]

    @classmethod
    def of(
        cls, alerted_at: Iterable[datetime], switches: Sequence[datetime], start: datetime, end: datetime
    ) -> "Load":
        """From `start`, when the first week begins, to `end`; `switches`: when on and off duty, in turn."""
        counts = Counter((at - start) // WEEK for at in alerted_at)
        stretches = zip(switches[::2], switches[1::2], strict=False)
        return cls(
            available=any(on < end and off > start for on, off in stretches),
            weeks=tuple(counts[week] for week in range((end - start) // WEEK)),
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one time, or of several put together."""

    openings: tuple[Opening, ...]
    loads: tuple[Load, ...]

    @property
    def claims(self) -> list[Opening]:
        """The openings that somebody took."""
        return [one for one in self.openings if one.claimed]

    @property
    def urgent(self) -> "Outcome":
        """EMERGENCY and URGENT alone."""
        return Outcome(tuple(one for one in self.openings if one.urgent), self.loads)


def pooled(outcomes: Iterable[Outcome]) -> Outcome:
    """All openings and members together, as if of one large regency."""
    every = list(outcomes)
    return Outcome(
        tuple(opening for outcome in every for opening in outcome.openings),
        tuple(load for outcome in every for load in outcome.loads),
    )


def percentile(values: Iterable[float], percent: int) -> float | None:
    """The smallest value that at least so many per cent don't exceed; None of none."""
    order = sorted(values)
    return order[ceil(len(order) * percent / 100) - 1] if order else None


def gini(counts: Sequence[int]) -> float | None:
    """0: all alike, towards 1: one has all. The mean difference of any two, as a share of twice the mean; None for
    nobody, 0 where nobody has anything."""
    if not counts:
        return None
    total = sum(counts)
    ranked = sum(place * count for place, count in enumerate(sorted(counts), 1))
    return float(Fraction(2 * ranked, len(counts) * total) - Fraction(len(counts) + 1, len(counts))) if total else 0.0


def waits(outcome: Outcome) -> list[float]:
    """Seconds to claim; inf for who waited in vain."""
    return [one.claimed_after_s for one in outcome.openings]


def ended_waits(outcome: Outcome) -> list[float]:
    """Seconds to claim; who waited in vain waited until the window closed."""
    return [min(one.claimed_after_s, one.ends_after_s) for one in outcome.openings]


def share_claimed(outcome: Outcome) -> float | None:
    """Of all openings."""
    return _mean([one.claimed for one in outcome.openings])


def share_claimed_before_window(outcome: Outcome) -> float | None:
    """Of the openings that opened before the window did: taken by then. An EMERGENCY's window opens at once."""
    return _mean([one.claimed_after_s <= one.starts_after_s for one in outcome.openings if one.starts_after_s > 0])


def alerts_over_claims(outcome: Outcome) -> float | None:
    """All alerts, also those for openings that nobody took, over the claims."""
    claims = len(outcome.claims)
    return sum(one.alerts for one in outcome.openings) / claims if claims else None


def alerts_of_claims(outcome: Outcome) -> list[int]:
    """Of each opening that was taken: the alerts until then."""
    return [one.alerts for one in outcome.claims]


def kilometres(outcome: Outcome) -> list[float]:
    """Of each claim, from where the claimant was alerted to the task, one way, along the ellipsoid."""
    return [one.distance_m / 1000 for one in outcome.claims if one.distance_m is not None]


def alerts_of_weeks(outcome: Outcome) -> list[int]:
    """Of each member and whole week, also of members who are never on duty."""
    return [count for load in outcome.loads for count in load.weeks]


def gini_of_available(outcome: Outcome) -> float | None:
    """Of the alerts of each member who was on duty at any time, whatever he is able to do."""
    return gini([sum(load.weeks) for load in outcome.loads if load.available])


def worst_over_best(outcome: Outcome) -> float | None:
    """The longest over the shortest median time to claim of the sub-districts with at least 30 openings; None with
    fewer than two of them."""
    return _spread([one.area for one in outcome.openings], waits(outcome))


def worst_over_best_by_chance(outcome: Outcome) -> float | None:
    """`worst_over_best` if it made no difference where a task is: the mean of 20 times with the places shuffled."""
    areas, random = [one.area for one in outcome.openings], Random(0)  # noqa: S311 - chance, not secrets
    ratios = []
    for _ in range(SHUFFLES):
        random.shuffle(areas)
        ratios.append(_spread(areas, waits(outcome)))
    return _mean([ratio for ratio in ratios if ratio is not None])


def share_told(outcome: Outcome) -> float | None:
    """Of the urgent openings that were still open 15 minutes on, before the window closed: those of which a
    coordinator heard within 15 minutes."""
    late = [one for one in outcome.urgent.openings if min(one.claimed_after_s, one.ends_after_s) > TOLD_WITHIN_S]
    return _mean([one.told_after_s <= TOLD_WITHIN_S for one in late])


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _spread(areas: Iterable[str], seconds: Iterable[float]) -> float | None:
    by_area = defaultdict(list)
    for area, wait in zip(areas, seconds, strict=True):
        by_area[area].append(wait)
    medians = [percentile(every, 50) or 0.0 for every in by_area.values() if len(every) >= ENOUGH]
    if len(medians) < 2 or not 0 < min(medians) < inf:
        return None
    return max(medians) / min(medians)


class Unit(StrEnum):
    """In what a measure is counted; a share is from 0 to 1."""

    COUNT = "count"
    SECONDS = "s"
    KILOMETRES = "km"
    SHARE = "share"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table. `goal`: at most, or with `at_least` at least so much; None: there is none."""

    name: str
    unit: Unit
    of: Callable[[Outcome], float | None]
    goal: float | None = None
    at_least: bool = False

    def met(self, value: float | None) -> bool | None:
        """Whether the goal is; None without a goal or a value."""
        if self.goal is None or value is None:
            return None
        return value >= self.goal if self.at_least else value <= self.goal


MEASURES = (
    Measure("openings", Unit.COUNT, lambda it: len(it.openings)),
    Measure("claimed", Unit.SHARE, share_claimed),
    Measure("claimed before the window", Unit.SHARE, share_claimed_before_window),
    Measure("time to claim, p50", Unit.SECONDS, lambda it: percentile(waits(it), 50)),
    Measure("time to claim, p90", Unit.SECONDS, lambda it: percentile(waits(it), 90)),
    Measure("time to claim, p95", Unit.SECONDS, lambda it: percentile(waits(it), 95)),
    Measure("urgent: openings", Unit.COUNT, lambda it: len(it.urgent.openings)),
    Measure("urgent: time to claim, p50", Unit.SECONDS, lambda it: percentile(waits(it.urgent), 50), 3 * 60),
    Measure("urgent: time to claim, p90", Unit.SECONDS, lambda it: percentile(waits(it.urgent), 90), 10 * 60),
    Measure("urgent: time to claim, p95", Unit.SECONDS, lambda it: percentile(waits(it.urgent), 95)),
    Measure("urgent: unclaimed, told in 15 min", Unit.SHARE, share_told, 1.0, at_least=True),
    Measure("alerts over claims", Unit.RATIO, alerts_over_claims),
    Measure("alerts per claim, p50", Unit.COUNT, lambda it: percentile(alerts_of_claims(it), 50), 4),
    Measure("alerts per claim, p95", Unit.COUNT, lambda it: percentile(alerts_of_claims(it), 95), 12),
    Measure("distance, mean", Unit.KILOMETRES, lambda it: _mean(kilometres(it))),
    Measure("distance, p90", Unit.KILOMETRES, lambda it: percentile(kilometres(it), 90)),
    Measure("alerts a member and week, p50", Unit.COUNT, lambda it: percentile(alerts_of_weeks(it), 50)),
    Measure("alerts a member and week, p95", Unit.COUNT, lambda it: percentile(alerts_of_weeks(it), 95), 4),
    Measure("Gini of alerts", Unit.RATIO, gini_of_available, 0.35),
    Measure("worst over best sub-district, p50", Unit.RATIO, worst_over_best, 1.5),
    Measure("the same, were places shuffled", Unit.RATIO, worst_over_best_by_chance),
)
"""The table, from top to bottom; the goals are the office's."""

COMPARED = (
    Measure("alerts over claims", Unit.RATIO, alerts_over_claims),
    Measure("claimed", Unit.SHARE, share_claimed),
    Measure("time to claim, mean", Unit.SECONDS, lambda it: _mean(ended_waits(it))),
    Measure("time to claim, p50", Unit.SECONDS, lambda it: percentile(ended_waits(it), 50)),
    Measure("urgent: claimed", Unit.SHARE, lambda it: share_claimed(it.urgent)),
    Measure("urgent: time to claim, mean", Unit.SECONDS, lambda it: _mean(ended_waits(it.urgent))),
    Measure("urgent: time to claim, p50", Unit.SECONDS, lambda it: percentile(ended_waits(it.urgent), 50)),
    Measure("urgent: time to claim, p90", Unit.SECONDS, lambda it: percentile(ended_waits(it.urgent), 90)),
)
"""What two policies are compared by, seed by seed. The times are `ended_waits`, so that every seed has figures."""
