"""Openings and outcomes by hand."""

from math import inf
from typing import Any

from kurir_api.simulate.measures import Load, Opening, Outcome

MINUTE = 60.0
HOUR = 60 * MINUTE


def opening(claimed_after_s: float = inf, **values: Any) -> Opening:
    """A normal one in Kedungbanteng, whose window opens after a day and takes two hours; one alert, 2 km away."""
    usual = {
        "urgent": False,
        "area": "33.02.23",
        "told_after_s": inf,
        "starts_after_s": 24 * HOUR,
        "ends_after_s": 26 * HOUR,
        "alerts": 1,
        "distance_m": 2000.0 if claimed_after_s < inf else None,
    }
    return Opening(claimed_after_s=claimed_after_s, **usual | values)


def outcome(*openings: Opening, loads: tuple[tuple[int, ...], ...] = ()) -> Outcome:
    """With members who were all on duty, each with so many alerts by week."""
    return Outcome(openings, tuple(Load(available=True, weeks=weeks) for weeks in loads))


NOTHING = outcome()
