"""Which facilities to choose from."""

from kurir_api.auth import Principal
from kurir_api.dispatch.geo import Point
from kurir_api.dispatch.nearest import nearest
from kurir_api.models import Facility
from kurir_api.services.visibility import visible_facilities

MOST = 100


async def find_facilities(principal: Principal, near: Point | None = None, kind: str | None = None) -> list[Facility]:
    """At most 100 facilities of the caller's regencies, of one kind if given: nearest first, else by name."""
    rows = visible_facilities(principal)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if near is None:
        return await rows.order_by("name", "id").limit(MOST)
    return [facility for _, facility in await nearest(rows, near, limit=MOST)]
