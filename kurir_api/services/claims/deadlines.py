"""By when a claim must be started."""

from datetime import datetime, timedelta

START_WITHIN = timedelta(minutes=30)
"""After the window opens; after the claim, if that came later."""

REMINDED_BEFORE = timedelta(minutes=15)
"""So long before a claim expires its member is reminded."""


def start_by(starts_at: datetime, now: datetime) -> datetime:
    """When a claim that is taken on now, of a window that starts at `starts_at`, expires unless it is started."""
    return max(starts_at, now) + START_WITHIN
