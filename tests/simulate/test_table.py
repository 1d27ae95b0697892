"""The table as people and as programs read it."""

from math import inf

import pytest

from kurir_api.simulate.compare import compared
from kurir_api.simulate.measures import Measure, Unit
from kurir_api.simulate.table import as_csv, as_text, comparison_as_text, told
from tests.simulate.outcomes import HOUR, NOTHING, opening, outcome

NEAREST = outcome(
    opening(240.0, urgent=True, alerts=5, distance_m=1500.0),
    opening(urgent=True, alerts=15, told_after_s=900.0),
    opening(2 * HOUR, alerts=3),
    loads=((5, 1), (9, 8)),
)
ADAPTIVE = outcome(opening(120.0, urgent=True, alerts=2), opening(HOUR, alerts=2), loads=((1, 0), (1, 2)))

TEXT = """\
                                          goal  nearest          adaptive
openings                                              3                 2
claimed                                          66.7 %           100.0 %
claimed before the window                        66.7 %           100.0 %
time to claim, p50                                2.0 h           2.0 min
time to claim, p90                                never          60.0 min
time to claim, p95                                never          60.0 min
urgent: openings                                      2                 1
urgent: time to claim, p50          <= 3.0 min  4.0 min  missed   2.0 min  met
urgent: time to claim, p90         <= 10.0 min    never  missed   2.0 min  met
urgent: time to claim, p95                        never           2.0 min
urgent: unclaimed, told in 15 min   >= 100.0 %  100.0 %  met            -
alerts over claims                                11.50              2.00
alerts per claim, p50                     <= 4        3  met            2  met
alerts per claim, p95                    <= 12        5  met            2  met
distance, mean                                   1.8 km            2.0 km
distance, p90                                    2.0 km            2.0 km
alerts a member and week, p50                         5                 1
alerts a member and week, p95             <= 4        9  missed         2  met
Gini of alerts                         <= 0.35     0.24  met         0.25  met
worst over best sub-district, p50      <= 1.50        -                 -
the same, were places shuffled                        -                 -
"never": more than that share waited in vain; "-": nothing to count. A sub-district counts from 30 openings on.
"""

CSV = """\
policy,measure,unit,value,low,high,goal,met
nearest,openings,count,3,,,,
nearest,claimed,share,0.666667,,,,
nearest,claimed before the window,share,0.666667,,,,
nearest,"time to claim, p50",s,7200,,,,
nearest,"time to claim, p90",s,inf,,,,
nearest,"time to claim, p95",s,inf,,,,
nearest,urgent: openings,count,2,,,,
nearest,"urgent: time to claim, p50",s,240,,,180,missed
nearest,"urgent: time to claim, p90",s,inf,,,600,missed
nearest,"urgent: time to claim, p95",s,inf,,,,
nearest,"urgent: unclaimed, told in 15 min",share,1,,,1,met
nearest,alerts over claims,ratio,11.5,,,,
nearest,"alerts per claim, p50",count,3,,,4,met
nearest,"alerts per claim, p95",count,5,,,12,met
nearest,"distance, mean",km,1.75,,,,
nearest,"distance, p90",km,2,,,,
nearest,"alerts a member and week, p50",count,5,,,,
nearest,"alerts a member and week, p95",count,9,,,4,missed
nearest,Gini of alerts,ratio,0.23913,,,0.35,met
nearest,"worst over best sub-district, p50",ratio,,,,1.5,
nearest,"the same, were places shuffled",ratio,,,,,
"""

LINES = ("alerts over claims", "time to claim, mean")
COMPARISON = """\
                     nearest  adaptive  difference         95 % interval  adaptive is
alerts over claims      4.00      2.00       -2.00        -2.00 to -2.00  less
time to claim, mean  6.7 min   5.0 min    -1.7 min  -1.7 min to -1.7 min  less
"""


def test_as_text_the_columns_are_aligned_and_goals_are_met_or_missed() -> None:
    assert as_text({"nearest": NEAREST, "adaptive": ADAPTIVE}) == TEXT


def test_as_csv_there_is_a_line_for_each_policy_and_measure() -> None:
    assert as_csv({"nearest": NEAREST}, {}) == CSV


def test_a_comparison_as_text() -> None:
    slow, fast = outcome(opening(400.0, alerts=4)), outcome(opening(300.0, alerts=2))
    differences = [one for one in compared([slow, slow], [fast, fast]) if one.measure.name in LINES]

    assert comparison_as_text("nearest", "adaptive", differences) == COMPARISON


def test_a_comparison_as_csv_says_between_what_the_difference_is() -> None:
    slow, fast = outcome(opening(400.0, alerts=4)), outcome(opening(300.0, alerts=2))
    differences = [one for one in compared([slow, slow], [fast, fast]) if one.measure.name in LINES]

    lines = as_csv({}, {"adaptive - nearest": differences}).splitlines()

    assert lines[1:] == [
        "adaptive - nearest,alerts over claims,ratio,-2,-2,-2,,less",
        'adaptive - nearest,"time to claim, mean",s,-100,-100,-100,,less',
    ]


def test_an_empty_run_is_a_table_all_the_same() -> None:
    lines = as_text({"nearest": NOTHING}).splitlines()

    assert lines[1].split() == ["openings", "0"]
    assert lines[5].split() == ["time", "to", "claim,", "p90", "-"]


@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [
        (Unit.SECONDS, None, "-"),
        (Unit.SECONDS, inf, "never"),
        (Unit.SECONDS, 52.4, "52 s"),
        (Unit.SECONDS, 89.0, "89 s"),
        (Unit.SECONDS, 90.0, "1.5 min"),
        (Unit.SECONDS, -600.0, "-10.0 min"),
        (Unit.SECONDS, 5400.0, "1.5 h"),
        (Unit.SECONDS, 48 * HOUR, "2.0 d"),
        (Unit.SHARE, 0.9712, "97.1 %"),
        (Unit.KILOMETRES, 3.46, "3.5 km"),
        (Unit.COUNT, 12345, "12,345"),
        (Unit.RATIO, 0.349, "0.35"),
    ],
)
def test_values_are_told_as_people_say_them(unit: Unit, value: float | None, expected: str) -> None:
    assert told(Measure("", unit, lambda _: None), value) == expected
