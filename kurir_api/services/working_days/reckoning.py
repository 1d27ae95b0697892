"""Reckoning in working days: without weekends and holidays, by a regency's clock."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kurir_api.models import Holiday, Region

SATURDAY = 5
DAY = timedelta(days=1)
LONGEST = 366
"""Days that a reckoning goes ahead; whoever needs more has mistyped something."""


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """A regency's zone and the days on which its offices are closed besides weekends."""

    zone: ZoneInfo
    holidays: frozenset[date]

    def works(self, day: date) -> bool:
        """Whether offices work on the day."""
        return day.weekday() < SATURDAY and day not in self.holidays

    def due(self, since: datetime, days: int) -> datetime:
        """The end of the `days`-th working day after the day of `since`, which isn't counted; UTC-aware.

        Raises ValueError for more than a year.
        """
        day, left = since.astimezone(self.zone).date(), days
        for _ in range(LONGEST):
            day += DAY
            left -= self.works(day)
            if left <= 0:
                return self._midnight(day + DAY)
        raise ValueError(days)

    def between(self, since: datetime, until: datetime) -> int:
        """How many working days end in [since, until): what is left of a period that `due` gave."""
        first, last = since.astimezone(self.zone).date(), until.astimezone(self.zone).date()
        return sum(self.works(first + DAY * n) for n in range(1, (last - first).days))

    def hours_later(self, since: datetime, hours: timedelta) -> datetime:
        """When `hours` have passed, of which only those of working days count. Raises ValueError as `due`."""
        at, left = since.astimezone(self.zone), hours
        for _ in range(LONGEST):
            next_day = self._midnight(at.date() + DAY)
            if self.works(at.date()):
                if at + left <= next_day:
                    return (at + left).astimezone(since.tzinfo)
                left -= next_day - at
            at = next_day
        raise ValueError(hours)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)


async def working_days(regency_code: str) -> WorkingDays:
    """Those of the regency. Two statements."""
    regency = await Region.get(code=regency_code)
    closed = await Holiday.filter(regency_code__in=["", regency_code])
    return WorkingDays(ZoneInfo(regency.time_zone), frozenset(holiday.day for holiday in closed))
