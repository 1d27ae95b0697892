"""Whose data it is, and where the office keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import Q

from kurir_api.errors import InvalidInput, NotFound, Problems
from kurir_api.models import Case, Patient, Referral, Report, Task
from kurir_api.services.sixteen_digits import optional_digits


async def patients_named(named: str) -> list[Patient]:
    """The patient of an id, or all that are registered with a national id, one in each regency. Raises NotFound,
    InvalidInput.
    """
    try:
        found = await Patient.filter(id=UUID(named))
    except ValueError:
        problems = Problems()
        digits = optional_digits(problems, "patient", named)
        problems.refuse()
        found = await Patient.filter(national_id_index__in=Patient.national_id.indexes(digits or "")).order_by("id")
    if not found:
        raise NotFound
    return found


async def patient_named(named: str) -> Patient:
    """The one patient; several regencies' patients of one national id have to be named by their ids. Raises NotFound,
    InvalidInput.
    """
    found = await patients_named(named)
    if len(found) > 1:
        ids = ", ".join(str(patient.id) for patient in found)
        raise InvalidInput.of("patient", id=f"Pilih salah satu: {ids}.", en=f"Choose one of: {ids}.")
    return found[0]


@dataclass(frozen=True, slots=True)
class Held:
    """The rows by which everything else about a patient is found."""

    cases: Sequence[Case]
    tasks: Sequence[Task]
    referrals: Sequence[Referral]
    reports: Sequence[Report]

    @property
    def case_ids(self) -> list[UUID]:
        """Of the cases."""
        return [row.id for row in self.cases]

    @property
    def task_ids(self) -> list[UUID]:
        """Of the tasks."""
        return [row.id for row in self.tasks]

    @property
    def referral_ids(self) -> list[UUID]:
        """Of the referrals."""
        return [row.id for row in self.referrals]

    @property
    def report_ids(self) -> list[UUID]:
        """Of the reports."""
        return [row.id for row in self.reports]


async def held_about(patient: Patient) -> Held:
    """Cases and their tasks, referrals, and the reports that led to either, their duplicates among them."""
    cases = await Case.filter(patient_id=patient.id).order_by("id")
    tasks = await Task.filter(case__patient_id=patient.id).order_by("id")
    referrals = await Referral.filter(patient_id=patient.id).order_by("id")
    own = Q(case__patient_id=patient.id) | Q(id__in=[row.report_id for row in referrals if row.report_id])
    reports = await Report.filter(own).order_by("id")
    copies = await Report.filter(duplicate_of_id__in=[row.id for row in reports]).order_by("id")
    known = {row.id: row for row in (*reports, *copies)}
    return Held(cases, tasks, referrals, list(known.values()))
