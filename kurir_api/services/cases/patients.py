"""Who a patient is: checked, found by national id or registered anew."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from stdnum.exceptions import ValidationError
from stdnum.id import nik

from kurir_api.auth import Principal
from kurir_api.dispatch.geo import Point
from kurir_api.errors import CaseAlreadyOpen, InvalidInput, NotAllowed, Problems, Words
from kurir_api.models import AccessAction, Case, CaseStatus, Patient, Region, RegionLevel, Sex, new_id, regency_of
from kurir_api.services.accesses import note
from kurir_api.services.alone import alone_with
from kurir_api.services.cases.duplicates import NAME, likely_duplicates
from kurir_api.services.consent.withheld import note_withheld
from kurir_api.services.names import tokens
from kurir_api.services.phones import optional_e164
from kurir_api.services.sixteen_digits import NO_FAMILY_CARD, optional_digits
from kurir_api.services.texts import LONGEST_NOTE, fitting
from kurir_api.services.visibility import DESK, visible_cases

LONGEST_NAME, LONGEST_ADDRESS = 120, 500
LOGGED = {
    "national_id": "nationalId",
    "family_card": "familyCard",
    "birth_date": "birthDate",
    "sex": "sex",
    "address": "address",
    "landmark": "landmark",
    "location": "location",
    "phone": "phone",
    "diagnosis": "diagnosis",
}
"""What is put into the row if it is given, and by which name the log of accesses knows it."""

OLDEST = timedelta(days=round(130 * 365.25))
KNOWN_BEFORE = Words(
    id="NIK ini sudah terdaftar; data pasien itu dilengkapi dengan isian Anda.",
    en="This national id was registered before; that patient was updated with what you gave.",
)
ODD_NATIONAL_ID = Words(
    id="Kode wilayah atau tanggal di NIK tidak lazim; cocokkan dengan KTP.",
    en="The place code or the date within the national id is unusual; compare it with the id card.",
)
OTHER_BIRTH_DATE = Words(
    id="Tanggal lahir berbeda dari yang ada di NIK; cocokkan dengan KTP.",
    en="The birth date differs from the one within the national id; compare it with the id card.",
)


@dataclass(frozen=True, kw_only=True)
class PatientDetails:
    """What the desk writes down of a patient; `region` is a village's or sub-district's code."""

    name: str
    region: str
    consent: bool
    consent_note: str | None = None
    national_id: str | None = None
    family_card: str | None = None
    birth_date: date | None = None
    sex: Sex | None = None
    address: str | None = None
    landmark: str | None = None
    location: Point | None = None
    phone: str | None = None
    diagnosis: str | None = None


async def checked(problems: Problems, principal: Principal, details: PatientDetails, now: datetime) -> PatientDetails:
    """The details as they are stored; what can't be used is noted under "patient". No message repeats a value."""
    found = replace(
        details,
        name=" ".join((fitting(problems, "patient.name", details.name, LONGEST_NAME, required=True) or "").split()),
        national_id=optional_digits(problems, "patient.nationalId", details.national_id),
        family_card=optional_digits(problems, "patient.familyCard", details.family_card, NO_FAMILY_CARD),
        address=fitting(problems, "patient.address", details.address, LONGEST_ADDRESS),
        landmark=fitting(problems, "patient.landmark", details.landmark, LONGEST_ADDRESS),
        phone=optional_e164(problems, "patient.phone", details.phone),
        diagnosis=fitting(problems, "patient.diagnosis", details.diagnosis, LONGEST_NOTE),
        consent_note=fitting(problems, "patient.consentNote", details.consent_note, LONGEST_NOTE),
    )
    if not found.consent and found.consent_note is None:
        problems.add(
            "patient.consentNote",
            id="Tanpa persetujuan, tulis alasan data tetap dicatat.",
            en="Without consent, say why the data is recorded all the same.",
        )
    await _check_region(problems, principal, found, now)
    return found


async def _check_region(problems: Problems, principal: Principal, details: PatientDetails, now: datetime) -> None:
    """The region, and the birth date by the region's calendar."""
    levels = (RegionLevel.SUBDISTRICT, RegionLevel.VILLAGE)
    region = await Region.get_or_none(code=details.region, level__in=levels)
    if region is None or not principal.reaches(region.code, *DESK):
        problems.add(
            "patient.region",
            id="Pilih desa atau kecamatan di wilayah kerja Anda.",
            en="Choose a village or sub-district where you work.",
        )
    today = now.astimezone(ZoneInfo(region.time_zone if region else "UTC")).date()
    if details.birth_date and not today - OLDEST <= details.birth_date <= today:
        problems.add("patient.birthDate", id="Periksa tanggal lahirnya.", en="Check the birth date.")


async def register_or_find(
    principal: Principal, details: PatientDetails, now: datetime
) -> tuple[Patient, list[Words]]:
    """The patient with these checked details, saved, and what to look into.

    One patient per national id in a regency: one who is known is locked and takes over what was given. Raises
    InvalidInput when that is another desk's patient (of whom, it doesn't say), or one who withdrew consent.
    """
    warnings = [ODD_NATIONAL_ID] if details.national_id and not nik.is_valid(details.national_id) else []
    if _contradicts(details.national_id, details.birth_date):
        warnings.append(OTHER_BIRTH_DATE)
    patient = await _known(details)
    if patient is None:
        patient = Patient(id=new_id(), regency_code=regency_of(details.region))
        _write(patient, details, principal, now)
        await patient.save(force_create=True)
    else:
        if not principal.reaches(patient.region_id, *DESK):
            raise InvalidInput.of(
                "patient.nationalId",
                id="NIK ini hanya bisa dipakai oleh desk kabupaten. Cocokkan dengan KTP, lalu hubungi mereka.",
                en="Only the regency's desk can use this national id. Compare it with the id card, then ask them.",
            )
        # Also with consent: the usual form has it ticked, and to withdraw was a decision.
        problems = Problems()
        note_withheld(problems, "patient.consent", patient)
        problems.refuse()
        _write(patient, details, principal, now)
        await patient.save()
        warnings.append(KNOWN_BEFORE)
    return patient, warnings + await likely_duplicates(principal, patient)


def _contradicts(national_id: str | None, birth_date: date | None) -> bool:
    """Whether the birth date within the national id is another; it holds the year's last two digits only."""
    if national_id is None or birth_date is None:
        return False
    try:
        within = nik.get_birth_date(national_id)
    except ValidationError:
        return False
    return (within.day, within.month, within.year % 100) != (birth_date.day, birth_date.month, birth_date.year % 100)


async def _known(details: PatientDetails) -> Patient | None:
    if details.national_id is None:
        return None
    indexes = Patient.national_id.indexes(details.national_id)
    await alone_with(indexes)
    return (
        await Patient.select_for_update()
        .filter(regency_code=regency_of(details.region), national_id_index__in=indexes)
        .first()
    )


def _write(patient: Patient, details: PatientDetails, principal: Principal, now: datetime) -> None:
    """Put what was given into the row; what was not given stays."""
    patient.name, patient.region_id = details.name, details.region
    patient.name_tokens = tokens(NAME, details.name)
    patient.consent, patient.consent_note = details.consent, details.consent_note
    patient.consent_by_id, patient.consent_at = principal.member_id, now
    given = {column: getattr(details, column) for column in LOGGED if getattr(details, column) is not None}
    place: Point | None = given.pop("location", None)
    if place is not None:
        patient.latitude, patient.longitude = place.latitude, place.longitude
    for column, value in given.items():
        setattr(patient, column, value)
    names = [name for column, name in LOGGED.items() if getattr(details, column) is not None]
    note(patient, AccessAction.WRITTEN, ("consent", *names), who=principal)


async def refuse_if_open(principal: Principal, patient_id: UUID) -> None:
    """Raise CaseAlreadyOpen with the patient's open case; NotAllowed when that is another desk's."""
    case = await Case.filter(patient_id=patient_id).exclude(status=CaseStatus.CLOSED).first()
    if case is None:
        return
    if not await visible_cases(principal).filter(id=case.id).exists():
        raise NotAllowed
    raise CaseAlreadyOpen(case.id)
