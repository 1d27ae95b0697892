"""Which regions are asked about, and how much of them the asking person may know."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.expressions import Q

from kurir_api.auth import Principal
from kurir_api.errors import NotFound, Problems
from kurir_api.models import Region, RegionLevel, Role, lies_within, regency_of, region_and_above
from kurir_api.services.contributions.calendar import last_day
from kurir_api.services.contributions.totals import Period
from kurir_api.services.visibility import OFFICE, visible_statistics

MOST_YEARS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The asked `regions`, by code, none within another; `known`: where the asking person may know everything.

    `partners`: whose lines of work and money the person reviews, and so knows. `guarded`: not everything is known.
    `subdistricts`: of the regencies that are asked for as a whole, in how many of their sub-districts the person may
    not know everything.
    """

    regions: Sequence[str]
    known: Sequence[str]
    partners: Sequence[UUID] = ()
    guarded: bool = False
    subdistricts: Mapping[str, int]


async def asked_scope(principal: Principal, regions: Sequence[str], period: Period, now: datetime) -> Scope:
    """Of the regions, none within another; without any of all regencies the principal works in. One statement.

    Raises NotFound for a region that there is not, or where the principal has nothing to do; InvalidInput for a
    period that is too long, and for villages and parts of months when the principal is an outsider.
    """
    own = visible_statistics(principal)
    if not all(any(lies_within(asked, code) for code in own) for asked in regions):
        raise NotFound
    asked = list(regions) or [code for code in sorted(own) if not own & set(region_and_above(code)[:-1])]
    office = principal.regions(*OFFICE)
    guarded = not all(principal.reaches(code, *OFFICE) for code in asked)
    rows = await _regions(asked)
    problems = Problems()
    check_length(problems, period)
    if guarded:
        _check_region(problems, rows, asked)
        _check_months(problems, period, min(now.astimezone(ZoneInfo(row.time_zone)).date() for row in rows.values()))
    problems.refuse()
    unknown = [row for row in rows.values() if not principal.reaches(row.code, *OFFICE)]
    return Scope(
        regions=asked,
        known=sorted(office),
        partners=sorted(principal.organizations(Role.PARTNER_REVIEWER)),
        guarded=guarded,
        subdistricts=_subdistricts(unknown, asked),
    )


async def whole_scope(region: str) -> Scope:
    """Of a region, everything: for the office's operator. Raises NotFound."""
    await _regions([region])
    return Scope(regions=[region], known=[region], subdistricts={})


async def _regions(asked: Sequence[str]) -> dict[str, Region]:
    """The asked regions, and the sub-districts and regencies that they are part of or consist of."""
    below = Q(*(Q(code__startswith=f"{code}.") for code in asked), join_type=Q.OR)
    parts = below & Q(level__in=(RegionLevel.REGENCY, RegionLevel.SUBDISTRICT))
    found = await Region.filter(Q(code__in=[*asked, *map(regency_of, asked)]) | parts)
    rows = {row.code: row for row in found}
    if not rows.keys() >= set(asked):
        raise NotFound
    return rows


def _subdistricts(rows: Iterable[Region], asked: Sequence[str]) -> dict[str, int]:
    """How many of the rows are sub-districts, by regency, of the regencies that lie in what is asked for."""
    parts = [row.code for row in rows if row.level is RegionLevel.SUBDISTRICT]
    whole = [code for code in map(regency_of, parts) if any(lies_within(code, one) for one in asked)]
    return dict(Counter(whole))


def check_length(problems: Problems, period: Period) -> None:
    """Note a period of more than ten years."""
    if period.last_day.year - period.first_day.year > MOST_YEARS:
        problems.add(
            "period.to",
            id=f"Paling lama {MOST_YEARS} tahun; pilih jangka yang lebih pendek.",
            en=f"At most {MOST_YEARS} years; choose a shorter period.",
        )


def _check_region(problems: Problems, rows: Mapping[str, Region], asked: Sequence[str]) -> None:
    if any(rows[code].level is RegionLevel.VILLAGE for code in asked):
        problems.add(
            "region",
            id="Angka desa hanya untuk kantornya; pilih kecamatan atau kabupaten.",
            en="Villages' figures are for their office only; choose a sub-district or regency.",
        )


def _check_months(problems: Problems, period: Period, today: date) -> None:
    """An outsider who watched a month day by day would learn of each patient as they come."""
    if period.first_day.day != 1:
        problems.add("period.from", id="Mulai dari tanggal 1.", en="Begin with the first day of a month.")
    if period.last_day != last_day(period.last_day):
        problems.add("period.to", id="Akhiri dengan hari terakhir sebuah bulan.", en="End with a month's last day.")
    elif period.last_day >= today:
        end = today.replace(day=1) - timedelta(days=1)
        problems.add(
            "period.to",
            id=f"Hanya bulan yang sudah lewat: sampai {end:%Y-%m-%d}.",
            en=f"Only months that are over: up to {end:%Y-%m-%d}.",
        )
