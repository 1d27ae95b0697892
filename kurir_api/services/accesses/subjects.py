"""Whose data other rows hold."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from kurir_api.models import Case
from kurir_api.services.accesses.noting import Subject


async def subjects_of(case_ids: Iterable[UUID]) -> Mapping[UUID, Subject]:
    """By case, the patient. One statement."""
    rows = await Case.filter(id__in=list(case_ids)).values_list(
        "id", "patient_id", "regency_code", "patient__consent_withdrawn_at"
    )
    return {
        case_id: Subject(patient_id, regency_code, withdrawn_at is not None)
        for case_id, patient_id, regency_code, withdrawn_at in rows
    }
