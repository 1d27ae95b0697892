"""Numbers for people: each once, in order, with gaps where something came to nothing."""

from datetime import datetime

from tortoise.connection import get_connection

from kurir_api.services.contributions.calendar import local_day


async def next_number(of: str) -> int:
    """The next one of a "task", "case", "report", "referral" or "letter"."""
    rows = await get_connection("default").execute_query_dict("SELECT nextval($1::regclass) AS n", [f"{of}_number"])
    return int(rows[0]["n"])


async def dated_number(of: str, regency_code: str, now: datetime, letter: str = "") -> str:
    """Such as "3302-2026-0001", or "3302-R2026-0001": the regency, the year there, and the next one."""
    year = (await local_day(regency_code, now)).year
    return f"{regency_code.replace('.', '')}-{letter}{year}-{await next_number(of):04d}"
