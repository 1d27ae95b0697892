"""Two policies over the same seeds: what differs, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from kurir_api.simulate.measures import COMPARED, Measure, Outcome

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Of one measure: the means over the seeds, the mean of `other` less `base`, and the interval that holds the true
    difference in 95 of 100 cases (Student's t over the pairs). None where a seed has nothing to count.
    """

    measure: Measure
    base: float | None
    other: float | None
    mean: float | None
    low: float | None
    high: float | None

    @property
    def verdict(self) -> str:
        """In a word."""
        if self.low is None or self.high is None:
            return "not comparable"
        if self.high < 0:
            return "less"
        return "more" if self.low > 0 else "no difference shown"


def compared(base: Sequence[Outcome], other: Sequence[Outcome]) -> list[Difference]:
    """By every measure that counts; the n-th outcomes of both are of the same seed, of two seeds at least."""
    return [_difference(measure, base, other) for measure in COMPARED]


def _difference(measure: Measure, base: Sequence[Outcome], other: Sequence[Outcome]) -> Difference:
    from scipy.special import stdtrit  # noqa: PLC0415 - a fifth of a second of every command's start

    bases, others = [measure.of(one) for one in base], [measure.of(one) for one in other]
    pairs = [(a, b) for a, b in zip(bases, others, strict=True) if a is not None and b is not None]
    if len(pairs) < len(bases):
        return Difference(measure=measure, base=None, other=None, mean=None, low=None, high=None)
    differences = [b - a for a, b in pairs]
    mean = fmean(differences)
    reach = float(stdtrit(len(pairs) - 1, (1 + CONFIDENCE) / 2)) * stdev(differences) / sqrt(len(pairs))
    return Difference(
        measure=measure,
        base=fmean(a for a, _ in pairs),
        other=fmean(b for _, b in pairs),
        mean=mean,
        low=mean - reach,
        high=mean + reach,
    )
