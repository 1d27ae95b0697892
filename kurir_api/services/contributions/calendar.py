"""Days and months of a regency's calendar."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kurir_api.models import Region


async def local_day(regency_code: str, moment: datetime) -> date:
    """The day it was in the regency."""
    regency = await Region.get(code=regency_code)
    return moment.astimezone(ZoneInfo(regency.time_zone)).date()


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


def last_day(month: date) -> date:
    """The month's last day."""
    return next_month(month) - timedelta(days=1)
