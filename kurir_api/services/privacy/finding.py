"""Whose data it is, and whose account."""

from uuid import UUID

from kurir_api.errors import InvalidInput, NotFound, Problems
from kurir_api.models import Member, Patient, id_named
from kurir_api.services.phones import e164
from kurir_api.services.sixteen_digits import optional_digits


async def patients_named(named: str) -> list[Patient]:
    """The patient of an id, or all that are registered with a national id, one in each regency. Raises NotFound,
    InvalidInput.
    """
    if (patient_id := id_named("Patient", named)) is not None:
        found = await Patient.filter(id=patient_id)
    else:
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


async def member_named(named: str) -> UUID:
    """The member of an id, or of a phone number, active or not. Raises NotFound, InvalidInput."""
    member_id = id_named("Member", named)
    chosen = (
        Member.filter(phone_index__in=Member.phone.indexes(e164(named, "member")))
        if member_id is None
        else Member.filter(id=member_id)
    )
    if (member := await chosen.first()) is None:
        raise NotFound
    return member.id
