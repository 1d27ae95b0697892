"""How an office names people in its commands."""

import pytest

from kurir_api.errors import NotFound
from kurir_api.models import global_id
from kurir_api.services.privacy.finding import member_named, patient_named, patients_named
from tests.factories import make_member, make_patient
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")
PHONE = "+6281327000888"
NIK = "3302076208610001"


async def test_a_patient_is_named_by_the_id_of_the_app_or_of_a_list_or_by_national_id() -> None:
    patient = await make_patient(national_id=NIK)

    named = (global_id("Patient", patient.id), str(patient.id), NIK)
    assert [(await patient_named(one)).id for one in named] == [patient.id] * 3


async def test_a_member_is_named_by_the_id_of_the_app_or_of_a_list_or_by_number() -> None:
    member = await make_member(phone=PHONE, active=False)

    named = (global_id("Member", member.id), str(member.id), "0813-2700-0888")
    assert [await member_named(one) for one in named] == [member.id] * 3
    await refused(member_named("0813-2700-0889"), NotFound)


async def test_what_is_no_name_of_anybody_is_refused_in_words() -> None:
    assert await problems(patients_named("Sutinah")) == {"patient": "A national id has 16 digits."}
    assert list(await problems(member_named("Kus"))) == ["member"]
