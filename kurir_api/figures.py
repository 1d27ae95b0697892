"""How numbers, money, distances and days are written, in Indonesian ("id") or English ("en")."""

from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal

BEFORE_RUPIAH = {"id": "Rp", "en": "Rp "}


def number(value: float, locale: str = "id") -> str:
    """1250 → "1.250", 12.34 → "12,3"; in English "1,250" and "12.3"."""
    return format_decimal(value, format="#,##0.#", locale=locale)


def rupiah(amount: int, locale: str = "id") -> str:
    """1250000 → "Rp1.250.000", in English "Rp 1,250,000"; less than nothing "-Rp50.000"."""
    return f"{'-' if amount < 0 else ''}{BEFORE_RUPIAH[locale]}{number(abs(amount), locale)}"


def kilometres(metres: int, locale: str = "id") -> str:
    """12340 → "12,3", 9000 → "9,0": in a column the commas stand below each other."""
    return format_decimal(metres / 1000, format="#,##0.0", locale=locale)


def duration(minutes: int, locale: str = "id") -> str:
    """Hours and minutes: 125 → "2:05", 123456 → "2.057:36"."""
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}{number(hours, locale)}:{rest:02}"


def day(when: date, locale: str = "id") -> str:
    """ "1 Januari 2026"."""
    return format_date(when, "d MMMM y", locale=locale)
