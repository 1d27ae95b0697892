"""Rules by which a task comes again."""

from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from kurir_api.services.recurrences.rules import normalised, occurrences

JAKARTA = ZoneInfo("Asia/Jakarta")
MONDAY = datetime(2026, 11, 22, 23, tzinfo=UTC)
"""23 November 2026, 06.00 in Banyumas, where the day before is still going on in UTC."""


def days(rule: str, zone: ZoneInfo = JAKARTA) -> list[str]:
    """The first four, by the clock there."""
    found = islice(occurrences(normalised(rule), MONDAY, zone), 4)
    return [f"{at.astimezone(zone):%m-%d %H:%M}" for at in found]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TH", ["11-23 06:00", "11-26 06:00", "11-30 06:00", "12-03 06:00"]),
        ("rrule:freq=weekly;interval=2", ["11-23 06:00", "12-07 06:00", "12-21 06:00", "01-04 06:00"]),
        ("FREQ=DAILY;COUNT=2", ["11-23 06:00", "11-24 06:00"]),
        ("FREQ=DAILY;UNTIL=20261124", ["11-23 06:00", "11-24 06:00"]),
        ("FREQ=DAILY;UNTIL=20261123T225959Z", ["11-23 06:00"]),
        ("FREQ=DAILY;UNTIL=20251231", []),
        ("FREQ=MONTHLY;BYDAY=1MO", ["12-07 06:00", "01-04 06:00", "02-01 06:00", "03-01 06:00"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["11-30 06:00", "12-31 06:00", "01-31 06:00", "02-28 06:00"]),
    ],
)
def test_are_reckoned_by_the_regencys_clock(rule: str, found: list[str]) -> None:
    assert days(rule) == found


def test_keep_the_hour_where_clocks_are_changed() -> None:
    assert days("FREQ=MONTHLY;INTERVAL=4", ZoneInfo("Europe/Paris")) == [
        "11-23 00:00",
        "03-23 00:00",
        "07-23 00:00",
        "11-23 00:00",
    ]


def test_without_an_end_go_on_for_two_years() -> None:
    *_, last = occurrences("FREQ=DAILY", MONDAY, JAKARTA)

    assert last == datetime(2028, 11, 22, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "BYDAY=MO",
        "FREQ=YEARLY",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=6,18",
        "FREQ=DAILY;BYSECOND=1",
        "FREQ=DAILY;BYDAY=MO",
        "FREQ=WEEKLY;BYDAY=2MO",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=MONTHLY;BYMONTHDAY=40",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=1;BYDAY=5MO",
        "FREQ=DAILY;COUNT=2;UNTIL=20261231",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;COUNT",
        f"FREQ=WEEKLY;BYDAY={','.join(['MO'] * 70)}",
    ],
)
def test_that_could_come_twice_a_day_or_never_are_refused(rule: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        normalised(rule)


def test_with_an_end_in_no_calendar_are_refused() -> None:
    with pytest.raises(ValueError, match="month must be in"):
        occurrences(normalised("FREQ=DAILY;UNTIL=20261399"), MONDAY, JAKARTA)
