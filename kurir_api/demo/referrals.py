"""Referrals at every stage, made by the use cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from kurir_api.auth import Principal, principal_of_phone
from kurir_api.demo.kebumen import (
    BANYUMAS_OFFICER,
    BAZNAS_OFFICER,
    KIS_OFFICER,
    REGENCY_DESK,
)
from kurir_api.demo.patients import InventedPatient, invented_patient
from kurir_api.demo.people import DESK_OFFICER
from kurir_api.models import Patient, Programme, ReferralStatus, Region, regency_of
from kurir_api.services.cases.register_patient import RegisterPatient, register_patient
from kurir_api.services.referrals.move_referral import MoveReferral, move_referral
from kurir_api.services.referrals.papers import see_papers
from kurir_api.services.referrals.refer import send_referral
from kurir_api.services.working_days.reckoning import working_days

S = ReferralStatus
SEEN = ("ID_CARD", "FAMILY_CARD")
"""The documents that the desk has looked at."""

ASKED = "Mohon lampirkan surat keterangan tidak mampu dari desa."
NOTES = {S.INFO_REQUESTED: ASKED, S.REFUSED: "Sudah menerima bantuan serupa tahun ini."}
"""What the officer says."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A patient of `village` referred to `programme` so many days ago by the desk officer with the phone `desk`.
    `moves`: what the officer with the phone `officer` has made of it since.
    """

    village: str
    programme: str
    days: int
    desk: str
    officer: str
    moves: tuple[ReferralStatus, ...]


def _of_kebumen(village: str, programme: str, days: int, officer: str, *moves: ReferralStatus) -> Sent:
    return Sent(village, programme, days, REGENCY_DESK, officer, moves)


def _of_banyumas(village: str, programme: str, days: int, *moves: ReferralStatus) -> Sent:
    return Sent(village, programme, days, DESK_OFFICER, BANYUMAS_OFFICER, moves)


SENT: Sequence[Sent] = (
    _of_kebumen("33.05.10.2010", "KIS_PBI", 21, KIS_OFFICER),
    _of_kebumen("33.05.10.2007", "KIS_PBI", 1, KIS_OFFICER),
    _of_kebumen("33.05.10.2008", "KIS_PBI", 2, KIS_OFFICER, S.INFO_REQUESTED),
    _of_kebumen("33.05.18.2005", "KIS_REACTIVATION", 2, KIS_OFFICER, S.ACCEPTED),
    _of_kebumen("33.05.21.2009", "BAZNAS_AID", 5, BAZNAS_OFFICER, S.ACCEPTED, S.IN_PROCESS),
    _of_kebumen("33.05.10.2007", "KIS_PBI", 4, KIS_OFFICER, S.ACCEPTED, S.IN_PROCESS, S.GRANTED),
    _of_kebumen("33.05.01.2005", "BAZNAS_AID", 9, BAZNAS_OFFICER, S.ACCEPTED, S.IN_PROCESS, S.REFUSED),
    _of_banyumas("33.02.23.2005", "KIS_PBI", 2),
    _of_banyumas("33.02.14.2008", "KIS_REACTIVATION", 3, S.ACCEPTED, S.IN_PROCESS, S.GRANTED),
)
"""The first is overdue, with nobody having looked at it."""


async def add_referrals(now: datetime) -> None:
    """All of them. For the transaction that loads the demo, when people and programmes are there."""
    random = Random(len(SENT))  # noqa: S311 - invented people, not secrets
    people = {phone: await principal_of_phone(phone) for one in SENT for phone in (one.desk, one.officer)}
    programmes = {(row.regency_code, row.code): row for row in await Programme.all()}
    places = {row.code: row for row in await Region.filter(code__in=[one.village for one in SENT])}
    for one in SENT:
        place, desk = places[one.village], people[one.desk]
        point = (place.latitude or 0.0, place.longitude or 0.0)
        patient = invented_patient(random, village=one.village, point=point)
        programme = programmes[regency_of(one.village), one.programme]
        referral_id = await _send(desk, programme, patient, now - timedelta(days=one.days))
        for to in one.moves:
            await move_referral(people[one.officer], MoveReferral(referral_id=referral_id, to=to, note=NOTES.get(to)))


async def _send(desk: Principal, programme: Programme, patient: InventedPatient, at: datetime) -> UUID:
    """The new referral's id."""
    registered = await register_patient(desk, RegisterPatient(patient=patient.details()))
    referral = await send_referral(
        desk,
        programme,
        await Patient.get(id=registered.patient_id),
        note="Keluarga tidak mampu, mohon bantuannya.",
        consent=True,
        now=at,
        days=await working_days(programme.regency_code),
    )
    await see_papers(referral, SEEN, desk.member_id, at)
    return referral.id
