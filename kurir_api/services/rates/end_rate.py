"""The office ends a rate."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from tortoise.expressions import Q

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, NotAllowed, NotFound
from kurir_api.models import Rate
from kurir_api.services.contributions.calendar import local_day
from kurir_api.services.rates.set_rate import RATE_SETTERS
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_rates


@dataclass(frozen=True, kw_only=True)
class EndRate(Command):
    """`valid_until`: the last day on which the rate holds, today or later."""

    rate_id: UUID
    valid_until: date


@use_case
async def end_rate(principal: Principal, command: EndRate) -> UUID:
    """The rate's id. One that has ended, or ends today, stays as it was.

    Raises NotFound, NotAllowed, InvalidInput.
    """
    rate = await visible_rates(principal).get_or_none(id=command.rate_id)
    if rate is None:
        raise NotFound
    if not principal.reaches(rate.regency_code, *RATE_SETTERS):
        raise NotAllowed
    today = await local_day(rate.regency_code, datetime.now(UTC))
    if command.valid_until < max(today, rate.valid_from):
        raise InvalidInput.of(
            "validUntil",
            id="Isi hari ini atau sesudahnya, dan tidak sebelum tarif mulai berlaku.",
            en="Give today or a later day, and none before the rate begins.",
        )
    going_on = Rate.filter(Q(valid_until=None) | Q(valid_until__gt=today), id=rate.id)
    if not await going_on.update(valid_until=command.valid_until):
        raise InvalidInput.of(
            "rateId",
            id="Tarif ini sudah berakhir, atau berakhir hari ini; buat tarif baru mulai besok.",
            en="This rate has ended, or ends today; set a new one from tomorrow on.",
        )
    return rate.id
