"""The operator sends the test alert now, instead of waiting for the weekly one."""

from datetime import datetime

from kurir_api.dispatch.drills import run_drill
from kurir_api.errors import Problems
from kurir_api.services.places.check_regency import check_regency


async def send_drill(regency: str, now: datetime) -> int:
    """To how many members it goes: the volunteers of the regency who are on duty. Raises InvalidInput."""
    problems = Problems()
    await check_regency(problems, "regency", regency)
    problems.refuse()
    return await run_drill(regency, now)
