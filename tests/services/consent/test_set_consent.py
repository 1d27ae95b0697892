"""Consent is given and withdrawn, and what that means for what is planned."""

import asyncio
from collections.abc import Awaitable

import pytest
from tortoise.transactions import in_transaction

from kurir_api.dispatch.geo import Point
from kurir_api.errors import InvalidInput, NotAllowed, NotFound
from kurir_api.models import FamilyLink, Notification, Patient, Recurrence, Role
from kurir_api.services.assessments.submit_assessment import SubmitAssessment, submit_assessment
from kurir_api.services.cases.open_case import OpenCase, open_case
from kurir_api.services.cases.patients import PatientDetails
from kurir_api.services.cases.register_patient import RegisterPatient, register_patient
from kurir_api.services.consent.set_consent import SetConsent, set_consent
from kurir_api.services.documents.letter import letter
from kurir_api.services.family.create_family_link import CreateFamilyLink, create_family_link
from kurir_api.services.family.open_link import open_link
from kurir_api.services.privacy.erase import erase
from kurir_api.services.referrals.refer import Refer, refer
from kurir_api.services.tasks.create_task import CreateTask, create_task
from tests.conftest import Figures
from tests.factories import (
    NOW,
    VILLAGE,
    make_case,
    make_claim,
    make_family_link,
    make_member,
    make_patient,
    make_programme,
    make_recurrence,
    make_referral,
    make_task,
    principal_for,
)
from tests.processes.locks import somebody_waits
from tests.services.accesses.logged import logged
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

SAID = "Diucapkan keluarga di desk, 26 November"
WITHHELD = "This patient withdrew consent; nothing new is recorded until they agree again (setConsent)."


def withdrawal(patient: Patient) -> SetConsent:
    """The patient doesn't agree any more."""
    return SetConsent(patient_id=patient.id, consent=False, note=SAID)


async def test_withdrawing_is_written_down_with_who_and_when_and_giving_again_opens_all() -> None:
    patient, desk = await make_patient(), await principal_for(Role.DESK_OFFICER)

    await set_consent(desk, withdrawal(patient))
    await patient.refresh_from_db()
    withdrawn = (patient.consent, patient.consent_note, patient.consent_by_id, patient.consent_at, patient.withheld)
    first = patient.consent_withdrawn_at
    await set_consent(desk, withdrawal(patient))
    await patient.refresh_from_db()
    assert patient.consent_withdrawn_at == first
    await set_consent(desk, SetConsent(patient_id=patient.id, consent=True))
    await patient.refresh_from_db()

    assert withdrawn == (False, SAID, desk.member_id, first, True)
    assert (patient.consent, patient.consent_note, patient.withheld) == (True, None, False)
    assert patient.diagnosis == "gagal ginjal kronis"
    assert await logged() == [("WRITTEN", ["consent"], "setConsent")] * 3


async def test_family_links_end_recurring_tasks_stop_and_holders_and_desk_are_told() -> None:
    case = await make_case()
    task = await make_task(case)
    holder = await make_member()
    await make_claim(task, holder)
    kus = await make_member(role=Role.DESK_OFFICER, region=VILLAGE)
    await make_recurrence(case)
    link = await make_family_link(case, token="t" * 43)

    await set_consent(await principal_for(Role.COORDINATOR), withdrawal(await case.patient))

    assert (await FamilyLink.get(id=link.id)).revoked_at is not None
    assert (await Recurrence.get(case_id=case.id)).ended_at is not None
    told = await Notification.filter(kind="CONSENT_WITHDRAWN").order_by("id")
    assert [(one.member_id, one.task_id, one.data["number"]) for one in told] == [
        (holder.id, task.id, task.number),
        (kus.id, None, case.number),
    ]
    await task.refresh_from_db()
    assert (task.status, task.slots_taken) == ("OPEN", 1)


async def test_it_is_the_desks_of_the_region_to_write_down() -> None:
    patient = await make_patient()

    await refused(set_consent(await principal_for(Role.DESK_OFFICER, region="33.05"), withdrawal(patient)), NotFound)
    holder = await make_member()
    await make_claim(await make_task(await make_case(patient)), holder)
    agency = await make_programme()
    await make_referral(agency, patient=patient)
    officer = await principal_for(Role.PROGRAMME_OFFICER, organization=await agency.organization)
    await refused(set_consent(officer, withdrawal(patient)), NotAllowed)


async def test_nothing_new_is_recorded_of_who_withdrew() -> None:
    patient = await make_patient(national_id="3302230101600001")
    case = await make_case(patient)
    visit = await make_task(case, kind="OUTREACH_VISIT")
    referral = await make_referral(await make_programme(), patient=patient)
    programme = await make_programme("BPNT")
    desk = await principal_for(Role.COORDINATOR)
    await set_consent(desk, withdrawal(patient))
    link = await make_family_link(case, token="t" * 43, revoked_at=NOW)
    details = PatientDetails(name="Sutinah", region=VILLAGE, consent=True, national_id="3302230101600001")

    calls = {
        "patient.consent": register_patient(desk, RegisterPatient(patient=details)),
        "patientId": open_case(desk, OpenCase(phase=case.phase, patient_id=patient.id)),
        "caseId": create_task(desk, CreateTask(case_id=case.id, kind="AMBULANCE_RUN", location=Point(-7.4, 109.2))),
        "taskId": submit_assessment(desk, SubmitAssessment(task_id=visit.id, version=1, answers={})),
    }
    for path, call in calls.items():
        assert (await problems(call)).get(path) == WITHHELD
    again = Refer(programme=programme.code, case_id=case.id, consent=True)
    assert (await problems(refer(desk, again)))["caseId"] == WITHHELD
    new_link = CreateFamilyLink(case_id=case.id, base="https://kurir.example")
    assert (await problems(create_family_link(desk, new_link)))["caseId"] == WITHHELD
    await refused(letter(desk, referral.id, "https://kurir.example/verify", NOW), NotFound)
    assert await open_link("t" * 43, NOW) is None
    assert link.case_id == case.id


async def test_what_is_sent_while_consent_is_being_withdrawn_waits_and_is_refused() -> None:
    patient = await make_patient()
    case = await make_case(patient, status="CLOSED", outcome="RECOVERED", closed_at=NOW)
    visit, programme = await make_task(case, kind="OUTREACH_VISIT"), await make_programme()
    desk, begin = await principal_for(Role.COORDINATOR), asyncio.Event()
    calls = {
        "taskId": submit_assessment(desk, SubmitAssessment(task_id=visit.id, version=1, answers={})),
        "patientId": open_case(desk, OpenCase(phase=case.phase, patient_id=patient.id)),
        "patientId of refer": refer(desk, Refer(programme=programme.code, patient_id=patient.id, consent=True)),
    }

    async def later(call: Awaitable[object]) -> dict[str, str]:
        await begin.wait()
        with pytest.raises(InvalidInput) as refusal:
            await call
        return {".".join(problem.path): problem.message("en") for problem in refusal.value.problems}

    sent = {path: asyncio.create_task(later(call)) for path, call in calls.items()}
    async with in_transaction():
        await set_consent(desk, withdrawal(patient))
        begin.set()
        await somebody_waits(len(sent))

    assert {path: (await said).get(path.split()[0]) for path, said in sent.items()} == dict.fromkeys(sent, WITHHELD)


async def test_who_is_being_erased_meanwhile_does_not_agree_again() -> None:
    patient, desk, begin = await make_patient(), await principal_for(Role.DESK_OFFICER), asyncio.Event()

    async def later() -> None:
        await begin.wait()
        with pytest.raises(NotFound):
            await set_consent(desk, SetConsent(patient_id=patient.id, consent=True, note=SAID))

    giving = asyncio.create_task(later())
    async with in_transaction():
        await erase(patient, NOW)
        begin.set()
        await somebody_waits()
    await giving

    await patient.refresh_from_db()
    assert (patient.consent, patient.consent_note, patient.erased_at, patient.withheld) == (False, None, NOW, True)


async def test_without_consent_nor_a_reason_nothing_is_recorded_at_all(figure: Figures) -> None:
    await make_patient()
    details = PatientDetails(name="Sarwono", region=VILLAGE, consent=False, diagnosis="stroke")

    said = await problems(register_patient(await principal_for(Role.DESK_OFFICER), RegisterPatient(patient=details)))

    assert said == {"patient.consentNote": "Without consent, say why the data is recorded all the same."}
    figure("consent is recorded before specific data is stored", "without it, or a reason, 0 rows are written")
