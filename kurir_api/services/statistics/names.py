"""What regions and programmes are called in tables and charts."""

from collections.abc import Collection, Mapping

from kurir_api.models import Programme, Region
from kurir_api.services.statistics.statistics import Statistics

Names = Mapping[str, str]
"""Of regions, by code, and of programmes, by id as text, in Indonesian."""


async def names_in(statistics: Statistics) -> Names:
    """Of the regions asked for, those where people wait, and the programmes. Two statements."""
    codes: Collection[str] = {*statistics.scope.regions, *(one.region for one in statistics.waiting)}
    programmes = await Programme.filter(id__in=[one.programme_id for one in statistics.by_programme])
    names = {row.code: row.name for row in await Region.filter(code__in=codes)}
    return names | {str(row.id): row.name_id for row in programmes}
