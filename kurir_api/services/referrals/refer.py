"""The desk refers a patient to the programme that owns the need."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from tortoise.queryset import QuerySet

from kurir_api.auth import Principal
from kurir_api.dispatch.escalations import arm_escalation, end_escalation
from kurir_api.errors import InvalidInput, NotAllowed, NotFound, Problems
from kurir_api.models import (
    LIVE_REFERRAL,
    AccessAction,
    Case,
    CaseStatus,
    EscalationKind,
    Patient,
    Programme,
    Referral,
    Report,
    ReportStatus,
    new_id,
)
from kurir_api.services import accesses
from kurir_api.services.consent.withheld import note_withheld
from kurir_api.services.desks.answering import desk_for
from kurir_api.services.numbers import dated_number
from kurir_api.services.referrals.following import follows
from kurir_api.services.referrals.lateness import telling_after
from kurir_api.services.referrals.papers import check_codes, see_papers
from kurir_api.services.referrals.telling import tell_of_referral
from kurir_api.services.texts import LONGEST_NOTE, cleaned, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import (
    DESK,
    visible_cases,
    visible_patients,
    visible_programmes,
    visible_referrals,
    visible_reports,
)
from kurir_api.services.working_days.reckoning import WorkingDays, working_days
from kurir_api.transitions import move, record

DEALT_WITH = (ReportStatus.CASE_OPENED, ReportStatus.LINKED, ReportStatus.REFERRED)
"""Reports that stay as they are when something else is referred from them."""


@dataclass(frozen=True, kw_only=True)
class Refer(Command):
    """Whom: the patient of `case_id`, or of the case of `report_id`, or `patient_id`. Where: the code of a
    `programme`. Without `consent`, `consent_note` says why it is sent all the same. `documents`: codes of those seen.
    `previous`: the referral this one takes up again.
    """

    programme: str
    case_id: UUID | None = None
    report_id: UUID | None = None
    patient_id: UUID | None = None
    note: str | None = None
    consent: bool
    consent_note: str | None = None
    documents: tuple[str, ...] = ()
    previous: UUID | None = None


M = TypeVar("M", Case, Report, Patient)


class Subject(NamedTuple):
    """Whom and what a referral is about."""

    patient: Patient
    case: Case | None
    report: Report | None


@use_case
async def refer(principal: Principal, command: Refer) -> UUID:
    """The new referral's id. Raises NotFound, NotAllowed, InvalidInput, InvalidTransition (of the report)."""
    now = datetime.now(UTC)
    subject = await _subject(principal, command)
    problems = Problems()
    fitting(problems, "note", command.note, LONGEST_NOTE)
    fitting(problems, "consentNote", command.consent_note, LONGEST_NOTE, required=not command.consent)
    programme = await visible_programmes(principal).get_or_none(
        code=command.programme, regency_code=subject.patient.regency_code, active=True
    )
    if programme is None:
        problems.add("programme", id="Pilih program yang masih berjalan.", en="Choose a programme that is active.")
    else:
        check_codes(problems, {f"documents.{n}": code for n, code in enumerate(command.documents)}, programme)
    previous = await _previous(principal, problems, command)
    problems.refuse()
    assert programme is not None  # noqa: S101 - refused above
    await _refuse_second(subject.patient, programme)
    referral = await send_referral(
        principal,
        programme,
        subject.patient,
        case=subject.case,
        report=subject.report,
        note=command.note,
        consent=command.consent,
        consent_note=command.consent_note,
        previous=previous,
        now=now,
        days=await working_days(programme.regency_code),
    )
    await see_papers(referral, command.documents, principal.member_id, now)
    return referral.id


async def send_referral(
    principal: Principal,
    programme: Programme,
    patient: Patient,
    *,
    case: Case | None = None,
    report: Report | None = None,
    note: str | None = None,
    consent: bool,
    consent_note: str | None = None,
    previous: Referral | None = None,
    now: datetime,
    days: WorkingDays,
) -> Referral:
    """Send the patient's need to the programme, to which none is live, within the caller's transaction, whose rows
    these are; the officers are told. The report becomes REFERRED, unless it is dealt with already.

    Raises NotAllowed, InvalidInput (`previous`), InvalidTransition (of the report).
    """
    if not principal.reaches(patient.region_id, *DESK):
        raise NotAllowed
    referral = Referral(
        id=new_id(),
        regency_code=patient.regency_code,
        number=await dated_number("referral", patient.regency_code, now, "R"),
        programme=programme,
        patient_id=patient.id,
        case_id=case.id if case else None,
        report_id=report.id if report else None,
        region_id=patient.region_id,
        desk_id=desk_for(patient.region_id, case or report),
        previous_id=previous.id if previous else None,
        follows=await follows(previous, patient, programme) if previous else None,
        consent=consent,
        sent_by_id=principal.member_id,
        sent_at=now,
        due_at=days.due(now, programme.response_days),
        waiting_since=min([subject.waiting_since for subject in (case, report) if subject], default=now),
    )
    referral.note, referral.consent_note = cleaned(note), cleaned(consent_note)
    await referral.save(force_create=True)
    written = {"referralNote": referral.note, "consentNote": referral.consent_note}
    if names := [name for name, text in written.items() if text]:
        accesses.note(patient, AccessAction.WRITTEN, names, who=principal, ground=f"referral:{referral.id}")
    await record(referral, "send", principal, reason=referral.note, at=now)
    if report is not None and report.status not in DEALT_WITH:
        await move(report, "refer", principal, at=now)
        await end_escalation(EscalationKind.REPORT_WAITING, report, now)
    await arm_escalation(EscalationKind.REFERRAL_LATE, referral, telling_after(days, referral, now))
    await tell_of_referral(referral, programme, now)
    return referral


async def _subject(principal: Principal, command: Refer) -> Subject:
    """The rows, locked: neither report nor case ends meanwhile, nor is consent withdrawn. Raises NotFound,
    InvalidInput.
    """
    case = await _found(visible_cases(principal), command.case_id)
    report = await _found(visible_reports(principal), command.report_id)
    if report is not None:
        report = await Report.select_for_update().get(id=report.id)
        if case is None:
            case = await _found(visible_cases(principal), report.case_id)
    if case is not None:
        case = await Case.select_for_update().get(id=case.id)
    chosen = await _found(visible_patients(principal), command.patient_id)
    patient_id = chosen.id if chosen else case.patient_id if case else None
    if patient_id is None:
        raise InvalidInput.of(
            "patientId",
            id="Tentukan pasiennya; yang belum terdaftar didaftarkan dulu dengan registerPatient.",
            en="Say who the patient is; register one who isn't yet with registerPatient.",
        )
    patient = await Patient.select_for_update(no_key=True).get(id=patient_id)
    problems = Problems()
    if case is not None:
        refuse_closed(problems, "caseId" if command.case_id else "reportId", case)
    if case is not None and case.patient_id != patient.id:
        problems.add("patientId", id="Pasien kasus itu orang lain.", en="That case is of another patient.")
    note_withheld(problems, "caseId" if case is not None and command.patient_id is None else "patientId", patient)
    if report is not None and report.regency_code != patient.regency_code:
        problems.add("reportId", id="Laporan itu dari kabupaten lain.", en="That report is of another regency.")
    problems.refuse()
    return Subject(patient, case, report)


def refuse_closed(problems: Problems, path: str, case: Case) -> None:
    """Note under `path` that nothing is referred from a case that is closed; the row is locked."""
    if case.status == CaseStatus.CLOSED:
        problems.add(
            path,
            id="Kasusnya sudah ditutup; buka lagi kasusnya, atau rujuk pasiennya tanpa kasus.",
            en="The case is closed; open it again, or refer the patient without the case.",
        )


async def _found(rows: QuerySet[M], row_id: UUID | None) -> M | None:
    """The row, if one is named. Raises NotFound when the caller may not know of it."""
    if row_id is None:
        return None
    row = await rows.get_or_none(id=row_id)
    if row is None:
        raise NotFound
    return row


async def _previous(principal: Principal, problems: Problems, command: Refer) -> Referral | None:
    if command.previous is None:
        return None
    # Locked, so that what it ended as stays.
    if await visible_referrals(principal).filter(id=command.previous).exists():
        return await Referral.select_for_update().get(id=command.previous)
    problems.add("previous", id="Tidak ditemukan; pilih dari daftar.", en="Not found; choose from the list.")
    return None


async def _refuse_second(patient: Patient, programme: Programme) -> None:
    live = await Referral.filter(patient_id=patient.id, programme_id=programme.id, status__in=LIVE_REFERRAL).first()
    if live is not None:
        raise InvalidInput.of(
            "programme",
            id=f"Pasien ini sudah dirujuk ke program itu: No. {live.number}. Lanjutkan di sana.",
            en=f"This patient is referred to that programme already: No. {live.number}. Continue there.",
        )
