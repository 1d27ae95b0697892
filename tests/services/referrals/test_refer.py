"""Referring somebody: when an answer is due, who hears of it, and what follows what."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from kurir_api.errors import InvalidInput, InvalidTransition, NotAllowed, NotFound
from kurir_api.models import (
    Case,
    Escalation,
    EscalationKind,
    Follows,
    Holiday,
    Notification,
    Patient,
    Programme,
    Referral,
    ReferralDocument,
    Report,
    ReportStatus,
    Role,
    TransitionLog,
)
from kurir_api.services.referrals.refer import Refer, refer
from tests.factories import (
    NOW,
    OTHER_VILLAGE,
    SUBDISTRICT,
    VILLAGE,
    make_case,
    make_member,
    make_organization,
    make_patient,
    make_programme,
    make_referral,
    make_report,
    principal_for,
)
from tests.services.accesses.logged import logged
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")


def order(programme: Programme, **values: object) -> Refer:
    """With consent."""
    return Refer(**{"programme": programme.code, "consent": True} | values)  # type: ignore[arg-type]


async def sent(patient: Patient, programme: Programme, **values: object) -> Referral:
    """By a desk officer of the village."""
    desk = await principal_for(Role.DESK_OFFICER, region=VILLAGE)
    return await Referral.get(id=await refer(desk, order(programme, patient_id=patient.id, **values)))


async def test_its_notes_are_in_the_log_of_accesses() -> None:
    patient, programme = await make_patient(), await make_programme()
    desk = await principal_for(Role.DESK_OFFICER, region=VILLAGE)

    await refer(
        desk, order(programme, patient_id=patient.id, note="Belum punya KIS.", consent=False, consent_note="Koma.")
    )

    assert await logged(patient_id=patient.id) == [("WRITTEN", ["consentNote", "referralNote"], "refer")]


async def test_it_is_sent_from_the_desk_that_serves_the_patient_with_the_first_word_it_came_from() -> None:
    case = await make_case(waiting_since=NOW - timedelta(days=3))
    desk = await principal_for(Role.DESK_OFFICER, region=VILLAGE)

    referral_id = await refer(desk, order(await make_programme(), case_id=case.id, note=" Belum punya KIS. "))

    referral = await Referral.get(id=referral_id)
    assert referral.number.startswith(f"3302-R{referral.sent_at.year}-")
    assert (referral.status, referral.patient_id, referral.case_id) == ("SENT", case.patient_id, case.id)
    assert (referral.region_id, referral.desk_id, referral.sent_by_id) == (VILLAGE, VILLAGE, desk.member_id)
    assert (referral.note, referral.consent, referral.waiting_since) == (
        "Belum punya KIS.",
        True,
        NOW - timedelta(days=3),
    )


async def test_it_is_with_the_desk_to_which_its_case_was_handed_up() -> None:
    case = await make_case(desk_id=SUBDISTRICT)
    desk = await principal_for(Role.DESK_OFFICER, region=VILLAGE)

    referral_id = await refer(desk, order(await make_programme(), case_id=case.id))

    assert (await Referral.get(id=referral_id)).desk_id == SUBDISTRICT


async def test_an_answer_is_due_at_the_end_of_a_working_day_and_people_are_told_in_the_morning_of_it() -> None:
    patient, programme = await make_patient(), await make_programme(response_days=1)
    for ahead in range(10):
        await Holiday.create(
            day=(datetime.now(UTC) + timedelta(days=ahead)).date(),
            kind="LOCAL",
            name_id="Libur",
            name_en="Holiday",
            regency_code="33.02",
        )

    referral = await sent(patient, programme)

    escalation = await Escalation.get(kind=EscalationKind.REFERRAL_LATE, referral=referral)
    assert referral.due_at - referral.sent_at > timedelta(days=9)
    assert escalation.due_at == referral.due_at - timedelta(hours=16)


async def test_the_officers_who_may_decide_are_told_its_number_and_programme_and_nothing_of_the_patient() -> None:
    agency = await make_organization("Dinas Sosial")
    officer = await make_member(role=Role.PROGRAMME_OFFICER, organization=agency, region=SUBDISTRICT)
    await make_member(role=Role.PROGRAMME_OFFICER)
    await make_member(role=Role.PROGRAMME_OFFICER, organization=agency, region="33.02.24")
    await make_member(role=Role.PROGRAMME_OFFICER, organization=agency, active=False)

    referral = await sent(await make_patient(), await make_programme(organization=agency))

    told = await Notification.get()
    assert (told.kind, told.member_id) == ("REFERRAL_SENT", officer.id)
    assert told.data == {
        "number": referral.number,
        "programme": {"id": "Rekomendasi KIS PBI", "en": "Recommendation for subsidised insurance"},
        "said": {"id": "Terkirim", "en": "Sent"},
        "referral_id": str(referral.id),
        "time_zone": "Asia/Jakarta",
    }


async def test_a_report_without_a_case_is_referred_and_nobody_is_reminded_of_it_any_more() -> None:
    report, patient = await make_report(), await make_patient()
    await Escalation.create(regency_code="33.02", kind="REPORT_WAITING", report=report, due_at=NOW)

    referral = await sent(patient, await make_programme(), report_id=report.id)

    await report.refresh_from_db()
    assert (report.status, referral.report_id) == (ReportStatus.REFERRED, report.id)
    assert referral.waiting_since == report.waiting_since
    assert await Escalation.filter(kind="REPORT_WAITING", ended_at__isnull=False).count() == 1


async def test_a_report_that_led_to_a_case_names_the_patient_and_stays() -> None:
    case = await make_case()
    report = await make_report(case=case, status=ReportStatus.CASE_OPENED)
    desk = await principal_for(Role.DESK_OFFICER)

    referral = await Referral.get(id=await refer(desk, order(await make_programme(), report_id=report.id)))

    assert (referral.patient_id, referral.case_id, referral.report_id) == (case.patient_id, case.id, report.id)
    assert (await Report.get(id=report.id)).status == ReportStatus.CASE_OPENED


async def test_a_report_that_was_turned_down_has_to_be_taken_up_again_first() -> None:
    report, patient = await make_report(status=ReportStatus.REJECTED), await make_patient()
    desk = await principal_for(Role.DESK_OFFICER)

    call = refer(desk, order(await make_programme(), report_id=report.id, patient_id=patient.id))

    assert (await refused(call, InvalidTransition)).allowed == ("RECEIVED",)


async def test_documents_that_the_desk_has_seen_are_noted() -> None:
    referral = await sent(await make_patient(), await make_programme(), documents=("ID_CARD", "ID_CARD"))

    assert await ReferralDocument.filter(referral=referral).values_list("code", "seen_by_id") == [
        ("ID_CARD", referral.sent_by_id)
    ]


async def test_everything_to_mend_is_said_at_once() -> None:
    patient, desk = await make_patient(), await principal_for(Role.DESK_OFFICER)
    programme = await make_programme(active=False)
    other = await make_referral(region_id=OTHER_VILLAGE, desk_id=OTHER_VILLAGE)

    found = await problems(
        refer(desk, order(programme, patient_id=patient.id, consent=False, note="x" * 2001, previous=other.id))
    )

    assert found == {
        "note": "At most 2000 characters.",
        "consentNote": "Must not be empty.",
        "programme": "Choose a programme that is active.",
        "previous": "Not found; choose from the list.",
    }


async def test_without_consent_it_is_sent_for_a_reason() -> None:
    referral = await sent(await make_patient(), await make_programme(), consent=False, consent_note="Tidak sadar.")

    assert (referral.consent, referral.consent_note) == (False, "Tidak sadar.")


async def test_a_programme_does_not_ask_for_every_document() -> None:
    desk, patient = await principal_for(Role.DESK_OFFICER), await make_patient()

    call = refer(desk, order(await make_programme(), patient_id=patient.id, documents=("ID_CARD", "PASSPORT")))

    assert await problems(call) == {"documents.1": "Choose one of: ID_CARD."}


async def test_a_report_alone_does_not_say_who_the_patient_is() -> None:
    report, desk = await make_report(), await principal_for(Role.DESK_OFFICER)

    assert await problems(refer(desk, order(await make_programme(), report_id=report.id))) == {
        "patientId": "Say who the patient is; register one who isn't yet with registerPatient."
    }


async def test_a_case_is_of_one_patient_and_a_report_of_one_regency() -> None:
    case, other = await make_case(), await make_patient()
    far = await make_report(region=OTHER_VILLAGE)
    desk = await principal_for(Role.DESK_OFFICER)
    abroad = await principal_for(Role.DESK_OFFICER, region="33")

    assert await problems(refer(desk, order(await make_programme(), case_id=case.id, patient_id=other.id))) == {
        "patientId": "That case is of another patient."
    }
    assert await problems(refer(abroad, order(await make_programme(), report_id=far.id, patient_id=other.id))) == {
        "reportId": "That report is of another regency."
    }


async def test_nothing_is_referred_from_a_case_that_is_closed() -> None:
    case = await make_case(status="CLOSED", outcome="DIED", closed_at=NOW)
    report = await make_report(case=case, status=ReportStatus.LINKED)
    desk, programme = await principal_for(Role.DESK_OFFICER), await make_programme()
    said = "The case is closed; open it again, or refer the patient without the case."

    assert await problems(refer(desk, order(programme, case_id=case.id))) == {"caseId": said}
    assert await problems(refer(desk, order(programme, report_id=report.id))) == {"reportId": said}


async def test_only_a_desk_of_the_patient_s_region_refers() -> None:
    programme, patient = await make_programme(), await make_patient()
    far = await principal_for(Role.DESK_OFFICER, region=OTHER_VILLAGE)
    officer = await principal_for(Role.PROGRAMME_OFFICER, organization=await programme.organization)
    await make_referral(programme, patient, status="CONFIRMED", decided_at=NOW)

    await refused(refer(far, order(programme, patient_id=patient.id)), NotFound)
    await refused(refer(officer, order(programme, patient_id=patient.id)), NotAllowed)


async def test_a_patient_has_one_live_referral_to_a_programme_also_when_two_desks_hurry() -> None:
    programme, patient = await make_programme(), await make_patient()
    desks = [await principal_for(Role.DESK_OFFICER) for _ in range(4)]

    found = await asyncio.gather(
        *(refer(desk, order(programme, patient_id=patient.id)) for desk in desks), return_exceptions=True
    )

    refusals = [one for one in found if isinstance(one, InvalidInput)]
    assert len(refusals) == 3
    live = await Referral.get()
    assert {one.problems[0].message("en") for one in refusals} == {
        f"This patient is referred to that programme already: No. {live.number}. Continue there."
    }


@pytest.mark.parametrize(
    ("ended", "follows"),
    [
        ("DECLINED", Follows.REOPENING),
        ("REVOKED", Follows.REOPENING),
        ("REFUSED", Follows.APPEAL),
        ("PARTLY_GRANTED", Follows.APPEAL),
    ],
)
async def test_a_referral_that_ended_is_reopened_or_appealed_against_once(ended: str, follows: Follows) -> None:
    programme, patient = await make_programme(), await make_patient()
    first = await make_referral(programme, patient, status=ended, decided_at=NOW)

    second = await sent(patient, programme, previous=first.id)

    assert (second.previous_id, second.follows) == (first.id, follows)
    await Referral.filter(id=second.id).update(status="REVOKED")
    desk = await principal_for(Role.DESK_OFFICER)
    assert await problems(refer(desk, order(programme, patient_id=patient.id, previous=first.id))) == {
        "previous": "That referral is followed by another already; use the last one."
    }


@pytest.mark.parametrize(("decided", "follows"), [("GRANTED", Follows.REOPENING), ("REFUSED", Follows.APPEAL)])
async def test_after_it_was_confirmed_the_decision_before_says_which(decided: str, follows: Follows) -> None:
    programme, patient = await make_programme(), await make_patient()
    first = await make_referral(programme, patient, status="CONFIRMED", decided_at=NOW)
    await TransitionLog.create(
        regency_code="33.02",
        machine="referral",
        subject_id=first.id,
        action="confirm",
        source=decided,
        target="CONFIRMED",
        at=NOW,
        recorded_at=NOW,
    )

    assert (await sent(patient, programme, previous=first.id)).follows == follows


async def test_what_goes_on_or_was_granted_or_is_another_s_is_not_followed() -> None:
    programme, patient, desk = await make_programme(), await make_patient(), await principal_for(Role.DESK_OFFICER)
    granted = await make_referral(programme, patient, status="GRANTED", decided_at=NOW)
    another = await make_referral(programme, status="DECLINED", decided_at=NOW)

    assert await problems(refer(desk, order(programme, patient_id=patient.id, previous=granted.id))) == {
        "previous": "That referral hasn't ended; wait for the answer, or confirm it."
    }
    assert await problems(refer(desk, order(programme, patient_id=patient.id, previous=another.id))) == {
        "previous": "That referral is of another patient or programme."
    }


async def test_a_retry_with_the_same_key_sends_nothing_twice() -> None:
    programme, case = await make_programme(), await make_case()
    desk = await principal_for(Role.DESK_OFFICER)
    keyed = order(programme, case_id=case.id, idempotency_key="first")

    assert await refer(desk, keyed) == await refer(desk, keyed)
    assert (await Referral.all().count(), await Case.all().count()) == (1, 1)
