"""Moments that phones tell: of what happened, or where they were."""

from datetime import datetime, timedelta

from kurir_api.errors import Problems

CLOCK_SKEW = timedelta(minutes=5)
"""How far a phone's clock may be from ours."""


def has_offset(problems: Problems, path: str, at: datetime) -> bool:
    """Whether the moment says its offset from UTC; if not, that is noted under `path`."""
    if at.tzinfo is None:
        problems.add(path, id="Sertakan selisih waktu, misalnya +07:00.", en="Give the offset, such as +07:00.")
    return at.tzinfo is not None


def has_come(problems: Problems, path: str, at: datetime, now: datetime) -> bool:
    """Whether the moment is no later than now, by a phone's clock; if not, or without offset, that is noted under
    `path`.
    """
    if not has_offset(problems, path, at):
        return False
    if at > now + CLOCK_SKEW:
        problems.add(
            path, id="Waktunya di masa depan; periksa jam ponsel.", en="In the future; check the phone's clock."
        )
        return False
    return True
