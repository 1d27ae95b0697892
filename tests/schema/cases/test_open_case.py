"""openCase through the API."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kurir_api.models import Case, Member, Role
from tests.api import Answer, Api
from tests.factories import (
    OTHER_VILLAGE,
    VILLAGE,
    make_case,
    make_facility,
    make_member,
    make_patient,
    make_report,
)
from tests.ids import id_of
from tests.schema.refusals import (
    KEY_REUSED,
    NOT_ALLOWED,
    case_already_open,
    done,
    invalid_input,
    invalid_transition,
    reaches,
    refused,
    unknown,
)

CASE = """case {
  number status phase outcome careClass patient { name region { code } maskedNationalId } facility { name }
  coordinator { name } tasks { edges { node { status kind { code } } } }
} warnings"""
NATIONAL_ID = "3302 2352 0858 0003"
SUTINAH = {"name": "Sutinah", "region": VILLAGE, "consent": True}


async def coordinator() -> Member:
    return await make_member("Kus", Role.COORDINATOR)


def opening(**values: Any) -> Answer:
    return {"phase": "BEFORE_HOSPITAL"} | values


@reaches("CaseSuccess", "openCase")
async def test_a_report_becomes_a_case_with_a_draft_for_every_need(api: Api) -> None:
    report, hospital = await make_report(), await make_facility("RSUD Margono")

    answer = await done(
        api,
        await coordinator(),
        "openCase",
        CASE,
        **opening(
            reportId=id_of(report),
            patient=SUTINAH | {"nationalId": NATIONAL_ID, "birthDate": "1958-08-12"},
            facilityId=id_of(hospital),
            careClass=3,
            needs=["AMBULANCE_RUN", "WAITING_COST"],
        ),
    )

    year = datetime.now(ZoneInfo("Asia/Jakarta")).year
    assert answer["case"] == {
        "number": f"3302-{year}-0001",
        "status": "OPEN",
        "phase": "BEFORE_HOSPITAL",
        "outcome": None,
        "careClass": 3,
        "patient": {"name": "Sutinah", "region": {"code": VILLAGE}, "maskedNationalId": "************0003"},
        "facility": {"name": "RSUD Margono"},
        "coordinator": {"name": "Kus"},
        "tasks": {
            "edges": [
                {"node": {"status": "DRAFT", "kind": {"code": "WAITING_COST"}}},
                {"node": {"status": "DRAFT", "kind": {"code": "AMBULANCE_RUN"}}},
            ]
        },
    }
    assert answer["warnings"] == []


@pytest.mark.parametrize(
    ("locale", "warnings"),
    [
        (
            "id",
            [
                "Kode wilayah atau tanggal di NIK tidak lazim; cocokkan dengan KTP.",
                "Pasien yang mirip sudah terdaftar; periksa apakah orangnya sama. Kasusnya: 3302-2026-0042.",
            ],
        ),
        (
            "en",
            [
                "The place code or the date within the national id is unusual; compare it with the id card.",
                "A similar patient is registered already; check whether it is the same person."
                " Their cases: 3302-2026-0042.",
            ],
        ),
    ],
)
async def test_what_should_be_looked_into_is_said_in_the_callers_language(
    api: Api, locale: str, warnings: list[str]
) -> None:
    await make_case(await make_patient(name="SUTINAH"), number="3302-2026-0042")
    caller = await make_member(role=Role.DESK_OFFICER, locale=locale)

    answer = await done(api, caller, "openCase", "warnings", **opening(patient=SUTINAH | {"nationalId": "9" * 16}))

    assert answer["warnings"] == warnings


@reaches("CaseAlreadyOpen", "openCase")
async def test_a_patient_with_an_open_case_leads_to_that_case(api: Api) -> None:
    case = await make_case(number="3302-2026-0042")
    patient = await case.patient

    answer = await refused(api, await coordinator(), "openCase", **opening(patientId=id_of(patient)))

    assert answer == case_already_open("3302-2026-0042")


async def test_another_desks_patient_is_not_taken_over_and_nothing_is_told_of_them(api: Api) -> None:
    digits = NATIONAL_ID.replace(" ", "")
    await make_patient(region="33.02.24.1003", national_id=digits)
    village = await make_member(role=Role.DESK_OFFICER, region=VILLAGE)

    answer = await refused(api, village, "openCase", **opening(patient=SUTINAH | {"nationalId": digits}))

    assert answer == invalid_input(
        (
            "patient.nationalId",
            "NIK ini hanya bisa dipakai oleh desk kabupaten. Cocokkan dengan KTP, lalu hubungi mereka.",
            "Only the regency's desk can use this national id. Compare it with the id card, then ask them.",
        )
    )


@reaches("NotAllowed", "openCase")
async def test_a_volunteer_opens_no_case(api: Api) -> None:
    assert await refused(api, await make_member(), "openCase", **opening(patient=SUTINAH)) == NOT_ALLOWED


@reaches("InvalidInput", "openCase")
async def test_every_field_that_cannot_be_used_is_named(api: Api) -> None:
    patient = {
        "name": " ",
        "region": OTHER_VILLAGE,
        "consent": False,
        "nationalId": "12",
        "birthDate": "1850-01-01",
        "phone": "12",
    }

    answer = await refused(
        api, await coordinator(), "openCase", **opening(patient=patient, needs=["POST_CARE", "FLY"])
    )

    kinds = (
        "AMBULANCE_RUN, CIVIL_DOCUMENT, FOOD_DELIVERY, HEALTH_INSURANCE, OUTREACH_VISIT, POST_CARE, PSYCHOSOCIAL, "
        "SHELTER_STAY, WAITING_COST"
    )
    assert answer == invalid_input(
        ("patient.name", "Harus diisi.", "Must not be empty."),
        ("patient.nationalId", "NIK terdiri dari 16 angka.", "A national id has 16 digits."),
        (
            "patient.phone",
            "Bukan nomor telepon; tulis seperti 0812-3456-7890.",
            "Not a phone number; write it like 0812-3456-7890.",
        ),
        (
            "patient.consentNote",
            "Tanpa persetujuan, tulis alasan data tetap dicatat.",
            "Without consent, say why the data is recorded all the same.",
        ),
        (
            "patient.region",
            "Pilih desa atau kecamatan di wilayah kerja Anda.",
            "Choose a village or sub-district where you work.",
        ),
        ("patient.birthDate", "Periksa tanggal lahirnya.", "Check the birth date."),
        ("needs.1", f"Pilih salah satu: {kinds}.", f"Choose one of: {kinds}."),
    )


async def test_a_patient_is_given_in_one_of_two_ways(api: Api) -> None:
    problem = (
        "patient",
        "Isi salah satu: patientId atau data pasien.",
        "Give either patientId or the patient's details.",
    )

    assert await refused(api, await coordinator(), "openCase", **opening()) == invalid_input(problem)


@pytest.mark.parametrize("path", ["patientId", "reportId", "facilityId"])
async def test_what_is_pointed_to_must_be_known_to_the_caller(api: Api, path: str) -> None:
    foreign = {
        "patientId": await make_patient(region=OTHER_VILLAGE),
        "reportId": await make_report(region=OTHER_VILLAGE),
        "facilityId": await make_facility(regency_code="33.05"),
    }[path]
    values = {path: id_of(foreign)} if path == "patientId" else {"patient": SUTINAH, path: id_of(foreign)}

    for given in (values, values | {path: "no id"}):
        assert await refused(api, await coordinator(), "openCase", **opening(**given)) == unknown(path)


@reaches("InvalidTransition", "openCase")
async def test_a_report_leads_to_one_case_only(api: Api) -> None:
    report = await make_report(status="REJECTED")

    answer = await refused(api, await coordinator(), "openCase", **opening(reportId=id_of(report), patient=SUTINAH))

    assert answer == invalid_transition("REJECTED", "RECEIVED")


@reaches("IdempotencyKeyReused", "openCase")
async def test_the_same_key_for_another_patient_is_refused(api: Api) -> None:
    caller = await coordinator()
    await api.do(caller, "openCase", **opening(patient=SUTINAH, idempotencyKey="k1"))

    answer = await refused(
        api, caller, "openCase", **opening(patient=SUTINAH | {"name": "Warsini"}, idempotencyKey="k1")
    )

    assert answer == KEY_REUSED
    assert await Case.all().count() == 1
