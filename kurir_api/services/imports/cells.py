"""What a cell says: each notes under its column's name what can't be used."""

from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from kurir_api.errors import Problems

E = TypeVar("E", bound=StrEnum)
WAYS_TO_WRITE_A_DAY = ("%Y-%m-%d", "%d/%m/%Y")
"""ISO 8601, and what Excel makes of it in Indonesia."""


def chosen(problems: Problems, column: str, text: str, kinds: type[E]) -> E | None:
    """One of the kinds, in any case; None where nothing is written."""
    written = text.upper().replace(" ", "_")
    if written and written not in {kind.value for kind in kinds}:
        known = ", ".join(kinds)
        problems.add(column, id=f"Pilih salah satu: {known}.", en=f"Choose one of: {known}.")
        return None
    return kinds(written) if written else None


def a_day(problems: Problems, column: str, text: str) -> date | None:
    """The day; None where nothing is written."""
    for form in WAYS_TO_WRITE_A_DAY if text else ():
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day of the calendar has no zone
        except ValueError:
            continue
    if text:
        problems.add(
            column, id="Tulis seperti 2026-12-25 atau 25/12/2026.", en="Write it like 2026-12-25 or 25/12/2026."
        )
    return None


def a_number(problems: Problems, column: str, text: str, least: int, most: int) -> int | None:
    """The whole number; None where nothing is written."""
    if not text:
        return None
    if text.isascii() and text.isdigit() and least <= int(text[:9]) <= most:
        return int(text[:9])
    problems.add(column, id=f"Bilangan {least} sampai {most}.", en=f"A whole number, {least} to {most}.")
    return None
