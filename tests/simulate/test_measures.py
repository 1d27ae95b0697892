"""What is counted, and how."""

from datetime import UTC, datetime, timedelta
from math import inf
from uuid import UUID

import pytest

from kurir_api.models import Urgency
from kurir_api.simulate.demand import Need
from kurir_api.simulate.measures import (
    COMPARED,
    MEASURES,
    Load,
    Measure,
    Opening,
    Outcome,
    Unit,
    alerts_over_claims,
    ended_waits,
    gini,
    gini_of_available,
    percentile,
    pooled,
    share_claimed,
    share_claimed_before_window,
    share_told,
    waits,
    worst_over_best,
    worst_over_best_by_chance,
)
from tests.simulate.outcomes import HOUR, MINUTE, NOTHING, opening, outcome

MONDAY = datetime(2026, 1, 4, 17, tzinfo=UTC)
DAY = timedelta(days=1)


def values(it: Outcome) -> dict[str, float | None]:
    return {measure.name: measure.of(it) for measure in MEASURES}


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([], 50, None),
        ([7.0], 5, 7.0),
        ([7.0], 95, 7.0),
        ([3.0, 1.0], 50, 1.0),
        ([1.0, 2.0, 3.0], 50, 2.0),
        ([float(n) for n in range(1, 101)], 95, 95.0),
        ([float(n) for n in range(1, 11)], 90, 9.0),
        ([1.0, inf], 50, 1.0),
        ([1.0, inf], 51, inf),
    ],
)
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(
    values: list[float], percent: int, expected: float | None
) -> None:
    assert percentile(values, percent) == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([], None),
        ([0, 0, 0], 0.0),
        ([5], 0.0),
        ([4, 4, 4, 4], 0.0),
        ([0, 1], 0.5),
        ([0, 0, 0, 8], 0.75),
        ([1, 2, 3], 2 / 9),
        ([3, 1, 2], 2 / 9),
        ([2, 4, 6], 2 / 9),
    ],
)
def test_gini_is_exact(counts: list[int], expected: float | None) -> None:
    assert gini(counts) == expected


def test_gini_is_half_the_mean_difference_of_any_two_over_the_mean() -> None:
    counts = [0, 3, 3, 7, 12, 1]
    differences = sum(abs(a - b) for a in counts for b in counts) / len(counts) ** 2

    assert gini(counts) == pytest.approx(differences / 2 / (sum(counts) / len(counts)), abs=1e-15)


def test_gini_leaves_out_who_was_never_on_duty() -> None:
    loads = (
        Load(available=True, weeks=(1, 1)),
        Load(available=True, weeks=(0, 2)),
        Load(available=False, weeks=(0, 0)),
    )

    assert gini_of_available(Outcome((), loads)) == 0.0


def test_of_nothing_nothing_is_said() -> None:
    assert values(NOTHING) == {measure.name: None for measure in MEASURES} | {"openings": 0, "urgent: openings": 0}
    assert [measure.of(NOTHING) for measure in COMPARED] == [None] * len(COMPARED)


def test_without_claims_everybody_waits_for_ever() -> None:
    told = values(outcome(opening(alerts=3), opening(alerts=0, urgent=True, told_after_s=0), loads=((3,),)))

    assert told == {
        "openings": 2,
        "claimed": 0.0,
        "claimed before the window": 0.0,
        "time to claim, p50": inf,
        "time to claim, p90": inf,
        "time to claim, p95": inf,
        "urgent: openings": 1,
        "urgent: time to claim, p50": inf,
        "urgent: time to claim, p90": inf,
        "urgent: time to claim, p95": inf,
        "urgent: unclaimed, told in 15 min": 1.0,
        "alerts over claims": None,
        "alerts per claim, p50": None,
        "alerts per claim, p95": None,
        "distance, mean": None,
        "distance, p90": None,
        "alerts a member and week, p50": 3,
        "alerts a member and week, p95": 3,
        "Gini of alerts": 0.0,
        "worst over best sub-district, p50": None,
        "the same, were places shuffled": None,
    }


def test_one_member_who_takes_all() -> None:
    told = values(
        outcome(
            opening(MINUTE, urgent=True, alerts=1, distance_m=1000.0),
            opening(2 * MINUTE, alerts=2, distance_m=3000.0),
            opening(30 * HOUR, alerts=6, distance_m=None),
            loads=((4, 2, 3),),
        )
    )

    assert told == {
        "openings": 3,
        "claimed": 1.0,
        "claimed before the window": 2 / 3,
        "time to claim, p50": 120.0,
        "time to claim, p90": 108_000.0,
        "time to claim, p95": 108_000.0,
        "urgent: openings": 1,
        "urgent: time to claim, p50": 60.0,
        "urgent: time to claim, p90": 60.0,
        "urgent: time to claim, p95": 60.0,
        "urgent: unclaimed, told in 15 min": None,
        "alerts over claims": 3.0,
        "alerts per claim, p50": 2,
        "alerts per claim, p95": 6,
        "distance, mean": 2.0,
        "distance, p90": 3.0,
        "alerts a member and week, p50": 3,
        "alerts a member and week, p95": 4,
        "Gini of alerts": 0.0,
        "worst over best sub-district, p50": None,
        "the same, were places shuffled": None,
    }


def test_the_alerts_of_openings_that_nobody_took_count_over_the_claims() -> None:
    assert alerts_over_claims(outcome(opening(1.0, alerts=4), opening(alerts=8))) == 12.0


def test_who_waits_in_vain_waits_for_ever_or_until_the_window_closes() -> None:
    it = outcome(opening(2 * HOUR), opening(ends_after_s=10 * HOUR))

    assert ended_waits(it) == [2 * HOUR, 10 * HOUR]
    assert waits(it) == [2 * HOUR, inf]
    assert share_claimed(it) == 0.5


def test_only_what_opened_before_its_window_can_be_claimed_before_it() -> None:
    it = outcome(
        opening(HOUR, starts_after_s=HOUR),
        opening(HOUR + 1, starts_after_s=HOUR),
        opening(1.0, starts_after_s=0.0),
        opening(1.0, starts_after_s=-HOUR),
    )

    assert share_claimed_before_window(it) == 0.5


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (opening(15 * MINUTE, urgent=True), None),
        (opening(16 * MINUTE, urgent=True, told_after_s=15 * MINUTE), 1.0),
        (opening(16 * MINUTE, urgent=True, told_after_s=15 * MINUTE + 1), 0.0),
        (opening(urgent=True), 0.0),
        (opening(urgent=True, ends_after_s=15 * MINUTE), None),
        (opening(urgent=False), None),
    ],
)
def test_of_urgent_openings_that_are_open_after_15_minutes_a_coordinator_hears_by_then(
    late: Opening, expected: float | None
) -> None:
    assert share_told(outcome(late)) == expected


def test_a_sub_district_counts_from_30_openings_on() -> None:
    slow = [opening(60.0, area="33.02.01") for _ in range(30)]
    fast = [opening(40.0, area="33.02.02") for _ in range(30)]
    rare = [opening(1.0, area="33.02.03") for _ in range(29)]

    assert worst_over_best(outcome(*slow, *fast, *rare)) == 1.5
    assert worst_over_best(outcome(*slow, *fast[1:], *rare)) is None
    assert worst_over_best(outcome(*fast, *(opening(area="33.02.01") for _ in range(30)))) == inf


def test_by_chance_sub_districts_hardly_differ() -> None:
    slow = [opening(60.0 + n, area="33.02.01") for n in range(300)]
    fast = [opening(20.0 + n, area="33.02.02") for n in range(300)]
    it = outcome(*slow, *fast)

    by_chance = worst_over_best_by_chance(it)
    assert by_chance == worst_over_best_by_chance(it)
    assert by_chance is not None
    assert 1.0 < by_chance < 1.1 < (worst_over_best(it) or 0)


def test_pooled_is_as_if_all_were_one() -> None:
    first, second = outcome(opening(1.0), loads=((1,),)), outcome(opening(2.0), loads=((2,), (3,)))

    assert pooled([first, second]) == outcome(opening(1.0), opening(2.0), loads=((1,), (2,), (3,)))
    assert pooled([]) == NOTHING


def test_alerts_fall_into_whole_weeks_from_the_start() -> None:
    alerted = [MONDAY - DAY, MONDAY, MONDAY + 6.9 * DAY, MONDAY + 7 * DAY, MONDAY + 14 * DAY]

    assert Load.of(alerted, [], MONDAY, MONDAY + 16 * DAY) == Load(available=False, weeks=(2, 1))
    assert Load.of(alerted, [], MONDAY, MONDAY + 6 * DAY).weeks == ()


@pytest.mark.parametrize(
    ("on", "off", "available"),
    [(-2, -1, False), (-2, 0, False), (-2, 1, True), (1, 2, True), (6, 9, True), (7, 9, False)],
)
def test_available_is_who_was_on_duty_at_any_time(on: int, off: int, available: bool) -> None:
    load = Load.of([], [MONDAY + on * DAY, MONDAY + off * DAY], MONDAY, MONDAY + 7 * DAY)

    assert load.available is available


def test_an_opening_counts_from_when_it_opened() -> None:
    need = Need(
        id=UUID(int=1),
        kind="AMBULANCE_RUN",
        urgency=Urgency.EMERGENCY,
        region_id="33.02.23.2004",
        latitude=-7.38,
        longitude=109.22,
        published_at=MONDAY,
        starts_at=MONDAY,
        ends_at=MONDAY + timedelta(hours=4),
    )
    opened_at = MONDAY + timedelta(hours=1)

    it = Opening.of(
        need, opened_at, claimed_at=opened_at + timedelta(minutes=2), told_at=None, alerts=8, distance_m=900.0
    )

    assert it == Opening(
        urgent=True,
        area="33.02.23",
        claimed_after_s=2 * MINUTE,
        told_after_s=inf,
        starts_after_s=-HOUR,
        ends_after_s=3 * HOUR,
        alerts=8,
        distance_m=900.0,
    )


@pytest.mark.parametrize(
    ("at_least", "value", "met"),
    [
        (False, 4.0, True),
        (False, 4.1, False),
        (False, inf, False),
        (False, None, None),
        (True, 4.0, True),
        (True, 3.9, False),
    ],
)
def test_a_goal_is_met_or_missed_or_nothing_is_known(at_least: bool, value: float | None, met: bool | None) -> None:
    measure = Measure("alerts", Unit.COUNT, lambda _: value, 4, at_least=at_least)

    assert measure.met(value) is met
    assert Measure("alerts", Unit.COUNT, lambda _: value).met(value) is None
