"""programmes: to what people can be referred."""

from kurir_api.schema.context import Info
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.schema.programmes.types import Programme
from kurir_api.services.visibility import visible_programmes


@query(
    may_call=EVERY_MEMBER, description="The programmes of the regencies the caller works in, active or not, by code."
)
async def programmes(info: Info) -> list[Programme]:
    """One statement; an office has some dozens."""
    rows = visible_programmes(info.context.principal).order_by("code", "regency_code")
    return [Programme.of(row) for row in await rows]
