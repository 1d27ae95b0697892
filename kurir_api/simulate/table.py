"""Outcomes as text with aligned columns, and as CSV."""

import csv
from collections.abc import Callable, Mapping, Sequence
from io import StringIO
from math import inf

from kurir_api.simulate.compare import Difference
from kurir_api.simulate.measures import ENOUGH, MEASURES, Measure, Outcome, Unit

GAP = "  "
UNKNOWN = "-"
NEVER = "never"
VERDICTS = {None: "", True: "met", False: "missed"}
COLUMNS = ("policy", "measure", "unit", "value", "low", "high", "goal", "met")
UNITS = ((90, 1, "s"), (90 * 60, 60, "min"), (48 * 3600, 3600, "h"), (inf, 86400, "d"))
"""Below so many seconds, in units of so many, called so."""


def as_text(outcomes: Mapping[str, Outcome]) -> str:
    """A line for each measure: its goal, then for each name its value and whether it meets the goal."""
    rows = [["", "goal", *(cell for name in outcomes for cell in (name, ""))]]
    for measure in MEASURES:
        values = [measure.of(outcome) for outcome in outcomes.values()]
        cells = [cell for value in values for cell in (told(measure, value), VERDICTS[measure.met(value)])]
        rows.append([measure.name, _goal(measure), *cells])
    notes = (
        f'"{NEVER}": more than that share waited in vain; "{UNKNOWN}": nothing to count. '
        f"A sub-district counts from {ENOUGH} openings on.\n"
    )
    return _aligned(rows, left=(0, *range(3, 3 + 2 * len(outcomes), 2))) + notes


def comparison_as_text(base: str, other: str, differences: Sequence[Difference]) -> str:
    """A line for each measure: both means, the difference and its interval, and what that says."""
    rows = [["", base, other, "difference", "95 % interval", f"{other} is"]]
    for one in differences:
        values = (one.base, one.other, one.mean, one.low, one.high)
        first, second, mean, low, high = (told(one.measure, value) for value in values)
        interval = UNKNOWN if one.low is None else f"{low} to {high}"
        rows.append([one.measure.name, first, second, mean, interval, one.verdict])
    return _aligned(rows, left=(0, 5))


def as_csv(outcomes: Mapping[str, Outcome], compared: Mapping[str, Sequence[Difference]]) -> str:
    """A line for each name and measure, then for each comparison and measure the difference with its interval. Six
    digits; inf: never; empty: nothing to count."""
    text = StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    for name, outcome in outcomes.items():
        for measure in MEASURES:
            value = measure.of(outcome)
            goal, met = _number(measure.goal), VERDICTS[measure.met(value)]
            lines.writerow((name, measure.name, measure.unit, _number(value), "", "", goal, met))
    for name, differences in compared.items():
        for one in differences:
            numbers = map(_number, (one.mean, one.low, one.high))
            lines.writerow((name, one.measure.name, one.measure.unit, *numbers, "", one.verdict))
    return text.getvalue()


def told(measure: Measure, value: float | None) -> str:
    """The value with its unit, as people say it: 52 s, 4.2 min, 3.5 km, 97.1 %."""
    if value is None:
        return UNKNOWN
    return NEVER if value == inf else _FORMATS[measure.unit](value)


def _duration(seconds: float) -> str:
    _, many, unit = next(unit for unit in UNITS if abs(seconds) < unit[0])
    return f"{seconds:.0f} s" if many == 1 else f"{seconds / many:.1f} {unit}"


_FORMATS: Mapping[Unit, Callable[[float], str]] = {
    Unit.SECONDS: _duration,
    Unit.SHARE: lambda value: f"{100 * value:.1f} %",
    Unit.KILOMETRES: lambda value: f"{value:.1f} km",
    Unit.COUNT: lambda value: f"{value:,.0f}",
    Unit.RATIO: lambda value: f"{value:.2f}",
}


def _goal(measure: Measure) -> str:
    if measure.goal is None:
        return ""
    return f"{'>=' if measure.at_least else '<='} {told(measure, measure.goal)}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _aligned(rows: Sequence[Sequence[str]], left: Sequence[int]) -> str:
    """Columns under each other, those in `left` to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        GAP.join(
            cell.ljust(width) if place in left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
    return "".join(f"{line.rstrip()}\n" for line in lines)
