"""moveReferral and checkDocument through the API."""

import pytest

from kurir_api.models import Member, Role
from tests.api import Api
from tests.factories import NOW, make_case, make_member, make_organization, make_programme, make_referral
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

BOTH = ("moveReferral", "checkDocument")


async def officer_and_programme() -> tuple[Member, object]:
    agency = await make_organization("Dinas Sosial")
    return await make_member("Rina", Role.PROGRAMME_OFFICER, organization=agency), await make_programme(
        "KIS_PBI", agency
    )


@reaches("ReferralSuccess", "moveReferral")
async def test_an_officer_asks_and_reads_what_is_needed_to_decide_and_no_more(api: Api) -> None:
    rina, programme = await officer_and_programme()
    referral = await make_referral(programme, case=await make_case())

    answer = await done(
        api,
        rina,
        "moveReferral",
        """referral {
          status note decisionNote consentNote letterUrl waitingSince overdue case { id } report { id }
          patient { name maskedNationalId phone address diagnosis location { latitude } }
          timeline { edges { node { action actor { name phone } summary } } }
        }""",
        referralId=id_of(referral),
        to="INFO_REQUESTED",
        note="Mohon fotokopi KK.",
    )

    assert answer["referral"] == {
        "status": "INFO_REQUESTED",
        "note": "Belum punya jaminan kesehatan.",
        "decisionNote": "Mohon fotokopi KK.",
        "consentNote": None,
        "letterUrl": None,
        "waitingSince": NOW.isoformat(),
        "overdue": False,
        "case": None,
        "report": None,
        "patient": {
            "name": "Sutinah",
            "maskedNationalId": None,
            "phone": "+6281234567890",
            "address": "RT 2 RW 1, dekat mushala",
            "diagnosis": None,
            "location": None,
        },
        "timeline": {
            "edges": [
                {
                    "node": {
                        "action": "request_info",
                        "actor": {"name": "Rina", "phone": rina.phone},
                        "summary": "Program meminta keterangan: Mohon fotokopi KK.",
                    }
                }
            ]
        },
    }


async def test_after_the_decision_an_officer_reads_neither_phone_nor_address(api: Api) -> None:
    rina, programme = await officer_and_programme()
    referral = await make_referral(programme, status="IN_PROCESS")
    person = "referral { patient { name phone address } }"

    answer = await done(api, rina, "moveReferral", person, referralId=id_of(referral), to="GRANTED")

    assert answer["referral"]["patient"] == {"name": "Sutinah", "phone": None, "address": None}


@reaches("ReferralSuccess", "checkDocument")
async def test_an_officer_sees_a_document(api: Api) -> None:
    rina, programme = await officer_and_programme()
    referral = await make_referral(programme)

    answer = await done(
        api,
        rina,
        "checkDocument",
        "referral { missingDocuments documents { seenBy { name } } }",
        referralId=id_of(referral),
        code="ID_CARD",
        present=True,
    )

    assert answer["referral"] == {"missingDocuments": [], "documents": [{"seenBy": {"name": "Rina"}}]}


@reaches("NotFound", *BOTH)
async def test_a_foreign_referral_looks_like_none(api: Api) -> None:
    _, programme = await officer_and_programme()
    other, referral = await make_member(role=Role.PROGRAMME_OFFICER), await make_referral(programme)

    for foreign in (id_of(referral), "nonsense"):
        assert await refused(api, other, "moveReferral", referralId=foreign, to="ACCEPTED") == NOT_FOUND
        assert await refused(api, other, "checkDocument", referralId=foreign, code="x", present=True) == NOT_FOUND


@reaches("NotAllowed", *BOTH)
async def test_the_desk_does_not_decide_and_a_volunteer_nothing(api: Api) -> None:
    _, programme = await officer_and_programme()
    desk, referral = await make_member(role=Role.COORDINATOR), await make_referral(programme)

    assert await refused(api, desk, "moveReferral", referralId=id_of(referral), to="ACCEPTED") == NOT_ALLOWED
    volunteer = await make_member()
    assert (
        await refused(api, volunteer, "checkDocument", referralId=id_of(referral), code="ID_CARD", present=True)
        == NOT_ALLOWED
    )


@reaches("InvalidInput", *BOTH)
async def test_a_reason_is_needed_and_a_document_that_is_asked_for(api: Api) -> None:
    rina, programme = await officer_and_programme()
    referral = id_of(await make_referral(programme))

    assert await refused(api, rina, "moveReferral", referralId=referral, to="DECLINED") == invalid_input(
        ("note", "Harus diisi.", "Must not be empty.")
    )
    assert await refused(api, rina, "checkDocument", referralId=referral, code="SIM", present=True) == invalid_input(
        ("code", "Pilih salah satu: ID_CARD.", "Choose one of: ID_CARD.")
    )


@reaches("InvalidTransition", *BOTH)
async def test_what_is_decided_stays_so(api: Api) -> None:
    rina, programme = await officer_and_programme()
    referral = id_of(await make_referral(programme, status="DECLINED", decided_at=NOW))

    assert await refused(api, rina, "moveReferral", referralId=referral, to="ACCEPTED") == invalid_transition(
        "DECLINED", "SENT"
    )
    assert await refused(
        api, rina, "checkDocument", referralId=referral, code="ID_CARD", present=True
    ) == invalid_transition("DECLINED", "SENT", "ACCEPTED", "IN_PROCESS", "INFO_REQUESTED")


@reaches("IdempotencyKeyReused", *BOTH)
@pytest.mark.parametrize(
    ("mutation", "first", "other"),
    [
        ("moveReferral", {"to": "ACCEPTED"}, {"to": "IN_PROCESS"}),
        ("checkDocument", {"code": "ID_CARD", "present": True}, {"code": "ID_CARD", "present": False}),
    ],
)
async def test_a_key_is_of_one_step(
    api: Api, mutation: str, first: dict[str, object], other: dict[str, object]
) -> None:
    rina, programme = await officer_and_programme()
    referral = id_of(await make_referral(programme))
    await api.do(rina, mutation, referralId=referral, idempotencyKey="one", **first)

    assert await refused(api, rina, mutation, referralId=referral, idempotencyKey="one", **other) == KEY_REUSED
