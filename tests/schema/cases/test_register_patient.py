"""registerPatient through the API."""

from typing import Any

import pytest

from kurir_api.models import Member, Role
from tests.api import Api
from tests.factories import VILLAGE, make_case, make_member, make_patient
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, done, invalid_input, reaches, refused

PATIENT = """patient {
  name maskedNationalId maskedFamilyCard birthDate sex consent consentNote landmark address
} warnings"""
SUTINAH: dict[str, Any] = {"name": "Sutinah", "region": VILLAGE, "consent": True}


async def officer() -> Member:
    return await make_member(role=Role.DESK_OFFICER, locale="en")


@reaches("PatientSuccess", "registerPatient")
async def test_the_desk_reads_back_what_it_may(api: Api) -> None:
    given = {
        "nationalId": "3302 2355 0745 0003",
        "familyCard": "3302.2311.0806.0007",
        "birthDate": "1945-07-15",
        "sex": "FEMALE",
        "address": "RT 2 RW 1",
        "landmark": "Seberang balai desa",
        "consent": False,
        "consentNote": "Keluarga setuju",
    }

    answer = await done(api, await officer(), "registerPatient", PATIENT, patient=SUTINAH | given)

    assert answer["patient"] == {
        "name": "Sutinah",
        "maskedNationalId": "************0003",
        "maskedFamilyCard": "************0007",
        "birthDate": "1945-07-15",
        "sex": "FEMALE",
        "consent": False,
        "consentNote": "Keluarga setuju",
        "landmark": None,
        "address": None,
    }
    assert answer["warnings"] == []


async def test_a_likely_duplicate_is_warned_of_by_case_number(api: Api) -> None:
    await make_case(await make_patient(name="Soetinah"), number="3302-2026-0042")

    answer = await done(api, await officer(), "registerPatient", "warnings", patient=SUTINAH)

    assert answer["warnings"] == [
        "A similar patient is registered already; check whether it is the same person. Their cases: 3302-2026-0042."
    ]


@reaches("InvalidInput", "registerPatient")
async def test_what_cannot_be_used_names_its_field(api: Api) -> None:
    answer = await refused(api, await officer(), "registerPatient", patient=SUTINAH | {"familyCard": "12"})

    assert answer == invalid_input(
        ("patient.familyCard", "Nomor KK terdiri dari 16 angka.", "A family card has 16 digits.")
    )


@reaches("NotAllowed", "registerPatient")
async def test_a_volunteer_registers_nobody(api: Api) -> None:
    assert await refused(api, await make_member(), "registerPatient", patient=SUTINAH) == NOT_ALLOWED


@reaches("IdempotencyKeyReused", "registerPatient")
async def test_the_same_key_for_somebody_else_is_refused(api: Api) -> None:
    caller = await officer()
    await api.do(caller, "registerPatient", patient=SUTINAH, idempotencyKey="k1")

    other = SUTINAH | {"name": "Warsini"}
    assert await refused(api, caller, "registerPatient", patient=other, idempotencyKey="k1") == KEY_REUSED


@pytest.mark.parametrize("region", ["33.02", "33.05.26.2006"])
async def test_a_patient_lives_where_the_desk_works(api: Api, region: str) -> None:
    answer = await api.do(await officer(), "registerPatient", patient=SUTINAH | {"region": region})

    assert answer["code"] == "INVALID_INPUT"
