"""An officer looks up whether a person is in the registry, and which aid they get."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import orjson
from tortoise.transactions import in_transaction

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, LookedUpTooOften, Problems
from kurir_api.models import (
    AidLookup,
    LookupKey,
    LookupOutcome,
    Programme,
    Region,
    RegistryPerson,
    new_id,
    regency_of,
)
from kurir_api.services.aid.finding import by_name, by_national_id, desk_regencies
from kurir_api.services.aid.limits import possible_again
from kurir_api.services.names import sounds
from kurir_api.services.registry.lines import LONGEST_NAME
from kurir_api.services.sixteen_digits import SEPARATORS, optional_digits
from kurir_api.services.texts import cleaned, fitting
from kurir_api.vault import vault

SHORTEST_PURPOSE, LONGEST_PURPOSE = 10, 500
A_NATIONAL_ID = re.compile(r"\d{16}")
VILLAGE_CODE = re.compile(r"\d{2}\.\d{2}\.\d{2}\.\d{4}")


@dataclass(frozen=True, kw_only=True)
class LookAidUp:
    """By `national_id`, or by the whole `name` and the code of the village, `region`."""

    national_id: str | None = None
    name: str | None = None
    region: str | None = None
    purpose: str


@dataclass(frozen=True, slots=True)
class Aid:
    """What a person gets of a programme, on the days `since` to `until`; null where the register doesn't say."""

    programme: Programme
    since: date | None
    until: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the caller may know of a person."""

    masked_name: str
    region_id: str
    decile: int | None
    aid: tuple[Aid, ...]


async def aid_lookup(principal: Principal, command: LookAidUp) -> Known | None:
    """The person; None where there is nobody, or nobody in the caller's desk regions: nothing tells the two apart,
    neither does the time it takes. Every look-up is written down, refused ones too, so this is no `use_case`, which
    would undo them.

    Raises InvalidInput (for nobody can be looked up so, or several bear the name), LookedUpTooOften.
    """
    asked = _checked(command)
    async with in_transaction():
        now = datetime.now(UTC)
        again = await possible_again(principal.member_id, now)
        people = [] if again else await _found(principal, asked)
        outcome = LookupOutcome.LIMITED if again else _outcome(people)
        await _write_down(principal, asked, outcome, now)
        known = await _known(people[0]) if outcome is LookupOutcome.FOUND else None
    if again:
        raise LookedUpTooOften(await _clock(principal, again))
    if outcome is LookupOutcome.SEVERAL:
        raise InvalidInput.of(
            "nationalId",
            id="Beberapa orang bernama sama di desa itu; cari dengan NIK.",
            en="Several people of that village bear this name; look up by national id.",
        )
    return known


def _checked(command: LookAidUp) -> LookAidUp:
    """The command as it is carried out. Raises InvalidInput, which repeats nothing."""
    problems = Problems()
    purpose = fitting(problems, "purpose", command.purpose, LONGEST_PURPOSE, required=True) or ""
    if 0 < len(purpose) < SHORTEST_PURPOSE:
        problems.add(
            "purpose",
            id=f"Tulis tujuannya, sekurangnya {SHORTEST_PURPOSE} huruf.",
            en=f"Say what for, in at least {SHORTEST_PURPOSE} characters.",
        )
    if A_NATIONAL_ID.search(purpose.translate(SEPARATORS)):
        problems.add("purpose", id="Jangan tulis NIK di sini.", en="Don't write a national id here.")
    digits = optional_digits(problems, "nationalId", command.national_id)
    name, region = cleaned(command.name), cleaned(command.region)
    if (digits is None) == (name is None):
        problems.add(
            "nationalId", id="Isi NIK, atau nama dan desa.", en="Give a national id, or a name and a village."
        )
    if name and (len(name) > LONGEST_NAME or not sounds(name)):
        problems.add("name", id="Tulis nama lengkapnya.", en="Give the whole name.")
    if name and not VILLAGE_CODE.fullmatch(region or ""):
        problems.add("region", id="Pilih desanya.", en="Choose the village.")
    problems.refuse()
    return LookAidUp(national_id=digits, name=name, region=region if name else None, purpose=purpose)


async def _found(principal: Principal, asked: LookAidUp) -> list[RegistryPerson]:
    if asked.national_id:
        return await by_national_id(principal, asked.national_id)
    return await by_name(principal, asked.name or "", asked.region or "")


def _outcome(people: list[RegistryPerson]) -> LookupOutcome:
    return [LookupOutcome.NOT_FOUND, LookupOutcome.FOUND, LookupOutcome.SEVERAL][len(people[:2])]


async def _write_down(principal: Principal, asked: LookAidUp, outcome: LookupOutcome, now: datetime) -> None:
    by = LookupKey.NATIONAL_ID if asked.national_id else LookupKey.NAME
    subject = asked.national_id or " ".join(sorted((asked.region or "", *sounds(asked.name or ""))))
    rows = [
        AidLookup(
            id=new_id(),
            regency_code=regency,
            member_id=principal.member_id,
            by=by,
            subject_index=vault().index(f"aid_lookup.{by}", subject),
            region_id=asked.region,
            outcome=outcome,
            at=now,
        )
        for regency in _registers(principal, asked)
    ]
    for row in rows:
        row.purpose = asked.purpose
    await AidLookup.bulk_create(rows)


def _registers(principal: Principal, asked: LookAidUp) -> set[str]:
    """The regencies in whose registers is looked: that of the village, if it has a desk of the caller's."""
    regencies = desk_regencies(principal)
    of_village = regencies & {regency_of(asked.region)} if asked.region else set()
    return of_village or regencies


async def _known(person: RegistryPerson) -> Known:
    given = orjson.loads(person.aid)
    codes = [code for code, *_ in given]
    rows = await Programme.filter(regency_code=person.regency_code, code__in=codes)
    programmes = {programme.code: programme for programme in rows}
    aid = tuple(Aid(programmes[code], _day(since), _day(until), source) for code, since, until, source in given)
    return Known(person.masked_name, person.region_id, person.decile, aid)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


async def _clock(principal: Principal, moment: datetime) -> str:
    """The moment by the clocks of the caller's regency, to the minute after."""
    regency = await Region.get(code=principal.regency_code)
    return f"{moment.astimezone(ZoneInfo(regency.time_zone)):%d-%m-%Y %H.%M}"
