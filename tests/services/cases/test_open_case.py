"""Taking up the care of a patient: the case, its report, its needs, and that a patient has one open case at most."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import time_machine

from kurir_api.auth import principal_of_member
from kurir_api.dispatch.geo import Point
from kurir_api.errors import CaseAlreadyOpen, IdempotencyKeyReused, InvalidTransition, NotAllowed
from kurir_api.models import CarePhase, Case, CaseStatus, Patient, Role, Task, TransitionLog, Wave
from kurir_api.services.cases.open_case import OpenCase, open_case
from kurir_api.services.cases.patients import KNOWN_BEFORE, PatientDetails
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    OTHER_VILLAGE,
    REGENCY,
    SUBDISTRICT,
    VILLAGE,
    make_case,
    make_claim,
    make_facility,
    make_member,
    make_patient,
    make_report,
    make_task,
    principal_for,
)
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

NATIONAL_ID = "3302235507450003"
UNKNOWN = "Not found; choose from the list."
NOT_A_REGION = "Choose a village or sub-district where you work."


def sutinah(**values) -> PatientDetails:
    return PatientDetails(**{"name": "Sutinah", "region": VILLAGE, "consent": True} | values)


def opening(**values) -> OpenCase:
    """A case for Sutinah, before hospital."""
    if "patient_id" not in values:
        values.setdefault("patient", sutinah())
    return OpenCase(**{"phase": CarePhase.BEFORE_HOSPITAL} | values)


class TestTheCase:
    async def test_keeps_the_class_of_the_bed(self) -> None:
        opened = await open_case(await principal_for(Role.DESK_OFFICER), opening(care_class=2))
        assert (await Case.get(id=opened.case_id)).care_class == 2

    async def test_needs_a_class_that_there_is(self) -> None:
        officer = await principal_for(Role.DESK_OFFICER)
        assert await problems(open_case(officer, opening(care_class=4))) == {"careClass": "Give class 1, 2 or 3."}

    @time_machine.travel(NOW, tick=False)
    async def test_is_open_for_the_patient_where_the_patient_lives(self) -> None:
        facility = await make_facility()
        coordinator = await principal_for(Role.COORDINATOR)

        opened = await open_case(coordinator, opening(phase=CarePhase.IN_HOSPITAL, facility_id=facility.id))

        case, patient = await Case.get(), await Patient.get()
        assert (opened.case_id, opened.warnings) == (case.id, ())
        assert (case.number, case.status, case.phase) == ("3302-2026-0001", CaseStatus.OPEN, CarePhase.IN_HOSPITAL)
        assert (case.patient_id, case.region_id, case.regency_code) == (patient.id, VILLAGE, REGENCY)
        assert (case.facility_id, case.coordinator_id) == (facility.id, coordinator.member_id)
        assert (case.opened_at, case.closed_at, case.outcome) == (NOW, None, None)

    async def test_has_no_coordinator_yet_when_a_desk_officer_opens_it(self) -> None:
        await open_case(await principal_for(Role.DESK_OFFICER), opening())

        assert (await Case.get()).coordinator_id is None

    async def test_may_be_for_a_patient_who_is_registered(self) -> None:
        patient = await make_patient()

        opened = await open_case(await principal_for(Role.DESK_OFFICER), opening(patient_id=patient.id))

        case = await Case.get()
        assert (case.id, case.patient_id, opened.warnings) == (opened.case_id, patient.id, ())
        assert await Patient.all().count() == 1

    @time_machine.travel(NOW, tick=False)
    async def test_begins_a_history(self) -> None:
        officer = await principal_for(Role.DESK_OFFICER)

        opened = await open_case(officer, opening())

        entry = await TransitionLog.get()
        assert (entry.machine, entry.action, entry.source, entry.target) == ("case", "open", None, "OPEN")
        assert (entry.subject_id, entry.case_id, entry.actor_id, entry.at) == (
            opened.case_id,
            opened.case_id,
            officer.member_id,
            NOW,
        )

    async def test_numbers_go_on_and_name_the_regency_and_the_year_there(self) -> None:
        officer = await principal_for(Role.DESK_OFFICER)
        for now in (datetime(2026, 12, 31, 16, 59, tzinfo=UTC), datetime(2026, 12, 31, 17, 0, tzinfo=UTC)):
            with time_machine.travel(now, tick=False):
                await open_case(officer, opening())
        with time_machine.travel(NOW, tick=False):
            elsewhere = await principal_for(Role.DESK_OFFICER, region=OTHER_REGENCY)
            await open_case(elsewhere, opening(patient=sutinah(region=OTHER_VILLAGE)))

        numbers = [case.number for case in await Case.all().order_by("id")]
        assert sorted(numbers) == ["3302-2026-0001", "3302-2027-0002", "3305-2026-0003"]


class TestItsNeeds:
    async def test_are_drafted_in_order_once_each_and_alert_nobody(self) -> None:
        facility, officer = await make_facility(), await principal_for(Role.DESK_OFFICER)
        needs = ("SHELTER_STAY", "AMBULANCE_RUN", "SHELTER_STAY", "FOOD_DELIVERY")

        await open_case(officer, opening(facility_id=facility.id, needs=needs))

        case, tasks = await Case.get(), await Task.all().order_by("number")
        assert [(task.number, task.kind, task.status) for task in tasks] == [
            (1001, "SHELTER_STAY", "DRAFT"),
            (1002, "AMBULANCE_RUN", "DRAFT"),
            (1003, "FOOD_DELIVERY", "DRAFT"),
        ]
        assert {(task.case_id, task.destination_id, task.created_by_id) for task in tasks} == {
            (case.id, facility.id, officer.member_id)
        }
        assert await Wave.all().count() == 0

    async def test_are_where_the_patient_is(self) -> None:
        await open_case(
            await principal_for(Role.DESK_OFFICER),
            opening(patient=sutinah(location=Point(-7.3825, 109.2215)), needs=("POST_CARE",)),
        )

        task = await Task.get()
        assert (task.latitude, task.longitude, task.region_id) == (-7.3825, 109.2215, VILLAGE)

    async def test_follow_the_case_in_its_history(self) -> None:
        report = await make_report()

        opened = await open_case(
            await principal_for(Role.DESK_OFFICER), opening(report_id=report.id, needs=("POST_CARE",))
        )

        entries = await TransitionLog.filter(case_id=opened.case_id).order_by("id")
        assert [(entry.machine, entry.action) for entry in entries] == [
            ("case", "open"),
            ("report", "open_case"),
            ("task", "draft"),
        ]


class TestItsReport:
    async def test_leads_to_the_case(self) -> None:
        report = await make_report(region=REGENCY)

        opened = await open_case(await principal_for(Role.DESK_OFFICER), opening(report_id=report.id))

        await report.refresh_from_db()
        assert (report.status, report.case_id) == ("CASE_OPENED", opened.case_id)

    @pytest.mark.parametrize("status", ["CASE_OPENED", "LINKED", "DUPLICATE", "REJECTED"])
    async def test_leads_to_none_once_it_is_decided(self, status: str) -> None:
        officer, report = await principal_for(Role.DESK_OFFICER), await make_report(status=status)

        refusal = await refused(
            open_case(officer, opening(report_id=report.id, needs=("POST_CARE",))), InvalidTransition
        )

        assert (refusal.current, refusal.allowed) == (status, ("RECEIVED",))

    async def test_of_the_regency_alone_is_not_the_village_desks_to_decide_though_it_took_it_down(self) -> None:
        officer = await principal_for(Role.DESK_OFFICER, region=VILLAGE)
        report = await make_report(region=REGENCY, taken_by_id=officer.member_id)

        await refused(open_case(officer, opening(report_id=report.id)), NotAllowed)

    async def test_of_another_regency_does_not_belong_to_the_patient(self) -> None:
        coordinator = await principal_for(Role.COORDINATOR, region="33")
        report = await make_report(region=OTHER_VILLAGE)

        assert await problems(open_case(coordinator, opening(report_id=report.id))) == {"reportId": UNKNOWN}


class TestWhoMay:
    @pytest.mark.parametrize("role", [Role.DESK_OFFICER, Role.COORDINATOR])
    @pytest.mark.parametrize("region", ["33", REGENCY, SUBDISTRICT, VILLAGE])
    async def test_the_desk_of_the_place_and_above(self, role: Role, region: str) -> None:
        await open_case(await principal_for(role, region=region), opening())

        assert await Case.all().count() == 1

    @pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.PARTNER_REVIEWER, Role.PROGRAMME_OFFICER, Role.ADMIN])
    async def test_for_others_there_is_no_place_and_no_patient(self, role: Role) -> None:
        other, patient = await principal_for(role), await make_patient()

        assert await problems(open_case(other, opening())) == {"patient.region": NOT_A_REGION}
        assert await problems(open_case(other, opening(patient_id=patient.id))) == {"patientId": UNKNOWN}

    async def test_who_holds_a_task_for_the_patient_knows_them_but_opens_nothing(self) -> None:
        patient = await make_patient()
        task = await make_task(await make_case(patient))
        holder = await make_member(role=Role.DESK_OFFICER, region="33.02.24")
        await make_claim(task, holder)

        await refused(open_case(await principal_of_member(holder.id), opening(patient_id=patient.id)), NotAllowed)


class TestWhatCannotBeUsed:
    async def test_nobody_or_two_patients(self) -> None:
        officer, patient = await principal_for(Role.DESK_OFFICER), await make_patient()
        said = {"patient": "Give either patientId or the patient's details."}

        assert await problems(open_case(officer, OpenCase(phase=CarePhase.IN_HOSPITAL))) == said
        both = OpenCase(phase=CarePhase.IN_HOSPITAL, patient_id=patient.id, patient=sutinah())
        assert await problems(open_case(officer, both)) == said

    async def test_what_the_caller_does_not_know(self) -> None:
        officer = await principal_for(Role.DESK_OFFICER, region=SUBDISTRICT)
        patient = await make_patient(region="33.02.24.1003")
        report = await make_report(region="33.02.24.1003")
        facility = await make_facility(regency_code=OTHER_REGENCY)
        command = opening(patient_id=patient.id, report_id=report.id, facility_id=facility.id)

        assert await problems(open_case(officer, command)) == {
            "patientId": UNKNOWN,
            "reportId": UNKNOWN,
            "facilityId": UNKNOWN,
        }

    async def test_everything_is_named_at_once(self) -> None:
        command = opening(
            patient=sutinah(name=""),
            needs=("AMBULANCE_RUN", "TELEPORT", "ambulance_run"),
            report_id=uuid4(),
            facility_id=uuid4(),
        )

        said = await problems(open_case(await principal_for(Role.DESK_OFFICER), command))

        assert list(said) == ["patient.name", "needs.1", "needs.2", "reportId", "facilityId"]
        assert said["needs.1"] == (
            "Choose one of: AMBULANCE_RUN, CIVIL_DOCUMENT, FOOD_DELIVERY, HEALTH_INSURANCE, OUTREACH_VISIT, "
            "POST_CARE, PSYCHOSOCIAL, SHELTER_STAY, WAITING_COST."
        )


class TestOneOpenCase:
    @pytest.mark.parametrize("status", [CaseStatus.OPEN, CaseStatus.ON_HOLD])
    async def test_is_named_to_who_would_open_another(self, status: CaseStatus) -> None:
        officer, patient = await principal_for(Role.DESK_OFFICER), await make_patient(national_id=NATIONAL_ID)
        case, report = await make_case(patient, status=status), await make_report()

        for command in (
            opening(patient_id=patient.id),
            opening(patient=sutinah(name="Sutinah binti Karto", national_id=NATIONAL_ID)),
            opening(patient_id=patient.id, report_id=report.id, needs=("POST_CARE",)),
        ):
            refusal = await refused(open_case(officer, command), CaseAlreadyOpen)
            assert refusal.case_id == case.id

    async def test_is_no_hindrance_once_it_is_closed(self) -> None:
        patient = await make_patient()
        await make_case(patient, status="CLOSED", outcome="RECOVERED", closed_at=NOW)

        await open_case(await principal_for(Role.DESK_OFFICER), opening(patient_id=patient.id))

        assert sorted(await Case.all().values_list("status", flat=True)) == ["CLOSED", "OPEN"]

    async def test_of_another_desk_is_not_named(self) -> None:
        officer = await principal_for(Role.DESK_OFFICER, region=VILLAGE)
        patient = await make_patient(region=VILLAGE)
        await make_case(patient)
        await Case.all().update(region_id="33.02.24.1003", desk_id="33.02.24.1003")

        await refused(open_case(officer, opening(patient_id=patient.id)), NotAllowed)


class TestAtTheSameMoment:
    async def test_for_one_patient_one_wins_and_the_others_are_told_the_case(self) -> None:
        patient = await make_patient()
        officers = [await principal_for(Role.DESK_OFFICER) for _ in range(4)]

        outcomes = await asyncio.gather(
            *(open_case(officer, opening(patient_id=patient.id, needs=("POST_CARE",))) for officer in officers),
            return_exceptions=True,
        )

        case = await Case.get()
        assert Counter(type(outcome).__name__ for outcome in outcomes) == {"OpenedCase": 1, "CaseAlreadyOpen": 3}
        assert {outcome.case_id for outcome in outcomes} == {case.id}
        assert await Task.all().count() == 1

    async def test_for_one_national_id_one_patient_is_registered_and_one_case_opened(self) -> None:
        officers = [await principal_for(Role.DESK_OFFICER) for _ in range(4)]

        outcomes = await asyncio.gather(
            *(open_case(officer, opening(patient=sutinah(national_id=NATIONAL_ID))) for officer in officers),
            return_exceptions=True,
        )

        case, _ = await Case.get(), await Patient.get()
        assert Counter(type(outcome).__name__ for outcome in outcomes) == {"OpenedCase": 1, "CaseAlreadyOpen": 3}
        assert {outcome.case_id for outcome in outcomes} == {case.id}

    async def test_from_one_report_one_case_is_opened(self) -> None:
        report = await make_report()
        officers = [await principal_for(Role.DESK_OFFICER) for _ in range(3)]

        outcomes = await asyncio.gather(
            *(
                open_case(officer, opening(patient=sutinah(name=f"Pasien {n}"), report_id=report.id))
                for n, officer in enumerate(officers)
            ),
            return_exceptions=True,
        )

        assert Counter(type(outcome).__name__ for outcome in outcomes) == {"OpenedCase": 1, "InvalidTransition": 2}
        assert (await Case.all().count(), await Patient.all().count()) == (1, 1)


class TestIdempotencyKey:
    async def test_a_retry_answers_with_the_same_case_and_warnings(self) -> None:
        officer = await principal_for(Role.DESK_OFFICER)
        patient = await make_patient(national_id=NATIONAL_ID)
        details = sutinah(national_id=NATIONAL_ID, birth_date=date(1945, 7, 15), location=Point(-7.38, 109.22))
        command = opening(patient=details, needs=("POST_CARE",), idempotency_key="k1")

        first, second = [await open_case(officer, command) for _ in range(2)]

        assert second == first
        assert first.warnings == (KNOWN_BEFORE,)
        assert (await Case.get()).patient_id == patient.id
        assert await Task.all().count() == 1

    async def test_replays_at_the_same_moment_open_one(self) -> None:
        officer, command = await principal_for(Role.DESK_OFFICER), opening(idempotency_key="k1")

        answers = await asyncio.gather(*(open_case(officer, command) for _ in range(4)))

        assert {answer.case_id for answer in answers} == {(await Case.get()).id}

    async def test_the_refusal_names_the_case_again_even_when_it_is_closed_by_then(self) -> None:
        officer, patient = await principal_for(Role.DESK_OFFICER), await make_patient()
        case = await make_case(patient)
        command = opening(patient_id=patient.id, idempotency_key="k1")
        await refused(open_case(officer, command), CaseAlreadyOpen)
        await Case.all().update(status="CLOSED", outcome="RECOVERED", closed_at=NOW)

        again = await refused(open_case(officer, command), CaseAlreadyOpen)

        assert again.case_id == case.id

    async def test_the_same_key_for_another_patient_is_refused(self) -> None:
        officer = await principal_for(Role.DESK_OFFICER)
        await open_case(officer, opening(idempotency_key="k1"))

        other = opening(patient=sutinah(name="Suparti"), idempotency_key="k1")
        await refused(open_case(officer, other), IdempotencyKeyReused)
