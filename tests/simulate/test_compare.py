"""Two policies, seed by seed."""

from math import sqrt

import pytest

from kurir_api.simulate.compare import compared
from kurir_api.simulate.measures import Outcome, Unit
from tests.simulate.outcomes import NOTHING, opening, outcome


def waiting(seconds: float) -> Outcome:
    return outcome(opening(seconds, urgent=True, alerts=2))


def test_the_difference_is_of_pairs_with_students_t() -> None:
    base = [waiting(100.0), waiting(200.0), waiting(300.0)]
    other = [waiting(90.0), waiting(180.0), waiting(270.0)]

    by_name = {one.measure.name: one for one in compared(base, other)}
    one = by_name["time to claim, mean"]

    # Differences -10, -20, -30: mean -20, standard deviation 10; t(0.975, 2) = 4.302653.
    reach = 4.302652729749462 * 10 / sqrt(3)
    assert (one.base, one.other, one.mean) == (200.0, 180.0, -20.0)
    assert (one.low, one.high) == (pytest.approx(-20 - reach), pytest.approx(-20 + reach))
    assert one.verdict == "no difference shown"


def test_every_measure_that_counts_is_compared() -> None:
    every = [waiting(1.0), waiting(2.0)]

    assert [one.measure.name for one in compared(every, every)] == [
        "alerts over claims",
        "claimed",
        "time to claim, mean",
        "time to claim, p50",
        "urgent: claimed",
        "urgent: time to claim, mean",
        "urgent: time to claim, p50",
        "urgent: time to claim, p90",
    ]


@pytest.mark.parametrize(
    ("others", "verdict"),
    [((50.0, 151.0), "less"), ((150.0, 251.0), "more"), ((100.0, 200.0), "no difference shown")],
)
def test_the_verdict_is_that_of_the_interval(others: tuple[float, float], verdict: str) -> None:
    differences = compared([waiting(100.0), waiting(200.0)], [waiting(seconds) for seconds in others])

    assert {one.verdict for one in differences if one.measure.unit is Unit.SECONDS} == {verdict}
    assert {one.verdict for one in differences if one.measure.unit is not Unit.SECONDS} == {"no difference shown"}


def test_who_waits_in_vain_waits_until_the_window_closes() -> None:
    in_vain = outcome(opening(urgent=True, ends_after_s=500.0))

    one = compared([waiting(100.0), waiting(200.0)], [waiting(100.0), in_vain])[-1]

    assert (one.base, one.other, one.mean) == (150.0, 300.0, 150.0)


def test_where_a_seed_has_nothing_to_count_nothing_is_claimed() -> None:
    one = compared([waiting(100.0), waiting(200.0)], [waiting(100.0), NOTHING])[-1]

    assert (one.base, one.other, one.mean, one.low, one.high) == (None, None, None, None, None)
    assert one.verdict == "not comparable"
