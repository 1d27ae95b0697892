"""Is this a regency whose office runs here?"""

from kurir_api.errors import Problems
from kurir_api.models import Region, RegionLevel


async def check_regency(problems: Problems, path: str, code: str) -> None:
    """Note under `path` when no regency of that code is in the database, and which are."""
    known = await known_regencies()
    if code not in known:
        said = ", ".join(known) or "-"
        problems.add(path, id=f"Kode yang dikenal: {said}.", en=f"Known codes: {said}.")


async def known_regencies() -> list[str]:
    """The codes of the regencies in the database, in order."""
    return [region.code for region in await Region.filter(level=RegionLevel.REGENCY).order_by("code")]
