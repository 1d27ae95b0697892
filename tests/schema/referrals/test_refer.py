"""refer through the API."""

from datetime import timedelta

from kurir_api.models import Member, Role
from tests.api import Api
from tests.factories import (
    NOW,
    VILLAGE,
    make_case,
    make_member,
    make_organization,
    make_patient,
    make_programme,
    make_referral,
    make_report,
)
from tests.ids import id_of
from tests.schema.refusals import (
    KEY_REUSED,
    NOT_ALLOWED,
    NOT_FOUND,
    done,
    invalid_input,
    invalid_transition,
    reaches,
    refused,
)

REFERRAL = """referral {
  status consent note overdue atRisk decidedAt decisionNote follows
  programme { code name } patient { name } case { number } report { id } sentBy { name } desk { code }
  documents { code name required seenBy { name } } missingDocuments
  timeline { edges { node { action summary subject { id } } } }
}"""


async def desk_officer(name: str = "Tri", **values: object) -> Member:
    return await make_member(name, Role.DESK_OFFICER, **values)  # type: ignore[arg-type]


@reaches("ReferralSuccess", "refer")
async def test_the_desk_refers_the_patient_of_a_case(api: Api) -> None:
    tri, case = await desk_officer(), await make_case(number="3302-2026-0042")
    await make_programme("KIS_PBI")

    answer = await done(
        api,
        tri,
        "refer",
        REFERRAL,
        programme="KIS_PBI",
        caseId=id_of(case),
        note=" Belum punya KIS. ",
        consent=True,
        documents=["ID_CARD"],
    )

    (event,) = answer["referral"].pop("timeline")["edges"]
    assert event["node"]["action"] == "send"
    assert event["node"]["summary"] == "Rujukan dikirim: Belum punya KIS."
    assert answer["referral"] == {
        "status": "SENT",
        "consent": True,
        "note": "Belum punya KIS.",
        "overdue": False,
        "atRisk": False,
        "decidedAt": None,
        "decisionNote": None,
        "follows": None,
        "programme": {"code": "KIS_PBI", "name": "Rekomendasi KIS PBI"},
        "patient": {"name": "Sutinah"},
        "case": {"number": "3302-2026-0042"},
        "report": None,
        "sentBy": {"name": "Tri"},
        "desk": {"code": VILLAGE},
        "documents": [{"code": "ID_CARD", "name": "KTP", "required": True, "seenBy": {"name": "Tri"}}],
        "missingDocuments": [],
    }


async def test_a_refused_referral_is_appealed_against(api: Api) -> None:
    tri, programme, patient = await desk_officer(), await make_programme("PKH"), await make_patient()
    first = await make_referral(programme, patient, status="REFUSED", decided_at=NOW, number="3302-R2026-0001")

    answer = await done(
        api,
        tri,
        "refer",
        "referral { follows previous { number following { status } } }",
        programme="PKH",
        patientId=id_of(patient),
        consent=True,
        previous=id_of(first),
    )

    assert answer["referral"] == {
        "follows": "APPEAL",
        "previous": {"number": "3302-R2026-0001", "following": {"status": "SENT"}},
    }


@reaches("InvalidInput", "refer")
async def test_what_is_missing_is_said_by_field(api: Api) -> None:
    tri, patient = await desk_officer(), await make_patient()

    assert await refused(
        api, tri, "refer", programme="PKH", patientId=id_of(patient), consent=False
    ) == invalid_input(
        ("consentNote", "Harus diisi.", "Must not be empty."),
        ("programme", "Pilih program yang masih berjalan.", "Choose a programme that is active."),
    )


@reaches("NotFound", "refer")
async def test_a_foreign_patient_looks_like_none(api: Api) -> None:
    far, patient = await desk_officer(region="33.02.24"), await make_patient()
    await make_programme("PKH")

    for foreign in (id_of(patient), "nonsense"):
        assert await refused(api, far, "refer", programme="PKH", patientId=foreign, consent=True) == NOT_FOUND


@reaches("NotAllowed", "refer")
async def test_volunteers_and_officers_do_not_refer(api: Api) -> None:
    patient, agency = await make_patient(), await make_organization()
    await make_referral(await make_programme("PKH", agency), patient, status="REVOKED")
    officer = await make_member(role=Role.PROGRAMME_OFFICER, organization=agency)

    for caller in (officer, await make_member()):
        assert (
            await refused(api, caller, "refer", programme="PKH", patientId=id_of(patient), consent=True)
            == NOT_ALLOWED
        )


@reaches("InvalidTransition", "refer")
async def test_a_report_that_is_closed_is_not_referred(api: Api) -> None:
    tri, report = await desk_officer(), await make_report(status="UNREACHABLE", received_at=NOW - timedelta(days=1))
    await make_programme("PKH")

    assert await refused(
        api,
        tri,
        "refer",
        programme="PKH",
        reportId=id_of(report),
        patientId=id_of(await make_patient()),
        consent=True,
    ) == invalid_transition("UNREACHABLE", "RECEIVED")


@reaches("IdempotencyKeyReused", "refer")
async def test_a_key_is_of_one_referral(api: Api) -> None:
    tri, patient = await desk_officer(), await make_patient()
    await make_programme("PKH")
    keyed = {"programme": "PKH", "patientId": id_of(patient), "consent": True, "idempotencyKey": "one"}
    await api.do(tri, "refer", **keyed)

    assert await refused(api, tri, "refer", **keyed | {"note": "Lagi."}) == KEY_REUSED
