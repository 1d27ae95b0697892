"""How files of statistics are called."""

from enum import StrEnum

from kurir_api.services.statistics.statistics import Statistics


def path(asked: StrEnum, statistics: Statistics, suffix: str) -> str:
    """Such as "/statistics/33.02/2026-01-01_2026-06-30/months.csv"."""
    return f"/statistics/{_regions(statistics)}/{_days(statistics)}/{_slug(asked)}.{suffix}"


def file_name(asked: StrEnum, statistics: Statistics) -> str:
    """Such as "statistik-33.02_2026-01-01_2026-06-30_months", without suffix."""
    return f"statistik-{_regions(statistics)}_{_days(statistics)}_{_slug(asked)}"


def asked_of(slug: str) -> str:
    """The enum's value that a path names."""
    return slug.upper().replace("-", "_")


def _slug(asked: StrEnum) -> str:
    return asked.lower().replace("_", "-")


def _regions(statistics: Statistics) -> str:
    return "-".join(statistics.scope.regions)


def _days(statistics: Statistics) -> str:
    return f"{statistics.period.first_day}_{statistics.period.last_day}"
