"""The second line of defence of the logs: what looks like somebody's data, or opens something, is struck out.

The first is that nobody logs such things.
"""

import re
from collections.abc import Mapping
from typing import Any

STRUCK = "[redacted]"

KEYS = frozenset(
    (
        "address",
        "authorization",
        "code",
        "diagnosis",
        "email",
        "landmark",
        "name",
        "national_id",
        "nik",
        "note",
        "password",
        "phone",
        "query",
        "secret",
        "token",
        "variables",
    )
)
"""What is under these keys is struck out, whatever it is."""

PATTERNS = (
    # What opens something: bearer tokens, JSON web tokens, age's keys, the signatures of links.
    re.compile(r"(?i)(?<=bearer )\s*[\w.~+/=-]+"),
    re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]+)?"),
    re.compile(r"AGE-SECRET-KEY-\w+"),
    re.compile(r"(?<=signature=)\w+"),
    # The rest of the paths that let in whoever has them, or tell of whom somebody asked.
    re.compile(r"(?<=/verify/)[^\s?\"]+"),
    re.compile(r"(?<=/keluarga/)[^\s?\"]+"),
    re.compile(r"(?<=/letters/)[^\s?\"]+"),
    re.compile(r"(?<=/receipts/)[^\s?\"]+"),
    re.compile(r"(?<=/statements/)[^\s?\"]+"),
    re.compile(r"(?<=/years/)[^\s?\"]+"),
    # People: e-mail addresses, national ids and family cards, phone numbers.
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"(?<![\w.-])\d(?:[ .-]?\d){15}(?![\w-])"),
    re.compile(r"(?<![\w.])\+\d(?:[ -]?\d){8,14}(?!\d)"),
    re.compile(r"(?<![\w.+-])(?:62|0)[ -]?8\d(?:[ -]?\d){6,11}(?![\w-])"),
)


def redacted(text: str) -> str:
    """The text without what must not be told."""
    for pattern in PATTERNS:
        text = pattern.sub(STRUCK, text)
    return text


def redact(_logger: object, _method: str, event: Any) -> Any:
    """structlog's processor; the last before the line is written."""
    return {
        key: STRUCK if key.lower() in KEYS and value is not None else _without(value) for key, value in event.items()
    }


def _without(value: Any) -> Any:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return redact(None, "", value)
    if isinstance(value, list | tuple):
        return [_without(item) for item in value]
    return value
