"""The office says what the regency covers of a category of costs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from tortoise.connection import get_connection
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, NotAllowed, Problems
from kurir_api.models import CostCategory, Rate, RateUnit, Region, RegionLevel, Role, new_id
from kurir_api.services.cases.care_classes import check_care_class
from kurir_api.services.contributions.calendar import local_day
from kurir_api.services.money.amounts import check_rupiah
from kurir_api.services.rates.in_force import holding
from kurir_api.services.texts import fitting
from kurir_api.services.use_case import Command, use_case

RATE_SETTERS = (Role.ADMIN, Role.COORDINATOR)
MOST_UNITS = 10_000
LONGEST_SOURCE = 200

# A rate is set with a look at the others of its category.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('rates'), hashtext($1 || ' ' || $2))"


@dataclass(frozen=True, kw_only=True)
class SetRate(Command):
    """See models.Rate. `region`: the regency's code."""

    region: str
    category: CostCategory
    unit: RateUnit
    amount: int
    max_units: int | None = None
    yearly_cap: int | None = None
    care_class: int | None = None
    valid_from: date
    valid_until: date | None = None
    source: str


@use_case
async def set_rate(principal: Principal, command: SetRate) -> UUID:
    """The rate's id. What was in force stays as it was: a new rate begins after today, or on a day since which none
    was for the same beds. One that has yet to begin is replaced by another with the same beginning.

    By administrators and coordinators of the whole regency. Raises NotAllowed, InvalidInput.
    """
    source = await _check(command)
    if not principal.reaches(command.region, *RATE_SETTERS):
        raise NotAllowed
    await get_connection("default").execute_query(ONE_AT_A_TIME, [command.region, command.category])
    rates = Rate.filter(regency_code=command.region, category=command.category)
    today = await local_day(command.region, datetime.now(UTC))
    if command.valid_from <= today and await holding(_touched(rates, command), command.valid_from, today).exists():
        raise InvalidInput.of(
            "validFrom",
            id="Tarif yang sudah berlaku tidak diubah; mulai tarif baru sesudah hari ini.",
            en="A rate that was in force is never changed; let the new one begin after today.",
        )
    same = rates.filter(care_class=command.care_class, valid_from=command.valid_from)
    rate = await same.get_or_none() or Rate(id=new_id(), regency_code=command.region)
    rate.update_from_dict(_values(command) | {"source": source})
    await rate.save()
    return rate.id


def _touched(rates: QuerySet[Rate], command: SetRate) -> QuerySet[Rate]:
    """Those that this one would come before, or stand in for: a rate for all is for every class."""
    if command.care_class is None:
        return rates
    return rates.filter(Q(care_class=command.care_class) | Q(care_class=None))


async def _check(command: SetRate) -> str | None:
    """The source, cleaned. Raises InvalidInput naming everything to mend."""
    problems = Problems()
    if not await Region.filter(code=command.region, level=RegionLevel.REGENCY).exists():
        problems.add("region", id="Pilih kabupaten atau kota.", en="Choose a regency.")
    check_rupiah(problems, "amount", command.amount)
    _check_limits(command, problems)
    check_care_class(problems, command.care_class)
    if command.valid_until is not None and command.valid_until < command.valid_from:
        problems.add(
            "validUntil", id="Sebelum tanggal mulai; tukar keduanya.", en="Before the first day; swap the two."
        )
    source = fitting(problems, "source", command.source, LONGEST_SOURCE, required=True)
    problems.refuse()
    return source


def _check_limits(command: SetRate, problems: Problems) -> None:
    if command.max_units is not None and command.unit is RateUnit.CASE:
        problems.add(
            "maxUnits",
            id="Kosongkan: tarif per kasus sudah sekali untuk setiap kasus.",
            en="Leave it out: a rate for a case is once in each case.",
        )
    elif command.max_units is not None and not 1 <= command.max_units <= MOST_UNITS:
        problems.add("maxUnits", id="Isi 1 sampai 10.000, atau kosongkan.", en="Give 1 to 10,000, or nothing.")
    if command.yearly_cap is None:
        return
    check_rupiah(problems, "yearlyCap", command.yearly_cap)
    if 0 < command.yearly_cap < command.amount:
        problems.add(
            "yearlyCap",
            id="Lebih kecil dari tarif untuk satu satuan; periksa angkanya.",
            en="Below the rate for a single unit; check the figures.",
        )


def _values(command: SetRate) -> dict[str, object]:
    return {
        "category": command.category,
        "unit": command.unit,
        "amount": command.amount,
        "max_units": command.max_units,
        "yearly_cap": command.yearly_cap,
        "care_class": command.care_class,
        "valid_from": command.valid_from,
        "valid_until": command.valid_until,
    }
