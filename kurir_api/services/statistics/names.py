"""What regions are called in tables and charts."""

from collections.abc import Collection, Mapping

from kurir_api.models import Region
from kurir_api.services.statistics.statistics import Statistics

Names = Mapping[str, str]
"""Of regions, by code."""


async def region_names(statistics: Statistics) -> Names:
    """Of the regions asked for and those where people wait, by code. One statement."""
    codes: Collection[str] = {*statistics.scope.regions, *(one.region for one in statistics.waiting)}
    return {row.code: row.name for row in await Region.filter(code__in=codes)}
