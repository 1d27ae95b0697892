"""The letter of recommendation of a referral (PDF), to take along to the programme's agency."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.transactions import in_transaction

from kurir_api.auth import Principal
from kurir_api.errors import NotFound
from kurir_api.figures import day
from kurir_api.models import (
    RECOMMENDED,
    AccessAction,
    Letter,
    Membership,
    Referral,
    ReferralDocument,
    Region,
    Role,
    new_id,
    region_and_above,
)
from kurir_api.services.accesses import accounted, note
from kurir_api.services.contributions.calendar import local_day
from kurir_api.services.documents.codes import in_groups, new_code
from kurir_api.services.documents.typesetting import typeset
from kurir_api.services.numbers import next_number
from kurir_api.services.visibility import DESK, visible_referrals

CLASSIFICATION = "460"
"""Under which Indonesian offices usually file social affairs; from memory, an office may have another."""


async def letter(principal: Principal, referral_id: UUID, check_url: str, now: datetime) -> bytes:
    """The referral's letter, which is issued with the first call and keeps its number, day and code; what it says of
    the person is as of now.

    Raises NotFound, also for who isn't of the desk, for a referral that came to nothing, or is over, and for a
    patient who withdrew consent.
    """
    async with in_transaction(), accounted("letter", within=True):
        issued = await _issued(principal, referral_id, now)
        data = await _data(principal, issued, check_url)
    return await typeset("letter", data, issued.issued_at)


async def _issued(principal: Principal, referral_id: UUID, now: datetime) -> Letter:
    if not await visible_referrals(principal).filter(id=referral_id).exists():
        raise NotFound
    # Locked, so that of several that ask at once one issues it.
    referral = await Referral.select_for_update().get(id=referral_id)
    if referral.status not in RECOMMENDED or not principal.reaches(referral.region_id, *DESK):
        raise NotFound
    issued = await Letter.get_or_none(referral_id=referral_id)
    if issued is None:
        issued = await Letter.create(
            id=new_id(),
            regency_code=referral.regency_code,
            number=await _number(referral.regency_code, now),
            code=new_code(),
            referral_id=referral_id,
            issued_by_id=principal.member_id,
            issued_at=now,
        )
    return issued


async def _number(regency_code: str, now: datetime) -> str:
    """Such as "460/0012/3302/2026": what it is about, the next letter, the regency, the year there."""
    year = (await local_day(regency_code, now)).year
    return f"{CLASSIFICATION}/{await next_number('letter'):04d}/{regency_code.replace('.', '')}/{year}"


async def _data(principal: Principal, issued: Letter, check_url: str) -> dict[str, Any]:
    referral = await Referral.get(id=issued.referral_id).select_related("patient", "programme__organization")
    await issued.fetch_related("issued_by")
    patient, programme = referral.patient, referral.programme
    if patient.withheld:
        raise NotFound
    note(
        patient,
        AccessAction.EXPORTED,
        ("nationalId", "birthDate"),
        who=principal,
        ground=f"referral:{referral.id}",
    )
    places = {row.code: row for row in await Region.filter(code__in=region_and_above(referral.region_id))}
    regency = places[referral.regency_code]
    seen = set(await ReferralDocument.filter(referral_id=referral.id).values_list("code", flat=True))
    born = [["Tanggal lahir", day(patient.birth_date)]] if patient.birth_date else []
    masked = [["NIK (empat angka terakhir)", patient.masked_national_id]] if patient.masked_national_id else []
    return {
        "regency": regency.name,
        "place": regency.name.removeprefix("Kabupaten ").removeprefix("Kota "),
        "office": await _office(issued),
        "number": issued.number,
        "day": day(issued.issued_at.astimezone(ZoneInfo(regency.time_zone)).date()),
        "programme": programme.name_id,
        "agency": programme.organization.name,
        "referral": referral.number,
        "person": [["Nama", patient.name], *masked, *born, ["Alamat", _residence(places, referral.region_id)]],
        "documents": [one["id"] for one in programme.documents if one["code"] in seen],
        "officer": issued.issued_by.name,
        "code": in_groups(issued.code),
        "check_url": check_url,
    }


def _residence(places: dict[str, Region], code: str) -> str:
    """ "Desa/Kelurahan Karangnangka, Kecamatan Kedungbanteng, Kabupaten Banyumas"."""
    titles = {"VILLAGE": "Desa/Kelurahan ", "SUBDISTRICT": "Kecamatan ", "REGENCY": ""}
    around = [places[one] for one in sorted(region_and_above(code), reverse=True) if one in places]
    return ", ".join(f"{titles[row.level]}{row.name}" for row in around if row.level in titles)


async def _office(issued: Letter) -> str:
    """The name of the regency's office: that of its first administrator, else of whoever issued the letter."""
    administrators = Membership.filter(role=Role.ADMIN, region_id=issued.regency_code)
    at_the_desk = Membership.filter(role__in=DESK, member_id=issued.issued_by_id)
    for rows in (administrators, at_the_desk):
        membership = await rows.order_by("id").first().select_related("organization")
        if membership is not None:
            return membership.organization.name
    return ""
