"""The desk writes down a patient without opening a case: somebody to be referred."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import Problems, Words
from kurir_api.services.cases.patients import PatientDetails, checked, register_or_find
from kurir_api.services.use_case import Command, use_case


@dataclass(frozen=True, kw_only=True)
class RegisterPatient(Command):
    """Who the patient is."""

    patient: PatientDetails


@dataclass(frozen=True, kw_only=True)
class RegisteredPatient:
    """The patient, new or known by national id, and what the desk should look into, in both languages."""

    patient_id: UUID
    warnings: tuple[Words, ...]


@use_case
async def register_patient(principal: Principal, command: RegisterPatient) -> RegisteredPatient:
    """Register the patient, or bring one known by national id up to date. Raises InvalidInput."""
    now = datetime.now(UTC)
    problems = Problems()
    details = await checked(problems, principal, command.patient, now)
    problems.refuse()
    patient, warnings = await register_or_find(principal, details, now)
    return RegisteredPatient(patient_id=patient.id, warnings=tuple(warnings))
