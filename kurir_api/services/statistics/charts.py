"""The figures as charts, in Indonesian: bars over time, and bars below one another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from math import ceil, floor, log10
from xml.etree.ElementTree import Element

from babel.dates import format_date
from babel.numbers import format_compact_decimal

from kurir_api.charts import BLUE, ORANGE, box, canvas, rule, text, written
from kurir_api.figures import number
from kurir_api.services.costs.words import CATEGORY_NAMES
from kurir_api.services.documents.wording import kind_name, span
from kurir_api.services.statistics.names import Names
from kurir_api.services.statistics.statistics import Span, Statistics

WIDTH, LEFT, RIGHT, TOP = 960, 80, 930, 84
HEIGHT, BOTTOM = 440, 376
NAMES, LINE = 260, 30
"""Pixels that the names take beside bars below one another, and how high a bar with its gap is."""

TICKS, LABELS = 5, 13
MOST_BARS = 60
NOBODY = "Tidak ada data."


class StatisticsChart(StrEnum):
    """What a chart shows."""

    BENEFICIARIES_BY_MONTH = "BENEFICIARIES_BY_MONTH"
    BENEFICIARIES_BY_YEAR = "BENEFICIARIES_BY_YEAR"
    TASKS_BY_KIND = "TASKS_BY_KIND"
    COSTS_BY_CATEGORY = "COSTS_BY_CATEGORY"
    MINUTES_TO_CLAIM = "MINUTES_TO_CLAIM"
    REFERRALS_BY_PROGRAMME = "REFERRALS_BY_PROGRAMME"
    WAITING = "WAITING"


@dataclass(frozen=True, slots=True)
class Bar:
    """A label, and the values that stand on one another; None: not known."""

    label: str
    values: tuple[float | None, ...]

    @property
    def total(self) -> float:
        """Of all values; what was taken back more than given counts nothing."""
        return sum(max(0.0, value or 0) for value in self.values)


@dataclass(frozen=True, slots=True)
class Drawing:
    """What to draw: the bars, what their values are called, and how they are written."""

    title: str
    bars: Sequence[Bar]
    parts: tuple[str, ...]
    says: Callable[[float], str] = number
    over_time: bool = False


def as_svg(chart: StatisticsChart, statistics: Statistics, names: Names) -> str:
    """The chart. `names`: as `names_in` gives them."""
    drawing = DRAWINGS[chart](statistics, names)
    bars = drawing.bars[:MOST_BARS]
    where = ", ".join(names[code] for code in statistics.scope.regions)
    when = "saat ini" if chart is StatisticsChart.WAITING else span(statistics.period)
    told = "; ".join(f"{bar.label}: {_said(drawing, bar)}" for bar in bars) or NOBODY
    height = HEIGHT if drawing.over_time else TOP + 40 + LINE * max(1, len(bars))
    svg = canvas(f"{drawing.title}, {where}, {when}", told, WIDTH, height)
    text(svg, 30, 32, drawing.title, size=18)
    text(svg, 30, 54, f"{where}, {when}{'; dibulatkan' if statistics.scope.guarded else ''}", size=13)
    if not bars:
        text(svg, 30, TOP + 24, NOBODY, size=13)
    elif drawing.over_time:
        _columns(svg, drawing, bars)
    else:
        _lines(svg, drawing, bars)
    return written(svg)


def _said(drawing: Drawing, bar: Bar) -> str:
    """ "Rp1,2 jt"; of several parts that there are "uang Rp1,2 jt, barang Rp300 rb"."""
    if len(bar.values) == 1:
        return "-" if bar.values[0] is None else drawing.says(bar.values[0])
    parts = zip(drawing.parts, bar.values, strict=True)
    return ", ".join(f"{part} {drawing.says(value)}" for part, value in parts if value) or drawing.says(0)


def _columns(svg: Element, drawing: Drawing, bars: Sequence[Bar]) -> None:
    """Bars side by side on an axis with ticks; as many labels as fit."""
    top = _top(max(bar.total for bar in bars))
    for step in range(TICKS + 1):
        y = BOTTOM - (BOTTOM - TOP) * step / TICKS
        rule(svg, (LEFT, y), (RIGHT, y))
        text(svg, LEFT - 8, y + 4, drawing.says(top * step / TICKS), anchor="end")
    width = (RIGHT - LEFT) / len(bars)
    every = ceil(len(bars) / LABELS)
    for place, bar in enumerate(bars):
        middle = LEFT + width * (place + 0.5)
        high = (BOTTOM - TOP) * bar.total / top
        wide = min(0.7 * width, 90)
        if high:
            box(svg, (middle - wide / 2, BOTTOM - high), wide, high, BLUE)
        if len(bars) <= 2 * LABELS:
            text(svg, middle, BOTTOM - high - 6, _said(drawing, bar), anchor="middle")
        if place % every == 0:
            text(svg, middle, BOTTOM + 20, bar.label, anchor="middle")
    text(svg, LEFT, BOTTOM + 46, drawing.parts[0], size=13)


def _lines(svg: Element, drawing: Drawing, bars: Sequence[Bar]) -> None:
    """Bars below one another, each with its name and values."""
    longest = max(bar.total for bar in bars) or 1
    reach = RIGHT - NAMES - 200
    for place, bar in enumerate(bars):
        y = TOP + LINE * place
        text(svg, NAMES - 10, y + 15, bar.label, size=13, anchor="end")
        lengths = [reach * max(0.0, value or 0) / longest for value in bar.values]
        starts = accumulate(lengths, initial=float(NAMES))
        for x, length, colour in zip(starts, lengths, (BLUE, ORANGE), strict=False):
            if length:
                box(svg, (x, y), length, LINE - 10, colour)
        text(svg, NAMES + sum(lengths) + 8, y + 15, _said(drawing, bar))
    foot = TOP + LINE * len(bars) + 14
    for part, colour, x in zip(drawing.parts, (BLUE, ORANGE), (NAMES, NAMES + 160), strict=False):
        box(svg, (x, foot), 12, 12, colour)
        text(svg, x + 18, foot + 11, part, size=13)


def _top(largest: float) -> float:
    """The end of an axis: the least of 5, 10, 20, 25, 40, 50, 100, ... that reaches the largest value."""
    size = 10.0 ** floor(log10(max(largest, 5)))
    return next(step * size for step in (1, 2, 2.5, 4, 5, 10) if step * size >= max(largest, 5))


def rupiah_in_short(amount: float) -> str:
    """1234567 → "Rp1,2 jt", 350000 → "Rp350 rb"."""
    sign = "-" if amount < 0 else ""
    return f"{sign}Rp{format_compact_decimal(abs(amount), locale='id', fraction_digits=1)}".replace("\xa0", " ")


def _over_time(
    title: str, part: str, spans: Sequence[Span], label: str, value: Callable[[Span], float | None]
) -> Drawing:
    bars = [Bar(format_date(one.start, label, locale="id"), (value(one),)) for one in spans]
    return Drawing(title, bars[-MOST_BARS:], (part,), over_time=True)


def _by_month(statistics: Statistics, _: Names) -> Drawing:
    spans = statistics.by_month
    return _over_time("Penerima manfaat per bulan", "Orang", spans, "MMM yy", lambda one: one.beneficiaries)


def _by_year(statistics: Statistics, _: Names) -> Drawing:
    people = "Orang, dihitung sekali setiap bulan" if statistics.scope.guarded else "Orang"
    return _over_time("Penerima manfaat per tahun", people, statistics.by_year, "y", lambda one: one.beneficiaries)


def _to_claim(statistics: Statistics, _: Names) -> Drawing:
    return _over_time(
        "Waktu sampai tugas diambil",
        "Menit sejak tugas diumumkan (median)",
        statistics.by_month,
        "MMM yy",
        lambda one: one.median_minutes_to_claim,
    )


def _kinds(statistics: Statistics, _: Names) -> Drawing:
    bars = [Bar(kind_name(code), (totals.tasks,)) for code, totals in statistics.by_kind]
    return Drawing("Tugas selesai menurut jenis", _longest_first(bars), ("Tugas",))


def _categories(statistics: Statistics, _: Names) -> Drawing:
    bars = [Bar(CATEGORY_NAMES[one.category].id, (one.cost, one.in_kind)) for one in statistics.costs_by_category]
    return Drawing("Biaya menurut jenis", _longest_first(bars), ("uang", "barang"), says=rupiah_in_short)


def _programmes(statistics: Statistics, names: Names) -> Drawing:
    bars = [
        Bar(names[str(one.programme_id)], (one.granted, max(0, one.referrals - one.granted)))
        for one in statistics.by_programme
    ]
    return Drawing("Rujukan menurut program", _longest_first(bars), ("disetujui", "lainnya"))


def _waiting(statistics: Statistics, names: Names) -> Drawing:
    bars = [Bar(names[one.region], (one.residents,)) for one in statistics.waiting]
    return Drawing("Warga yang menunggu bantuan", _longest_first(bars), ("Orang",))


def _longest_first(bars: Sequence[Bar]) -> list[Bar]:
    return sorted(bars, key=lambda bar: (-bar.total, bar.label))


DRAWINGS: Mapping[StatisticsChart, Callable[[Statistics, Names], Drawing]] = {
    StatisticsChart.BENEFICIARIES_BY_MONTH: _by_month,
    StatisticsChart.BENEFICIARIES_BY_YEAR: _by_year,
    StatisticsChart.TASKS_BY_KIND: _kinds,
    StatisticsChart.COSTS_BY_CATEGORY: _categories,
    StatisticsChart.MINUTES_TO_CLAIM: _to_claim,
    StatisticsChart.REFERRALS_BY_PROGRAMME: _programmes,
    StatisticsChart.WAITING: _waiting,
}
