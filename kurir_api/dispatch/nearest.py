"""The nearest rows of any query, exactly, with the index on a point doing the work."""

from typing import Any, TypeVar
from uuid import UUID

from pypika_tortoise.context import SqlContext
from pypika_tortoise.terms import Function as SqlFunction
from tortoise.expressions import F, Function
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


async def nearest(
    rows: QuerySet[Row], origin: Point, *, limit: int, after: tuple[float, UUID] | None = None
) -> list[tuple[float, Row]]:
    """The `limit` rows nearest to `origin`, each with its metres along the ellipsoid, in order of (metres, id).

    Rows need `latitude`, `longitude` and an id; all places must be in Indonesia, else ValueError. `after`, the
    metres and id of the last row seen, continues from there. Usually one statement; a further one, four times as
    long, whenever the bound of `metres_per_degree` doesn't yet rule out that an unseen row comes earlier.
    """
    if not in_indonesia(origin):
        raise ValueError(f"not a place in Indonesia: {origin}")
    ordered = rows.annotate(plane_distance=PlaneDistance("latitude", "longitude", origin)).order_by(
        "plane_distance", "id"
    )
    if after is not None:
        ordered = ordered.filter(plane_distance__gte=degrees_beyond(origin, after[0]))
    batch = limit + SPARE
    while True:
        seen = await ordered.limit(batch)
        found = _measured(origin, seen, after)[:limit]
        if len(seen) < batch or (len(found) == limit and _settled(origin, found, seen)):
            return found
        batch *= GROWTH


def _measured(origin: Point, seen: list[Row], after: tuple[float, UUID] | None) -> list[tuple[float, Row]]:
    metres = settled_distances_m(origin, [Point(row.latitude, row.longitude) for row in seen])
    measured = sorted(zip(metres, seen, strict=True), key=lambda pair: (pair[0], pair[1].id))
    return measured if after is None else [pair for pair in measured if (pair[0], pair[1].id) > after]


def _settled(origin: Point, found: list[tuple[float, Row]], seen: list[Row]) -> bool:
    """Whether no unseen row, each at least as far in the plane as the last seen, can come before the last found."""
    if not found:
        return True
    furthest_degrees: float = vars(seen[-1])["plane_distance"]
    return furthest_degrees > degrees_within(origin, found[-1][0])
