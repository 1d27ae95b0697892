"""What a regency covers."""

from datetime import UTC, date, datetime

from kurir_api.auth import Principal
from kurir_api.models import CostCategory, Rate, regency_of
from kurir_api.services.contributions.calendar import local_day
from kurir_api.services.rates.in_force import of_each_class, on_day
from kurir_api.services.visibility import visible_rates


async def find_rates(
    principal: Principal, region: str | None = None, category: CostCategory | None = None, on: date | None = None
) -> list[Rate]:
    """The visible rates in force on the day, else today: of the region's regency, else the caller's own; by category,
    those for all classes last. Two statements.
    """
    regency_code = regency_of(region or principal.regency_code)
    day = on or await local_day(principal.regency_code, datetime.now(UTC))
    rates = visible_rates(principal).filter(regency_code=regency_code)
    if category is not None:
        rates = rates.filter(category=category)
    return of_each_class(await on_day(rates, day))
