"""On which days offices are closed."""

from datetime import date

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput
from kurir_api.models import Holiday
from kurir_api.services.visibility import visible_holidays

FIRST_YEAR, LAST_YEAR = 2000, 2100


async def find_holidays(principal: Principal, year: int) -> list[Holiday]:
    """The nation's and those of the caller's regencies in the year, first first. Raises InvalidInput."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput.of(
            "year", id=f"Isi {FIRST_YEAR} sampai {LAST_YEAR}.", en=f"Use {FIRST_YEAR} to {LAST_YEAR}."
        )
    days = visible_holidays(principal).filter(day__gte=date(year, 1, 1), day__lte=date(year, 12, 31))
    return await days.order_by("day", "regency_code")
