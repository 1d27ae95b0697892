"""Suggested assignments as a table for a terminal. It names members, and no patients."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kurir_api.dispatch.suggest import Assignment, Suggested
from kurir_api.dispatch.texts import ENGLISH
from kurir_api.models import Task
from kurir_api.task_kinds import task_kinds

HEADING = ("task", "kind", "where", "when", "member", "km", "min")
TOTALS = ("", "filled", "km", "min")
WORDS, WORDS_OF_TOTALS = 5, 2
"""So many columns hold words and stand to the left, the figures to the right."""


class Place(NamedTuple):
    """What a region is called, and its clock."""

    name: str
    zone: ZoneInfo


def suggestion_table(suggested: Suggested, places: Mapping[str, Place]) -> list[str]:
    """A line for each suggestion, then what stays open, then the totals; a single line when no task is open.

    `places` by region code, of the tasks'. Kilometres along the ellipsoid and minutes of travel, one way.
    """
    if not suggested.slots:
        return ["No task is open here."]
    rows = [
        (
            *_words(one.task, places),
            one.candidate.name,
            _km(one.candidate.distance_m or 0.0),
            _minutes(one.candidate.travel_time),
        )
        for one in suggested.best.suggestions
    ]
    rows += [(*_words(task, places), f"nobody for {_slots(slots)}", "", "") for task, slots in suggested.unfilled]
    totals = [
        ("suggested", *_total(suggested.best, suggested.slots)),
        ("one by one", *_total(suggested.greedy, suggested.slots)),
    ]
    return [*_aligned([HEADING, *rows], WORDS), "", *_aligned([TOTALS, *totals], WORDS_OF_TOTALS)]


def _words(task: Task, places: Mapping[str, Place]) -> tuple[str, str, str, str]:
    place = places[task.region_id]
    kind = task_kinds()[task.kind].name.say(ENGLISH)
    return str(task.number), kind, place.name, _window(task, place.zone)


def _window(task: Task, zone: ZoneInfo) -> str:
    """Such as "Tue 24 Nov 07:00-11:00"; with both days when it ends on another."""
    starts, ends = task.starts_at.astimezone(zone), task.ends_at.astimezone(zone)
    until = f"{ends:%H:%M}" if starts.date() == ends.date() else _day(ends)
    return f"{_day(starts)}-{until}"


def _day(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b %H:%M}"


def _slots(count: int) -> str:
    return "1 slot" if count == 1 else f"{count} slots"


def _total(assignment: Assignment, slots: int) -> tuple[str, str, str]:
    return (
        f"{assignment.filled} of {_slots(slots)}",
        _km(assignment.distance_m),
        _minutes(assignment.travel_time),
    )


def _km(metres: float) -> str:
    return f"{metres / 1000:,.1f}"


def _minutes(time: timedelta) -> str:
    return f"{time / timedelta(minutes=1):,.0f}"


def _aligned(rows: Sequence[tuple[str, ...]], left: int) -> list[str]:
    """The rows with their columns below one another, the first `left` of them to the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if number < left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
