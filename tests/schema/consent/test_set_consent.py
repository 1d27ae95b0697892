"""setConsent: what a withdrawal closes, for everybody and at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

from kurir_api.models import Role
from kurir_api.transitions import record
from tests.api import Api
from tests.conftest import Figures
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    make_assessment,
    make_case,
    make_claim,
    make_member,
    make_patient,
    make_programme,
    make_recurrence,
    make_referral,
    make_task,
)
from tests.ids import id_of
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, NOT_FOUND, done, invalid_input, reaches, refused

PATIENT = """maskedNationalId maskedFamilyCard birthDate sex consentNote diagnosis phone address landmark
    location { latitude }"""
EVERYTHING = f"""query ($case: ID!, $task: ID!, $assessment: ID!, $recurrence: ID!, $referral: ID!) {{
    case(id: $case) {{ patient {{ {PATIENT} }} timeline {{ edges {{ node {{ summary }} }} }} }}
    task(id: $task) {{ title instructions address location {{ latitude }} case {{ patient {{ {PATIENT} }} }} }}
    referral: node(id: $referral) {{ ... on Referral {{
        note decisionNote consentNote timeline {{ edges {{ node {{ summary }} }} }} }} }}
    answers: node(id: $assessment) {{ ... on Assessment {{ answers needs {{ code }} has {{ code }} }} }}
    rule: node(id: $recurrence) {{ ... on Recurrence {{ title instructions }} }}
}}"""
CLOSED = dict.fromkeys(
    (
        "maskedNationalId",
        "maskedFamilyCard",
        "birthDate",
        "sex",
        "consentNote",
        "diagnosis",
        "phone",
        "address",
        "landmark",
        "location",
    )
)


def without_reason(summary: str) -> dict[str, Any]:
    """A timeline of that alone."""
    return {"edges": [{"node": {"summary": summary}}]}


async def test_nobody_reads_anything_any_more_and_all_of_it_once_consent_is_given_again(
    api: Api, figure: Figures
) -> None:
    patient = await make_patient(
        national_id="3302230101600001", landmark="utara mushala", consent_note="Keluarga setuju"
    )
    case = await make_case(patient)
    task = await make_task(case, title="Antar Bu Sutinah", instructions="Bawa kursi roda")
    assessment = await make_assessment(await make_task(case, kind="OUTREACH_VISIT"))
    recurrence = await make_recurrence(case, title="Antar Bu Sutinah", instructions="Bawa kursi roda")
    referral = await make_referral(await make_programme(), patient=patient, note="Sakit ginjal")
    for row in (case, referral):
        await record(row, "hand_up", None, reason="Bu Sutinah sakit ginjal", at=NOW)
    holder = await make_member()
    await make_claim(task, holder)
    coordinator = await make_member(role=Role.COORDINATOR)
    ids = {"case": case, "task": task, "assessment": assessment, "recurrence": recurrence, "referral": referral}
    asked = {name: id_of(row) for name, row in ids.items()}
    before = {caller.id: await api.data(caller, EVERYTHING, **asked) for caller in (coordinator, holder)}

    withdrawn = {"patientId": id_of(patient), "consent": False, "note": "Tidak lagi"}
    changed = await api.do(coordinator, "setConsent", "patient { consent consentWithdrawn }", **withdrawn)
    after = {caller.id: await api.data(caller, EVERYTHING, **asked) for caller in (coordinator, holder)}
    await api.do(coordinator, "setConsent", patientId=id_of(patient), consent=True, note="Keluarga setuju")
    again = {caller.id: await api.data(caller, EVERYTHING, **asked) for caller in (coordinator, holder)}

    assert changed["patient"] == {"consent": False, "consentWithdrawn": True}
    told = {"title": "Antar jemput ambulans", "instructions": None, "address": None, "location": None}
    for found in after.values():
        assert found["case"]["patient"] == CLOSED
        assert found["task"] == told | {"case": {"patient": CLOSED}}
    assert after[coordinator.id]["answers"] == {"answers": {}, "needs": [], "has": []}
    assert after[coordinator.id]["rule"] == {"title": None, "instructions": None}
    assert after[coordinator.id]["case"]["timeline"] == without_reason("Kasus diserahkan ke atas")
    assert after[coordinator.id]["referral"] == {
        "note": None,
        "decisionNote": None,
        "consentNote": None,
        "timeline": without_reason("Rujukan diserahkan ke atas"),
    }
    assert again == before
    figure(
        "withdrawal of consent stops reads at once",
        "0 of 10 patient fields, 10 of its tasks, visits, referrals and timelines read after it",
    )


async def test_the_next_event_of_an_open_socket_says_nothing_any_more(api: Api) -> None:
    patient = await make_patient()
    starts_at = datetime.now(UTC) + timedelta(hours=1)
    task = await make_task(
        await make_case(patient), instructions="Bawa kursi roda", status="DRAFT", starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
    )  # fmt: skip
    coordinator = await make_member(role=Role.COORDINATOR)

    async with api.subscribed(coordinator, "subscription { boardEvents { task { instructions } } }") as stream:
        await api.do(coordinator, "publishTask", taskId=id_of(task))
        assert (await stream.event())["boardEvents"]["task"]["instructions"] == "Bawa kursi roda"
        await api.do(coordinator, "setConsent", patientId=id_of(patient), consent=False)
        await api.do(coordinator, "cancelTask", taskId=id_of(task), reason="Persetujuan dicabut")
        assert (await stream.event())["boardEvents"]["task"]["instructions"] is None


@reaches("SetConsentSuccess", "setConsent")
async def test_a_retry_answers_the_same_and_changes_nothing(api: Api) -> None:
    desk, patient = await make_member(role=Role.DESK_OFFICER), await make_patient()

    answer = await done(api, desk, "setConsent", "patient { consent }", patientId=id_of(patient), consent=False)

    assert answer["patient"] == {"consent": False}


@reaches("NotFound", "setConsent")
@reaches("NotAllowed", "setConsent")
@reaches("InvalidInput", "setConsent")
async def test_another_desks_patient_is_not_found_a_volunteer_may_not_and_a_note_has_an_end(api: Api) -> None:
    patient = id_of(await make_patient())
    elsewhere = await make_member(role=Role.DESK_OFFICER, region=OTHER_REGENCY)
    desk = await make_member(role=Role.DESK_OFFICER)

    assert await refused(api, elsewhere, "setConsent", patientId=patient, consent=False) == NOT_FOUND
    assert await refused(api, await make_member(), "setConsent", patientId=patient, consent=False) == NOT_ALLOWED
    too_long = await refused(api, desk, "setConsent", patientId=patient, consent=False, note="x" * 2_001)
    assert too_long == invalid_input(("note", "Paling banyak 2000 karakter.", "At most 2000 characters."))


@reaches("IdempotencyKeyReused", "setConsent")
async def test_the_same_key_for_the_opposite_is_refused(api: Api) -> None:
    desk, patient = await make_member(role=Role.DESK_OFFICER), id_of(await make_patient())
    await api.do(desk, "setConsent", patientId=patient, consent=False, idempotencyKey="k")

    assert await refused(api, desk, "setConsent", patientId=patient, consent=True, idempotencyKey="k") == KEY_REUSED
