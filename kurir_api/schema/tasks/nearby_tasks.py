"""nearbyTasks: what a volunteer can take, nearest first."""

from typing import Annotated, Any
from uuid import UUID

import strawberry

from kurir_api.dispatch.geo import Point
from kurir_api.dispatch.nearest import nearest
from kurir_api.errors import InvalidInput
from kurir_api.models import TaskStatus
from kurir_api.schema.context import Info
from kurir_api.schema.pagination import After, First, checked, decode_cursor, encode_cursor, page_info
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.schema.scalars import GeoPointInput, point_of
from kurir_api.schema.tasks.tasks import Kinds
from kurir_api.schema.tasks.types import Task, TaskConnection, TaskEdge, viewer_point
from kurir_api.services.visibility import measurable_tasks

LONGEST_RADIUS_M = 2_000_000
FURTHEST_M = 20_100_000
"""Further apart no two points of the Earth are."""

Near = Annotated[
    GeoPointInput | None,
    strawberry.argument(description="From where; default the caller's last place, else home."),
]


def refuse_radius(within_m: int | None) -> None:
    """Raise InvalidInput unless the radius, if one is given, is one."""
    if within_m is not None and not 1 <= within_m <= LONGEST_RADIUS_M:
        raise InvalidInput.of("withinM", id="Isi 1 sampai 2.000.000 meter.", en="Use 1 to 2,000,000 metres.")


def origin_of(info: Info, near: GeoPointInput | None) -> Point:
    """The given point, else where the caller is. Raises InvalidInput when neither is known."""
    origin = point_of(near, "near") or viewer_point(info)
    if origin is None:
        raise InvalidInput.of(
            "near", id="Lokasi Anda belum diketahui; kirim `near`.", en="Your place is not known yet; send `near`."
        )
    return origin


@query(
    may_call=EVERY_MEMBER,
    description="The open tasks of the regions where the caller is a volunteer or the office, nearest first.",
)
async def nearby_tasks(  # noqa: PLR0917 - the contract's arguments
    info: Info,
    near: Near = None,
    within_m: Annotated[
        int | None, strawberry.argument(description="Only areas this near, in metres, 1 to 2,000,000.")
    ] = None,
    kinds: Kinds = None,
    first: First = 20,
    after: After = None,
) -> TaskConnection:
    """A page by the areas' exact distance. A cursor keeps its origin's distances: give the same `near` for all."""
    limit, key = checked(first), decode_cursor(after, _metres, UUID)
    refuse_radius(within_m)
    origin = origin_of(info, near)
    rows = measurable_tasks(info.context.principal).filter(status__in=[TaskStatus.OPEN])
    if kinds is not None:
        rows = rows.filter(kind__in=kinds)
    after_key = None if key is None else (key[0], key[1])
    found = await nearest(rows, origin, limit=limit + 1, after=after_key)
    if within_m is not None:
        found = [pair for pair in found if pair[0] <= within_m]
    edges = [
        TaskEdge(node=Task.of(row), cursor=encode_cursor(metres, row.id), distance_m=round(metres))
        for metres, row in found[:limit]
    ]
    return TaskConnection(edges=edges, page_info=page_info(edges, more=len(found) > limit, after=after))


def _metres(part: Any) -> float:
    """The distance in a cursor. Raises ValueError or TypeError for what can be none."""
    metres = float(part)
    if not 0 <= metres <= FURTHEST_M:
        raise ValueError(part)
    return metres
