"""What is sealed opens only with its key and in its place."""

import pytest
from cryptography.exceptions import InvalidTag

from kurir_api.models import Patient
from tests.factories import make_patient

pytestmark = pytest.mark.usefixtures("db")


async def test_a_sealed_attribute_reads_back_after_saving() -> None:
    patient = await make_patient(diagnosis="gagal ginjal kronis")

    assert (await Patient.get(id=patient.id)).diagnosis == "gagal ginjal kronis"


async def test_a_value_copied_to_another_row_does_not_open() -> None:
    one, other = await make_patient(), await make_patient()
    other.diagnosis_sealed = one.diagnosis_sealed

    with pytest.raises(InvalidTag):
        _ = other.diagnosis


async def test_a_value_copied_to_another_column_does_not_open() -> None:
    patient = await make_patient()
    patient.diagnosis_sealed = patient.address_sealed

    with pytest.raises(InvalidTag):
        _ = patient.diagnosis


async def test_the_same_text_is_sealed_differently_each_time() -> None:
    one, other = await make_patient(diagnosis="stroke"), await make_patient(diagnosis="stroke")

    assert one.diagnosis_sealed != other.diagnosis_sealed


async def test_a_blind_index_finds_the_row_and_nothing_else() -> None:
    patient = await make_patient(national_id="3302231234560001")
    await make_patient(national_id="3302231234560002")

    found = await Patient.filter(national_id_index=Patient.national_id.index("3302231234560001"))

    assert [row.id for row in found] == [patient.id]
