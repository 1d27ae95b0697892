"""Writing down a patient without a case."""

import pytest

from kurir_api.auth import Principal
from kurir_api.errors import IdempotencyKeyReused
from kurir_api.models import Case, Patient
from kurir_api.services.cases.patients import KNOWN_BEFORE, PatientDetails
from kurir_api.services.cases.register_patient import RegisterPatient, register_patient
from tests.factories import VILLAGE, make_case, make_patient
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

NATIONAL_ID = "3302235507450003"


def sutinah(key: str | None = None, **values) -> RegisterPatient:
    details = {"name": "Sutinah", "region": VILLAGE, "consent": True} | values
    return RegisterPatient(patient=PatientDetails(**details), idempotency_key=key)


async def test_a_patient_is_registered_and_no_case_opened(officer: Principal) -> None:
    registered = await register_patient(officer, sutinah())

    patient = await Patient.get()
    assert (registered.patient_id, registered.warnings) == (patient.id, ())
    assert (patient.name, patient.consent_by_id, await Case.all().count()) == ("Sutinah", officer.member_id, 0)


async def test_who_has_an_open_case_is_brought_up_to_date(officer: Principal) -> None:
    known = await make_patient(national_id=NATIONAL_ID)
    await make_case(known)

    registered = await register_patient(officer, sutinah(national_id=NATIONAL_ID, name="Sutinah Karto"))

    await known.refresh_from_db()
    assert (registered.patient_id, registered.warnings) == (known.id, (KNOWN_BEFORE,))
    assert known.name == "Sutinah Karto"


async def test_a_retry_registers_nobody_else(officer: Principal) -> None:
    first, again = [await register_patient(officer, sutinah("k1")) for _ in range(2)]

    assert (first, await Patient.all().count()) == (again, 1)
    await refused(register_patient(officer, sutinah("k1", name="Warsini")), IdempotencyKeyReused)


async def test_what_cannot_be_used_names_its_field(officer: Principal) -> None:
    assert await problems(register_patient(officer, sutinah(name=" ", region="33"))) == {
        "patient.name": "Must not be empty.",
        "patient.region": "Choose a village or sub-district where you work.",
    }
