"""Scalars and small shapes used everywhere."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from kurir_api.dispatch.geo import Point, in_indonesia
from kurir_api.errors import InvalidInput

Rupiah = NewType("Rupiah", int)
MOST_RUPIAH = 2**53 - 1


def _parse_rupiah(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MOST_RUPIAH:
        raise ValueError(f"Rupiah is a whole number of at most {MOST_RUPIAH}")
    return value


RUPIAH = strawberry.scalar(
    name="Rupiah",
    description="Whole rupiah, at most 2^53 - 1, so that every client counts exactly.",
    serialize=int,
    parse_value=_parse_rupiah,
)


def _parse_datetime(value: object) -> datetime:
    """The instant, in UTC."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        if found and found.tzinfo:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError("DateTime is ISO 8601 with an offset, such as 2026-11-23T09:00:00+07:00")


DATE_TIME = strawberry.scalar(
    name="DateTime",
    description="An instant, ISO 8601 with an offset, such as 2026-11-23T09:00:00+07:00; answered in UTC.",
    serialize=lambda value: value.astimezone(UTC).isoformat(),
    parse_value=_parse_datetime,
)


def _parse_date(value: object) -> date:
    try:
        if isinstance(value, str):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("Date is ISO 8601, such as 2026-11-23")


DATE = strawberry.scalar(
    name="Date",
    description="A day, ISO 8601, such as 2026-11-23.",
    serialize=date.isoformat,
    parse_value=_parse_date,
)


Json = NewType("Json", object)
MOST_VALUES, DEEPEST = 2_000, 10


def _parse_json(value: object) -> object:
    """Values that PostgreSQL can store and every client can read."""
    left, level = MOST_VALUES, [value]
    for _ in range(DEEPEST):
        left -= len(level)
        inner: list[object] = []
        for one in level:
            if isinstance(one, dict):
                inner += [*one.keys(), *one.values()]
            elif isinstance(one, list):
                inner += one
            elif not _is_plain(one):
                raise ValueError("JSON holds text without NUL, true, false, null and numbers of at most 2^53 - 1")
        if left < 0 or not inner:
            break
        level = inner
    else:
        left = -1
    if left < 0:
        raise ValueError(f"JSON holds at most {MOST_VALUES} keys and values, {DEEPEST} inside one another")
    return value


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return "\0" not in value
    return value is None or (isinstance(value, int | float) and abs(value) <= MOST_RUPIAH)


JSON = strawberry.scalar(
    name="JSON",
    description=f"A JSON value: at most {MOST_VALUES} keys and values, {DEEPEST} inside one another, without NUL and "
    "numbers beyond 2^53 - 1.",
    serialize=lambda value: value,
    parse_value=_parse_json,
)


SCALARS: Mapping[object, ScalarDefinition] = {Rupiah: RUPIAH, datetime: DATE_TIME, date: DATE, Json: JSON}
"""Which scalar an annotation stands for."""


@strawberry.type(description="A point on the WGS 84 ellipsoid.")
class GeoPoint:
    """Degrees."""

    latitude: float = strawberry.field(description="Degrees north; south is negative.")
    longitude: float = strawberry.field(description="Degrees east.")

    @classmethod
    def of(cls, latitude: float | None, longitude: float | None) -> "GeoPoint | None":
        """The point of two columns, if they hold one."""
        return None if latitude is None or longitude is None else cls(latitude=latitude, longitude=longitude)


@strawberry.input(description="A point on the WGS 84 ellipsoid, within Indonesia.")
class GeoPointInput:
    """Degrees."""

    latitude: float = strawberry.field(description="Degrees north, -11.5 to 6.5; south is negative.")
    longitude: float = strawberry.field(description="Degrees east, 94 to 142.")

    def point(self, path: str) -> Point:
        """The point, checked. Raises InvalidInput naming `path` when it lies outside Indonesia."""
        point = Point(self.latitude, self.longitude)
        if not in_indonesia(point):
            raise InvalidInput.of(
                path,
                id="Titik ini di luar Indonesia; periksa lintang (-11,5 sampai 6,5) dan bujur (94 sampai 142).",
                en="This point is outside Indonesia; check latitude (-11.5 to 6.5) and longitude (94 to 142).",
            )
        return point


def point_of(given: GeoPointInput | None, path: str) -> Point | None:
    """The checked point, if one was given."""
    return None if given is None else given.point(path)
