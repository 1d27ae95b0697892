"""Checking a statement that somebody was shown."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from kurir_api.models import Region, Statement
from kurir_api.services.contributions.totals import Period, Totals
from kurir_api.services.documents.codes import read_code
from kurir_api.services.documents.issuing import still_says_the_same


@dataclass(frozen=True, slots=True)
class Checked:
    """What was issued under a code. `issued_on`: the regency's day. `unchanged`: the books still say the same."""

    code: str
    partner: str
    regency: str
    period: Period
    totals: Totals
    issued_on: date
    digest: str
    unchanged: bool


async def check_statement(typed: str) -> Checked | None:
    """What was issued under the code that somebody typed; None if nothing was. For everybody: it names no person."""
    code = read_code(typed)
    found = code and await Statement.get_or_none(code=code).select_related("organization")
    if not found:
        return None
    regency = await Region.get(code=found.regency_code)
    return Checked(
        code=found.code,
        partner=found.organization.name,
        regency=regency.name,
        period=Period(found.first_day, found.last_day),
        totals=Totals(**found.totals),
        issued_on=found.issued_at.astimezone(ZoneInfo(regency.time_zone)).date(),
        digest=found.digest,
        unchanged=await still_says_the_same(found),
    )
