"""The desk takes up the care of a patient."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, NotAllowed, Problems, Words
from kurir_api.models import CarePhase, Case, Patient, Report, Role, new_id
from kurir_api.services.cases.care_classes import check_care_class
from kurir_api.services.cases.insurance import due_of, watch_insurance
from kurir_api.services.cases.patients import PatientDetails, checked, refuse_if_open, register_or_find
from kurir_api.services.cases.stay import check_moments
from kurir_api.services.consent.withheld import note_withheld
from kurir_api.services.desks.answering import desk_for
from kurir_api.services.numbers import dated_number
from kurir_api.services.reports.waiting import end_waiting
from kurir_api.services.tasks.drafting import draft_task
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import DESK, visible_facilities, visible_patients, visible_reports
from kurir_api.task_kinds import task_kinds
from kurir_api.transitions import join_case, move, record


@dataclass(frozen=True, kw_only=True)
class OpenCase(Command):
    """A case for one of `patient_id` and `patient`, from a report or not. `needs`: task kind codes. In hospital since
    `admitted_at`, by default now; insured since `insured_at`, if it is known. UTC-aware, neither in the future.
    """

    phase: CarePhase
    report_id: UUID | None = None
    patient_id: UUID | None = None
    patient: PatientDetails | None = None
    facility_id: UUID | None = None
    care_class: int | None = None
    admitted_at: datetime | None = None
    insured_at: datetime | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OpenedCase:
    """The new case, and what the desk should look into, in both languages."""

    case_id: UUID
    warnings: tuple[Words, ...]


@use_case
async def open_case(principal: Principal, command: OpenCase) -> OpenedCase:
    """Open a case and draft a task for each need. A patient has one open case at most: the database sees to it.

    Raises InvalidInput, NotAllowed, CaseAlreadyOpen, InvalidTransition (of the report).
    """
    now = datetime.now(UTC)
    command = await _checked(principal, command, now)
    report = await Report.select_for_update().get(id=command.report_id) if command.report_id else None
    patient, warnings = await _patient(principal, command, now)
    if report is not None and report.regency_code != patient.regency_code:
        raise _unknown("reportId")
    case = await _case(principal, command, patient, report, now)
    await case.save(force_create=True)
    await record(case, "open", principal, at=now)
    if report is not None:
        await join_case(report, case.id)
        report.case_id = case.id
        await move(report, "open_case", principal, at=now, case_id=case.id)
        await end_waiting(report, now)
    await watch_insurance(case, now)
    for kind in dict.fromkeys(command.needs):
        await draft_task(case, kind, principal, now, waiting_since=case.waiting_since)
    return OpenedCase(case_id=case.id, warnings=tuple(warnings))


async def _case(
    principal: Principal, command: OpenCase, patient: Patient, report: Report | None, now: datetime
) -> Case:
    """The new case, not saved yet."""
    case = Case(
        id=new_id(),
        regency_code=patient.regency_code,
        number=await dated_number("case", patient.regency_code, now),
        phase=command.phase,
        patient_id=patient.id,
        region_id=patient.region_id,
        desk_id=desk_for(patient.region_id, report),
        waiting_since=report.waiting_since if report else now,
        facility_id=command.facility_id,
        care_class=command.care_class,
        coordinator_id=principal.member_id if principal.reaches(patient.region_id, Role.COORDINATOR) else None,
        insured_at=command.insured_at,
        opened_at=now,
    )
    if command.phase is CarePhase.IN_HOSPITAL:
        case.admitted_at = command.admitted_at or now
        case.insurance_due_at = await due_of(case, case.admitted_at)
    return case


async def _checked(principal: Principal, command: OpenCase, now: datetime) -> OpenCase:
    """The command with the patient's details as they are stored. Raises InvalidInput naming everything to mend."""
    problems = Problems()
    if (command.patient_id is None) == (command.patient is None):
        problems.add(
            "patient",
            id="Isi salah satu: patientId atau data pasien.",
            en="Give either patientId or the patient's details.",
        )
    elif command.patient is not None:
        command = replace(command, patient=await checked(problems, principal, command.patient, now))
    check_care_class(problems, command.care_class)
    check_moments(problems, now, command.admitted_at, insured_at=command.insured_at)
    if command.admitted_at is not None and command.phase is not CarePhase.IN_HOSPITAL:
        problems.add("admittedAt", id="Hanya untuk pasien di rumah sakit.", en="Only for a patient in hospital.")
    for n, kind in enumerate(command.needs):
        if kind not in task_kinds():
            known = ", ".join(task_kinds())
            problems.add(f"needs.{n}", id=f"Pilih salah satu: {known}.", en=f"Choose one of: {known}.")
    for path, rows, row_id in (
        ("patientId", visible_patients(principal), command.patient_id),
        ("reportId", visible_reports(principal), command.report_id),
        ("facilityId", visible_facilities(principal), command.facility_id),
    ):
        if row_id is not None and not await rows.filter(id=row_id).exists():
            problems.found.extend(_unknown(path).problems)
    problems.refuse()
    return command


def _unknown(path: str) -> InvalidInput:
    return InvalidInput.of(path, id="Tidak ditemukan; pilih dari daftar.", en="Not found; choose from the list.")


async def _patient(principal: Principal, command: OpenCase, now: datetime) -> tuple[Patient, list[Words]]:
    """The patient whom the case is for, without an open case, in the caller's care."""
    if command.patient is not None:
        patient, warnings = await register_or_find(principal, command.patient, now)
        await refuse_if_open(principal, patient.id)
        return patient, warnings
    # Locked, so that consent isn't withdrawn meanwhile.
    patient = await Patient.select_for_update(no_key=True).get(id=command.patient_id)
    if not principal.reaches(patient.region_id, *DESK):
        raise NotAllowed
    problems = Problems()
    note_withheld(problems, "patientId", patient)
    problems.refuse()
    await refuse_if_open(principal, patient.id)
    return patient, []
