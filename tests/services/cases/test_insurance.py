"""Until when a stay in hospital must be insured: reckoned from the admission, by the hospital's rule."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from kurir_api.auth import Principal
from kurir_api.dispatch.alarms import arm_window_passed
from kurir_api.errors import NotAllowed, NotFound
from kurir_api.models import (
    Alarm,
    CarePhase,
    Case,
    Escalation,
    Facility,
    Holiday,
    HolidayKind,
    InsuranceRule,
    Role,
    Task,
    Urgency,
)
from kurir_api.services.cases.insurance import InsuranceStatus, insurance_status, insured_by_task
from kurir_api.services.cases.open_case import OpenCase, open_case
from kurir_api.services.places.load_places import load_holidays
from kurir_api.services.places.set_insurance_rule import SetInsuranceRule, set_insurance_rule
from kurir_api.services.tasks.publish_task import TaskAction
from kurir_api.services.tasks.verify_task import verify_task
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    REGENCY,
    VILLAGE,
    make_case,
    make_claim,
    make_facility,
    make_member,
    make_patient,
    make_task,
    principal_for,
)
from tests.services.cases.moving import AFTER, BEFORE, CLOSED, IN, history, move
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TUESDAY_AFTERNOON = datetime(2026, 3, 17, 8, tzinfo=UTC)
"""17 March 2026, 15.00 in Banyumas, the day before Nyepi's and Idulfitri's long holiday."""


async def admitted(rule: InsuranceRule = InsuranceRule.CALENDAR_DAYS, at: datetime = NOW, **values: Any) -> Case:
    """A case in hospital since then."""
    facility = await make_facility(insurance_rule=rule)
    due = values.pop("insurance_due_at", at + 3 * DAY)
    return await make_case(phase=IN, facility=facility, admitted_at=at, insurance_due_at=due, **values)


class TestTheDeadline:
    @time_machine.travel(NOW, tick=False)
    async def test_by_calendar_days_is_72_hours_after_the_admission(self, officer: Principal) -> None:
        hospital = await make_facility(insurance_rule=InsuranceRule.CALENDAR_DAYS)
        case = await make_case(facility=hospital)

        await move(officer, case, phase=IN, admitted_at=NOW - 5 * HOUR)

        await case.refresh_from_db()
        assert (case.admitted_at, case.insurance_due_at) == (NOW - 5 * HOUR, NOW + 67 * HOUR)

    @time_machine.travel(datetime(2026, 3, 17, 9, tzinfo=UTC), tick=False)
    async def test_by_working_days_leaves_out_weekends_holidays_and_collective_leave(
        self, officer: Principal
    ) -> None:
        await load_holidays()
        hospital = await make_facility(insurance_rule=InsuranceRule.WORKING_DAYS)

        opened = await open_case(
            officer,
            OpenCase(
                phase=IN,
                patient_id=(await make_patient()).id,
                facility_id=hospital.id,
                admitted_at=TUESDAY_AFTERNOON,
            ),
        )

        # Tuesday 17: 9 hours. 18 to 24 March: closed. Wednesday 25 and Thursday 26: 48. Friday 27: the last 15.
        case = await Case.get(id=opened.case_id)
        assert case.insurance_due_at == datetime(2026, 3, 27, 8, tzinfo=UTC)

    @time_machine.travel(datetime(2026, 3, 17, 9, tzinfo=UTC), tick=False)
    async def test_by_calendar_days_the_same_stay_ends_on_a_holiday(self, officer: Principal) -> None:
        await load_holidays()
        case = await make_case(facility=await make_facility())

        await move(officer, case, phase=IN, admitted_at=TUESDAY_AFTERNOON)

        await case.refresh_from_db()
        assert case.insurance_due_at == datetime(2026, 3, 20, 8, tzinfo=UTC)

    @time_machine.travel(NOW, tick=False)
    async def test_knows_the_regencys_own_holidays_and_no_others(self, officer: Principal) -> None:
        for day, regency in ((24, REGENCY), (25, OTHER_REGENCY)):
            await Holiday.create(
                day=datetime(2026, 11, day, tzinfo=UTC).date(),
                regency_code=regency,
                kind=HolidayKind.LOCAL,
                name_id="Pilkada",
                name_en="Election",
            )
        case = await make_case(facility=await make_facility(insurance_rule=InsuranceRule.WORKING_DAYS))

        await move(officer, case, phase=IN)

        # Monday 09.00: 15 hours; Wednesday and Thursday: 48; Friday: 9.
        await case.refresh_from_db()
        assert case.insurance_due_at == datetime(2026, 11, 27, 2, tzinfo=UTC)

    @time_machine.travel(NOW, tick=False)
    async def test_is_reckoned_anew_at_another_hospital_and_for_another_admission(self, officer: Principal) -> None:
        case = await admitted()
        other = await make_facility(insurance_rule=InsuranceRule.WORKING_DAYS)

        await move(officer, case, facility_id=other.id)
        await case.refresh_from_db()
        by_working_days = case.insurance_due_at
        await move(officer, case, admitted_at=NOW - DAY)
        await case.refresh_from_db()

        # The day before was a Sunday.
        assert (by_working_days, case.insurance_due_at) == (NOW + 3 * DAY, datetime(2026, 11, 25, 17, tzinfo=UTC))

    @time_machine.travel(NOW, tick=False)
    async def test_of_a_stay_that_is_over_stays_whatever_the_patient_goes_to_next(self, officer: Principal) -> None:
        case = await admitted(InsuranceRule.WORKING_DAYS, at=NOW - 9 * DAY, insurance_due_at=NOW - 2 * DAY)
        await move(officer, case, phase=AFTER, facility_id=(await make_facility()).id)

        await move(officer, case, facility_id=(await make_facility()).id)

        await case.refresh_from_db()
        assert case.insurance_due_at == NOW - 2 * DAY

    @time_machine.travel(NOW, tick=False)
    async def test_falls_away_with_an_admission_that_was_a_mistake(self, officer: Principal) -> None:
        case = await admitted()

        await move(officer, case, phase=BEFORE, reason="Belum jadi dirawat")

        await case.refresh_from_db()
        assert (case.admitted_at, case.discharged_at, case.insurance_due_at) == (None, None, None)


class TestTheDates:
    @time_machine.travel(NOW, tick=False)
    async def test_leaving_hospital_is_now_unless_it_is_said(self, officer: Principal) -> None:
        case, other = await admitted(at=NOW - DAY), await admitted(at=NOW - DAY)

        await move(officer, case, phase=AFTER)
        await move(officer, other, phase=AFTER, discharged_at=NOW - HOUR)

        await case.refresh_from_db()
        await other.refresh_from_db()
        assert (case.discharged_at, other.discharged_at) == (NOW, NOW - HOUR)

    @time_machine.travel(NOW, tick=False)
    @pytest.mark.parametrize(
        ("phase", "values", "said"),
        [
            (IN, {"admitted_at": NOW + HOUR}, {"admittedAt": "In the future; check the phone's clock."}),
            (IN, {"insured_at": NOW + HOUR}, {"insuredAt": "In the future; check the phone's clock."}),
            (IN, {"discharged_at": NOW}, {"dischargedAt": "Not in this phase yet; change the phase, too."}),
            (BEFORE, {"admitted_at": NOW}, {"admittedAt": "Not in this phase yet; change the phase, too."}),
            (AFTER, {"discharged_at": NOW}, {"admittedAt": "Give the admission, too."}),
            (
                AFTER,
                {"admitted_at": NOW, "discharged_at": NOW - HOUR},
                {"dischargedAt": "Must not be before the admission."},
            ),
        ],
    )
    async def test_that_cannot_be_name_their_field(
        self, phase: CarePhase, values: dict[str, Any], said: dict[str, str], officer: Principal
    ) -> None:
        assert await problems(move(officer, await make_case(), phase=phase, **values)) == said


class TestTheStatus:
    @pytest.mark.parametrize(
        ("values", "status"),
        [
            ({}, InsuranceStatus.RUNNING),
            ({"insured_at": NOW + DAY}, InsuranceStatus.MET),
            ({"insured_at": NOW - DAY}, InsuranceStatus.MET),
            ({"discharged_at": NOW + DAY}, InsuranceStatus.ENDED),
            ({"discharged_at": NOW + DAY, "insured_at": NOW + HOUR}, InsuranceStatus.MET),
            ({"discharged_at": NOW + HOUR, "insured_at": NOW + DAY}, InsuranceStatus.ENDED),
            ({"insurance_due_at": NOW + 2 * DAY}, InsuranceStatus.MISSED),
            ({"insurance_due_at": NOW + DAY, "insured_at": NOW + 2 * DAY}, InsuranceStatus.MISSED),
            ({"admitted_at": None, "insurance_due_at": None}, None),
        ],
    )
    def test_follows_from_the_dates(self, values: dict[str, Any], status: InsuranceStatus | None) -> None:
        case = Case(**{"admitted_at": NOW, "insurance_due_at": NOW + 3 * DAY} | values)

        assert insurance_status(case, NOW + 2 * DAY) == status


class TestWhoIsTold:
    async def told(self) -> list[tuple[datetime | None, bool]]:
        return [(row.due_at, row.ended_at is not None) for row in await Escalation.all().order_by("id")]

    @time_machine.travel(NOW, tick=False)
    @pytest.mark.parametrize(
        ("admitted_ago", "first"), [(DAY, DAY), (2 * DAY + HOUR, 17 * HOUR), (70 * HOUR, 2 * HOUR)]
    )
    async def test_the_desk_at_the_next_of_a_day_before_six_hours_before_and_the_deadline(
        self, admitted_ago: timedelta, first: timedelta, officer: Principal
    ) -> None:
        await move(officer, await make_case(), phase=IN, admitted_at=NOW - admitted_ago)

        assert await self.told() == [(NOW + first, False)]

    @time_machine.travel(NOW, tick=False)
    @pytest.mark.parametrize(
        "values", [{"insured_at": NOW}, {"phase": AFTER}, {"status": CLOSED, "outcome": "RECOVERED"}]
    )
    async def test_nobody_once_it_is_insured_left_or_closed(self, values: dict[str, Any], officer: Principal) -> None:
        case = await make_case()
        await move(officer, case, phase=IN)

        await move(officer, case, **values)

        assert await self.told() == [(None, True)]

    @time_machine.travel(NOW, tick=False)
    async def test_the_desk_at_once_of_a_deadline_that_was_over_when_it_was_written_down(
        self, officer: Principal
    ) -> None:
        await move(officer, await make_case(), phase=IN, admitted_at=NOW - 4 * DAY)

        assert await self.told() == [(NOW, False)]

    @time_machine.travel(NOW, tick=False)
    @pytest.mark.parametrize("admitted_ago", [DAY, 4 * DAY])
    async def test_as_before_when_something_else_changes(self, admitted_ago: timedelta, officer: Principal) -> None:
        case = await make_case()
        await move(officer, case, phase=IN, admitted_at=NOW - admitted_ago)
        await Escalation.all().update(due_at=NOW + 9 * HOUR, times_told=2)

        await move(officer, case, care_class=2)

        assert await Escalation.all().values_list("due_at", "times_told", "ended_at") == [(NOW + 9 * HOUR, 2, None)]


class TestItsTask:
    @time_machine.travel(NOW, tick=False)
    async def test_ends_at_the_deadline_and_is_urgent(self, officer: Principal) -> None:
        await open_case(
            officer,
            OpenCase(
                phase=IN,
                patient_id=(await make_patient()).id,
                admitted_at=NOW - 40 * HOUR,
                needs=("HEALTH_INSURANCE", "WAITING_COST"),
            ),
        )

        tasks = {task.kind: task for task in await Task.all()}
        assert (tasks["HEALTH_INSURANCE"].ends_at, tasks["HEALTH_INSURANCE"].urgency) == (
            NOW + 32 * HOUR,
            Urgency.URGENT,
        )
        assert tasks["WAITING_COST"].ends_at != NOW + 32 * HOUR

    @time_machine.travel(NOW, tick=False)
    async def test_that_was_written_down_before_the_admission_ends_at_the_deadline_too_unless_somebody_has_it(
        self, officer: Principal
    ) -> None:
        case = await make_case()
        written = {"kind": "HEALTH_INSURANCE", "urgency": "NORMAL", "starts_at": NOW, "ends_at": NOW + DAY}
        free, taken = await make_task(case, **written), await make_task(case, slots=2, **written)
        await arm_window_passed(free)
        await make_claim(taken, await make_member())

        await move(officer, case, phase=IN)

        await free.refresh_from_db()
        await taken.refresh_from_db()
        assert (free.ends_at, free.urgency) == (NOW + 3 * DAY, Urgency.URGENT)
        assert (taken.ends_at, taken.urgency) == (NOW + DAY, Urgency.NORMAL)
        assert (await Alarm.get()).due_at == NOW + 3 * DAY + HOUR / 2

    @pytest.mark.parametrize("done", [NOW + DAY, NOW - 10 * HOUR], ids=["in the stay", "before it"])
    async def test_insures_since_the_work_was_done_once_it_is_verified(self, done: datetime) -> None:
        case = await admitted()
        task = await make_task(case, kind="HEALTH_INSURANCE")
        await make_claim(task, await make_member(), "VERIFIED", claimed_at=NOW - DAY, completed_at=done)

        await insured_by_task(task, NOW + 4 * DAY)

        await case.refresh_from_db()
        assert case.insured_at == done
        assert insurance_status(case, NOW + 4 * DAY) == InsuranceStatus.MET
        assert await history(case) == [("confirm_insurance", "OPEN", None)]

    async def test_verifying_it_insures_also_before_the_admission(self) -> None:
        case = await make_case()
        task = await make_task(case, kind="HEALTH_INSURANCE", status="DONE")
        await make_claim(task, await make_member(), "COMPLETED", completed_at=NOW + DAY)

        await verify_task(await principal_for(Role.COORDINATOR), TaskAction(task_id=task.id))

        await case.refresh_from_db()
        assert case.insured_at == NOW + DAY

    @pytest.mark.parametrize(
        ("kind", "values"),
        [
            ("WAITING_COST", {}),
            ("HEALTH_INSURANCE", {"insured_at": NOW}),
            ("HEALTH_INSURANCE", {"status": "CLOSED", "outcome": "MOVED", "closed_at": NOW}),
        ],
    )
    async def test_else_nothing_changes(self, kind: str, values: dict[str, Any]) -> None:
        case = await admitted(**values)

        await insured_by_task(await make_task(case, kind=kind), NOW + DAY)

        assert await history(case) == []


class TestTheRule:
    @time_machine.travel(NOW, tick=False)
    async def test_of_a_hospital_changes_the_deadlines_that_run_there(self) -> None:
        await Holiday.create(
            day=NOW.date() + DAY, kind=HolidayKind.NATIONAL, name_id="Hari libur", name_en="A holiday"
        )
        case = await admitted()
        insured = await make_case(
            phase=IN, facility_id=case.facility_id, admitted_at=NOW, insurance_due_at=NOW + 3 * DAY, insured_at=NOW
        )
        command = SetInsuranceRule(facility_id=case.facility_id, rule=InsuranceRule.WORKING_DAYS)

        await set_insurance_rule(await principal_for(Role.COORDINATOR), command)

        await case.refresh_from_db()
        await insured.refresh_from_db()
        assert (await Facility.get()).insurance_rule == InsuranceRule.WORKING_DAYS
        assert (case.insurance_due_at, insured.insurance_due_at) == (NOW + 4 * DAY, NOW + 3 * DAY)
        assert (await Escalation.get()).due_at == NOW + 3 * DAY

    async def test_is_the_regencys_coordinators_and_administrators_to_set(self) -> None:
        facility = await make_facility()
        command = SetInsuranceRule(facility_id=facility.id, rule=InsuranceRule.WORKING_DAYS)

        for role, region in ((Role.COORDINATOR, VILLAGE), (Role.DESK_OFFICER, REGENCY)):
            await refused(set_insurance_rule(await principal_for(role, region=region), command), NotAllowed)
        elsewhere = await principal_for(Role.ADMIN, region=OTHER_REGENCY)
        await refused(set_insurance_rule(elsewhere, command), NotFound)
