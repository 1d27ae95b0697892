"""What `kurir statistics` tells an office's operator, who may know everything: a table in English, CSV and charts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from kurir_api.dispatch.texts import ENGLISH
from kurir_api.errors import InvalidInput, NotFound, Problems
from kurir_api.figures import duration, kilometres, number
from kurir_api.services.contributions.totals import Period
from kurir_api.services.costs.words import CATEGORY_NAMES
from kurir_api.services.documents.wording import kind_name
from kurir_api.services.documents.year import FIRST_YEAR, LAST_YEAR
from kurir_api.services.statistics.charts import StatisticsChart, as_svg
from kurir_api.services.statistics.facts import load_facts
from kurir_api.services.statistics.names import Names, names_in
from kurir_api.services.statistics.paths import file_name
from kurir_api.services.statistics.scope import check_length, whole_scope
from kurir_api.services.statistics.statistics import Span, Statistics, counted_beside
from kurir_api.services.statistics.tables import StatisticsTable, as_csv

UNKNOWN = "-"

Row = Sequence[str]


class Unusable(Exception):
    """What was asked for can't be done; says why, in a line."""


@dataclass(frozen=True, slots=True)
class Order:
    """Which figures, and the folders to write tables and charts to, if any."""

    region: str
    period: Period
    csv: Path | None
    charts: Path | None


def checked(region: str, first: str, last: str, csv: Path | None, charts: Path | None) -> Order:
    """What was typed. Raises Unusable."""
    period = Period(_day("--from", first), _day("--to", last))
    if period.first_day > period.last_day:
        raise Unusable(f"--to: {last} is before --from; swap the two.")
    problems = Problems()
    check_length(problems, period)
    try:
        problems.refuse()
    except InvalidInput as error:
        raise Unusable(f"--to: {error.problems[0].message(ENGLISH)}") from error
    return Order(region, period, csv, charts)


async def statistics_report(order: Order, now: datetime) -> list[str]:
    """The figures as lines for a terminal; the files are written. Raises Unusable."""
    try:
        scope = await whole_scope(order.region)
    except NotFound as error:
        raise Unusable(f"There is no region {order.region!r}; write its code, such as 33.02.") from error
    found = await counted_beside(scope, order.period, await load_facts(scope, order.period, now))
    names = await names_in(found)
    for table in StatisticsTable:
        _write(order.csv, f"{file_name(table, found)}.csv", as_csv(table, found, names))
    for chart in StatisticsChart:
        _write(order.charts, f"{file_name(chart, found)}.svg", as_svg(chart, found, names))
    return list(_told(found, names))


def _day(option: str, typed: str) -> date:
    try:
        day = date.fromisoformat(typed)
    except ValueError as error:
        raise Unusable(f"{option}: {typed!r} is no day; write it like 2026-11-23.") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Unusable(f"{option}: {typed} is not of the years {FIRST_YEAR} to {LAST_YEAR}.")
    return day


def _write(folder: Path | None, name: str, content: str) -> None:
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8", newline="")
    except OSError as error:
        raise Unusable(f"{folder / name} can't be written ({error.strerror}).") from error


def _told(found: Statistics, names: Names) -> Iterator[str]:
    place, period = names[found.scope.regions[0]], found.period
    yield f"{place}, {period.first_day} to {period.last_day}"
    yield ""
    yield from _aligned(_whole(found))
    of_spans = ("reports", "cases", "helped", "tasks", "Rp")
    for heading, rows in (
        (("month", *of_spans), [_span(one, f"{one.start:%Y-%m}") for one in found.by_month]),
        (("year", *of_spans), [_span(one, f"{one.start:%Y}") for one in found.by_year]),
        (("kind", "helped", "tasks", "h:min", "km", "Rp", "in kind Rp"), _kinds(found)),
        (("category", "Rp", "in kind Rp"), _categories(found)),
        (("programme", "referrals", "granted", "overdue"), _programmes(found, names)),
        (("waiting now", "residents", "longest h:min"), _waiting(found, names)),
    ):
        if rows:
            yield ""
            yield from _aligned([heading, *rows])


def _whole(found: Statistics) -> list[Row]:
    return [
        ("patients helped", _number(found.beneficiaries)),
        ("tasks completed", _number(found.tasks_completed)),
        ("Rp spent", _number(found.cost)),
        ("cases opened", _number(found.cases)),
        ("cases open now", _number(found.open_cases)),
        ("members now", _number(found.members)),
        ("median min to claim", _number(found.median_minutes_to_claim)),
        ("alerts per claim", _number(found.alerts_per_claim)),
    ]


def _span(one: Span, label: str) -> Row:
    return (label, *map(_number, (one.reports, one.cases, one.beneficiaries, one.tasks_completed, one.cost)))


def _kinds(found: Statistics) -> list[Row]:
    return [
        (
            kind_name(code, ENGLISH),
            _number(one.beneficiaries),
            _number(one.tasks),
            duration(one.minutes, ENGLISH),
            kilometres(one.distance_m, ENGLISH),
            _number(one.cost),
            _number(one.in_kind),
        )
        for code, one in found.by_kind
    ]


def _categories(found: Statistics) -> list[Row]:
    return [
        (CATEGORY_NAMES[one.category].say(ENGLISH), _number(one.cost), _number(one.in_kind))
        for one in found.costs_by_category
    ]


def _programmes(found: Statistics, names: Names) -> list[Row]:
    return [
        (names[str(one.programme_id)], *map(_number, (one.referrals, one.granted, one.overdue)))
        for one in found.by_programme
    ]


def _waiting(found: Statistics, names: Names) -> list[Row]:
    return [
        (names[one.region], _number(one.residents), duration(one.longest_minutes or 0, ENGLISH))
        for one in found.waiting
    ]


def _number(value: float | None) -> str:
    return UNKNOWN if value is None else number(value, ENGLISH)


def _aligned(rows: Sequence[Row]) -> Iterator[str]:
    """The columns below one another, the first to the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        yield "  ".join([first.ljust(widths[0]), *cells])
