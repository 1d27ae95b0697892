"""What a cell says: each notes under its column's name what can't be used."""

from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from kurir_api.dispatch.geo import Point, in_indonesia
from kurir_api.errors import Problems
from kurir_api.services.imports.base import Column, Values

E = TypeVar("E", bound=StrEnum)
WAYS_TO_WRITE_A_DAY = ("%Y-%m-%d", "%d/%m/%Y")
"""ISO 8601, and what Excel makes of it in Indonesia."""

LATITUDE = Column("latitude", also=("lintang", "lat"), required=False, longest=20)
LONGITUDE = Column("longitude", also=("bujur", "lon", "lng"), required=False, longest=20)


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


def a_point(problems: Problems, values: Values) -> Point | None:
    """The place of `LATITUDE` and `LONGITUDE`, with a decimal point or comma; None where nothing is written."""
    latitude, longitude = (values[column.name].replace(",", ".") for column in (LATITUDE, LONGITUDE))
    if not latitude and not longitude:
        return None
    try:
        point = Point(float(latitude), float(longitude))
    except ValueError:
        point = None
    if point is None or not in_indonesia(point):
        problems.add(
            LATITUDE.name,
            id="Isi lintang (-11,5 sampai 6,5) dan bujur (94 sampai 142), dalam derajat.",
            en="Give latitude (-11.5 to 6.5) and longitude (94 to 142), in degrees.",
        )
        return None
    return point
