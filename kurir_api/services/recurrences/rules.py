"""Rules by which a task comes again: a part of RFC 5545's RRULE, reckoned by the regency's clock."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.parser import isoparse
from dateutil.rrule import rrulestr

LONGEST_RULE = 200
LONGEST_RUN = timedelta(days=731)
"""A rule without an end goes on for two years; then the desk says again that it is still needed. Guessed."""

PREFIX = "RRULE:"
_DAYS = r"{0}(?:MO|TU|WE|TH|FR|SA|SU)(?:,{0}(?:MO|TU|WE|TH|FR|SA|SU))*"
_OF_MONTH = r"-?(?:[1-9]|[12]\d|3[01])"
_ALWAYS = {"INTERVAL": r"[1-9]\d?", "COUNT": r"[1-9]\d{0,2}", "UNTIL": r"2\d{7}(?:T\d{6}Z)?"}
PARTS = {
    "DAILY": _ALWAYS,
    "WEEKLY": _ALWAYS | {"BYDAY": _DAYS.format("")},
    "MONTHLY": _ALWAYS | {"BYDAY": _DAYS.format(r"[+-]?[1-5]"), "BYMONTHDAY": rf"{_OF_MONTH}(?:,{_OF_MONTH})*"},
}
"""What a rule may hold, by FREQ: nothing by which it could come twice on one day, or that would be looked for in vain
until the year 9999.
"""
EITHER = (("COUNT", "UNTIL"), ("BYDAY", "BYMONTHDAY"))


def normalised(rule: str) -> str:
    """As it is stored: in capitals, without the property's name. Raises ValueError for what can't be used."""
    text = rule.strip().upper().removeprefix(PREFIX)
    parts = _parts(text)
    allowed = PARTS.get(parts.pop("FREQ", ""), {})
    usable = bool(allowed) and all(name in allowed and re.fullmatch(allowed[name], parts[name]) for name in parts)
    if not usable or len(text) > LONGEST_RULE or any(parts.keys() >= {*both} for both in EITHER):
        raise ValueError(rule)
    return text


def occurrences(rule: str, starts_at: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """When a task of the normalised rule begins, in order, UTC: from `starts_at` on, at its time of day there. Raises
    ValueError for an end that is in no calendar.
    """
    parts = _parts(rule)
    first = starts_at.astimezone(zone).replace(tzinfo=None)
    count = int(parts.pop("COUNT", 0)) or None
    last = first + LONGEST_RUN
    if "UNTIL" in parts:
        last = min(last, _until(parts.pop("UNTIL"), zone))
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    found = rrulestr(f"{text};UNTIL={last:%Y%m%dT%H%M%S}", dtstart=first) if last >= first else ()
    return (at.replace(tzinfo=zone).astimezone(UTC) for at in islice(found, count))


def _parts(rule: str) -> dict[str, str]:
    """By name. Raises ValueError for what is there twice, or no pair."""
    pairs = [(name, value) for name, _, value in (part.partition("=") for part in rule.split(";"))]
    if len(dict(pairs)) < len(pairs):
        raise ValueError(rule)
    return dict(pairs)


def _until(text: str, zone: ZoneInfo) -> datetime:
    """The last moment by the regency's clock, without a zone: of the day, where it is only a day."""
    moment = isoparse(text)
    if moment.tzinfo is None:
        return datetime.combine(moment, time.max)
    return moment.astimezone(zone).replace(tzinfo=None)
