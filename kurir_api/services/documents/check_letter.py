"""Checking a letter that somebody was shown."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from kurir_api.models import Letter, ReferralStatus, Region
from kurir_api.services.documents.codes import read_code


@dataclass(frozen=True, slots=True)
class CheckedLetter:
    """What was issued under a code. `issued_on`: the regency's day. `valid`: its referral wasn't revoked since."""

    code: str
    number: str
    issued_on: date
    programme: str
    regency: str
    valid: bool


async def check_letter(typed: str) -> CheckedLetter | None:
    """The letter that was issued under the code that somebody typed; None if none was. For everybody: it names no
    person.
    """
    code = read_code(typed)
    found = code and await Letter.get_or_none(code=code).select_related("referral__programme")
    if not found:
        return None
    regency = await Region.get(code=found.regency_code)
    return CheckedLetter(
        code=found.code,
        number=found.number,
        issued_on=found.issued_at.astimezone(ZoneInfo(regency.time_zone)).date(),
        programme=found.referral.programme.name_id,
        regency=regency.name,
        valid=found.referral.status != ReferralStatus.REVOKED,
    )
