"""The nearest rows of any query, exactly, with the index on a point doing the work."""

from typing import Any, TypeVar
from uuid import UUID

from pypika_tortoise.context import SqlContext
from pypika_tortoise.terms import Function as SqlFunction
from tortoise.expressions import F, Function, Q
from tortoise.queryset import QuerySet

from kurir_api.dispatch.geo import Point, degrees_beyond, degrees_within, in_indonesia, settled_distances_m
from kurir_api.models import Facility, Task

SPARE = 12
"""Rows fetched beyond those asked for: enough that the first statement nearly always proves itself."""

GROWTH = 4


class _PlaneDistance(SqlFunction):
    """`point(longitude, latitude) <-> point($1, $2)`: both sides as the GiST indexes spell them."""

    def __init__(self, *columns_and_place: Any) -> None:
        super().__init__("plane_distance", *columns_and_place)

    def get_function_sql(self, ctx: SqlContext) -> str:
        own_x, own_y, x, y = (self.get_arg_sql(arg, ctx) for arg in self.args)
        return f"(point({own_x},{own_y}) <-> point({x},{y}))"


class PlaneDistance(Function):
    """Distance in the plane of degrees from a row's point to a place; ordering by it uses the GiST index.

    `.annotate(away=PlaneDistance("latitude", "longitude", place)).order_by("away")`. The place is sent as
    parameters. It isn't the order along the ellipsoid: `nearest` gives that.
    """

    database_func = _PlaneDistance

    def __init__(self, latitude: str, longitude: str, place: Point) -> None:
        super().__init__(longitude, F(latitude), place.longitude, place.latitude)


Row = TypeVar("Row", Task, Facility)
PLACES = {Task: ("area_latitude", "area_longitude"), Facility: ("latitude", "longitude")}
"""Where a row counts as being: a task in its area."""


async def nearest(
    rows: QuerySet[Row], origin: Point, *, limit: int, after: tuple[float, UUID] | None = None
) -> list[tuple[float, Row]]:
    """The `limit` rows nearest to `origin`, each with its metres along the ellipsoid, in order of (metres, id).

    A task is as far as its area, not its house. All places must be in Indonesia, else ValueError. `after`, the metres
    and id of the last row seen, continues from there. Usually one statement; a further one, four times as long, for
    the rows beyond, whenever the bound of `metres_per_degree` doesn't yet rule out that an unseen row comes earlier.
    However many rows are at one point, as tasks of one area are, those that can't be of this page aren't read.
    """
    if not in_indonesia(origin):
        raise ValueError(f"not a place in Indonesia: {origin}")
    ordered = rows.annotate(plane_distance=PlaneDistance(*PLACES[rows.model], origin)).order_by(
        "plane_distance", "id"
    )
    if after is not None:
        ordered = ordered.filter(plane_distance__gte=degrees_beyond(origin, after[0]))
    batch = limit + SPARE
    seen: dict[UUID, Row] = {}
    while True:
        read = await ordered.limit(batch)
        seen |= {row.id: row for row in read}
        measured = _measured(origin, list(seen.values()))
        found = [pair for pair in measured if after is None or _key(pair) > after][:limit]
        enough = len(found) == limit
        if len(read) < batch or (enough and _settled(origin, found, read[-1])):
            return found
        last = next(pair for pair in measured if pair[1] is seen[read[-1].id])
        ordered = _beyond(ordered, last, after, enough=enough)
        batch *= GROWTH


def _beyond(
    rows: QuerySet[Row], last: tuple[float, Row], after: tuple[float, UUID] | None, *, enough: bool
) -> QuerySet[Row]:
    """The rows as far in the plane as the last that was read, or further. Of those at its very point, which come by
    id, only what may be of the page: nothing that was on a page before, and nothing at all where the point is before
    this page, or `enough` of the page come before the rest of it.
    """
    metres, row = last
    read_until, none_left = row.id, enough
    if after is not None and _key(last) <= after:
        read_until, none_left = after[1], metres < after[0]
    known = {name: getattr(row, name) for name in PLACES[type(row)]} | ({} if none_left else {"id__lte": read_until})
    return rows.filter(plane_distance__gte=vars(row)["plane_distance"]).exclude(Q(**known))


def _measured(origin: Point, seen: list[Row]) -> list[tuple[float, Row]]:
    return sorted(zip(settled_distances_m(origin, [_place(row) for row in seen]), seen, strict=True), key=_key)


def _key(pair: tuple[float, Row]) -> tuple[float, UUID]:
    return pair[0], pair[1].id


def _place(row: Row) -> Point:
    return Point(*(getattr(row, name) for name in PLACES[type(row)]))


def _settled(origin: Point, found: list[tuple[float, Row]], last: Row) -> bool:
    """Whether no unread row, each at least as far in the plane as the last read, can come before the last found."""
    if not found:
        return True
    furthest_degrees: float = vars(last)["plane_distance"]
    return furthest_degrees > degrees_within(origin, found[-1][0])
