"""Working days: without weekends and holidays, by a regency's clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kurir_api.services.working_days.reckoning import WorkingDays

JAKARTA = ZoneInfo("Asia/Jakarta")
NYEPI = WorkingDays(JAKARTA, frozenset({date(2026, 3, 18), date(2026, 3, 19), date(2026, 3, 20)}))
MONDAY = datetime(2026, 3, 16, 3, tzinfo=UTC)
"""16 March 2026, 10.00 in Banyumas; Wednesday to Friday are holidays."""


@pytest.mark.parametrize(("days", "until"), [(1, (3, 18)), (2, (3, 24)), (3, (3, 25))])
def test_a_period_ends_with_its_last_working_day(days: int, until: tuple[int, int]) -> None:
    assert NYEPI.due(MONDAY, days) == datetime(2026, *until, tzinfo=JAKARTA)


@pytest.mark.parametrize("days", [1, 2, 5])
def test_what_is_left_of_a_period_is_what_it_was(days: int) -> None:
    assert NYEPI.between(MONDAY, NYEPI.due(MONDAY, days)) == days


@pytest.mark.parametrize(
    ("since", "hours", "until"),
    [
        ((16, 10), 5, (16, 15)),
        ((16, 10), 14, (17, 0)),
        ((16, 10), 15, (17, 1)),
        ((17, 15), 10, (23, 1)),
        ((18, 12), 1, (23, 1)),
        ((21, 12), 72, (26, 0)),
    ],
    ids=["the same day", "until midnight", "the next day", "over holidays", "from a holiday", "from a Saturday"],
)
def test_hours_count_on_working_days_only(since: tuple[int, int], hours: int, until: tuple[int, int]) -> None:
    began = datetime(2026, 3, *since, tzinfo=JAKARTA)

    assert NYEPI.hours_later(began, timedelta(hours=hours)) == datetime(2026, 3, *until, tzinfo=JAKARTA)


def test_more_than_a_year_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="400"):
        NYEPI.due(MONDAY, 400)
