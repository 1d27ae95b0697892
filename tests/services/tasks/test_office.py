"""What the office does with tasks: writing down, publishing, calling off, confirming."""

from datetime import UTC, datetime, timedelta

import pytest

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import InvalidInput, InvalidTransition, NotAllowed, NotFound
from kurir_api.models import Alarm, CaseStatus, Claim, Notification, Role, Task, TransitionLog, Urgency, Wave
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.complete_claim import complete_claim
from kurir_api.services.claims.start_claim import start_claim
from kurir_api.services.tasks.cancel_task import cancel_task
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from kurir_api.services.tasks.create_task import CreateTask, create_task
from kurir_api.services.tasks.publish_task import TaskAction, publish_task
from kurir_api.services.tasks.verify_task import verify_task
from tests.factories import NOW, make_case, make_facility, make_member, make_patient, make_task, principal_for

pytestmark = pytest.mark.usefixtures("db")


async def driver() -> Principal:
    return await principal_of_member((await make_member(capabilities=("AMBULANCE_LICENCE",))).id)


class TestCreating:
    async def test_a_draft_takes_the_kinds_defaults_and_the_patients_place(self) -> None:
        officer, facility = await principal_for(Role.DESK_OFFICER), await make_facility()
        case = await make_case(facility=facility)

        task = await Task.get(id=await create_task(officer, CreateTask(case_id=case.id, kind="AMBULANCE_RUN")))

        assert (task.status, task.urgency, task.slots, task.number) == ("DRAFT", Urgency.URGENT, 1, 1001)
        assert task.ends_at - task.starts_at == timedelta(hours=4)
        assert (task.latitude, task.longitude) == (-7.3825, 109.2215)
        assert task.destination_id == facility.id
        assert await Wave.all().count() == 0

    async def test_without_a_point_the_place_is_the_middle_of_the_village(self) -> None:
        case = await make_case(await make_patient(latitude=None, longitude=None))

        task_id = await create_task(
            await principal_for(Role.DESK_OFFICER), CreateTask(case_id=case.id, kind="FOOD_DELIVERY")
        )

        task = await Task.get(id=task_id)
        assert (task.latitude, task.longitude) == (-7.382, 109.221)

    async def test_published_at_once_it_is_open_with_a_first_wave(self) -> None:
        case = await make_case()

        task_id = await create_task(
            await principal_for(Role.COORDINATOR), CreateTask(case_id=case.id, kind="AMBULANCE_RUN", publish=True)
        )

        assert (await Task.get(id=task_id)).status == "OPEN"
        assert [(wave.number, wave.status) for wave in await Wave.filter(task_id=task_id)] == [(1, "PLANNED")]
        rows = await TransitionLog.filter(task_id=task_id).order_by("id")
        assert [(row.action, row.target) for row in rows] == [("draft", "DRAFT"), ("publish", "OPEN")]

    async def test_every_field_that_cannot_be_used_is_named(self) -> None:
        case, now = await make_case(), datetime.now(UTC)
        command = CreateTask(
            case_id=case.id,
            kind="TELEPORT",
            slots=0,
            title="x" * 121,
            starts_at=now + timedelta(hours=2),
            ends_at=now + timedelta(hours=1),
            destination_id=case.id,
        )

        with pytest.raises(InvalidInput) as refusal:
            await create_task(await principal_for(Role.DESK_OFFICER), command)

        paths = [problem.path[0] for problem in refusal.value.problems]
        assert paths == ["kind", "slots", "title", "endsAt", "destinationId"]
        assert await Task.all().count() == 0

    @pytest.mark.parametrize("role", [Role.DESK_OFFICER, Role.COORDINATOR])
    async def test_of_another_regencys_case_is_not_found(self, role: Role) -> None:
        case = await make_case()

        with pytest.raises(NotFound):
            await create_task(
                await principal_for(role, region="33.05"), CreateTask(case_id=case.id, kind="POST_CARE")
            )

    async def test_a_closed_case_takes_no_task(self) -> None:
        case = await make_case(status=CaseStatus.CLOSED, outcome="RECOVERED", closed_at=datetime.now(UTC))

        with pytest.raises(InvalidTransition) as refusal:
            await create_task(await principal_for(Role.DESK_OFFICER), CreateTask(case_id=case.id, kind="POST_CARE"))

        assert (refusal.value.current, await Task.all().count()) == ("CLOSED", 0)

    async def test_a_draft_arms_the_alarm_in_case_it_is_not_done_in_time(self) -> None:
        officer, case = await principal_for(Role.DESK_OFFICER), await make_case()

        task = await Task.get(id=await create_task(officer, CreateTask(case_id=case.id, kind="POST_CARE")))

        assert [(alarm.reason, alarm.due_at, alarm.raised_at) for alarm in await Alarm.all()] == [
            ("WINDOW_PASSED", task.ends_at + timedelta(minutes=30), None)
        ]


class TestPublishing:
    async def test_opens_a_draft_and_plans_its_first_wave(self) -> None:
        task = await make_task(status="DRAFT", starts_at=datetime.now(UTC))

        await publish_task(await principal_for(Role.DESK_OFFICER), TaskAction(task_id=task.id))

        await task.refresh_from_db()
        assert task.status == "OPEN"
        assert await Wave.filter(task_id=task.id).count() == 1

    @pytest.mark.time_machine(NOW, tick=False)
    async def test_notes_when_and_arms_the_alarm_in_case_nobody_takes_it(self) -> None:
        task = await make_task(status="DRAFT")

        await publish_task(await principal_for(Role.DESK_OFFICER), TaskAction(task_id=task.id))

        await task.refresh_from_db()
        assert task.published_at == NOW
        assert [(alarm.reason, alarm.due_at, alarm.raised_at) for alarm in await Alarm.all()] == [
            ("UNCLAIMED", NOW + timedelta(minutes=15), None)
        ]

    async def test_twice_is_refused(self) -> None:
        task = await make_task(starts_at=datetime.now(UTC))

        with pytest.raises(InvalidTransition) as refusal:
            await publish_task(await principal_for(Role.DESK_OFFICER), TaskAction(task_id=task.id))

        assert (refusal.value.current, refusal.value.allowed) == ("OPEN", ("DRAFT",))
        assert await Wave.filter(task_id=task.id).count() == 0

    async def test_after_its_window_is_refused(self) -> None:
        task = await make_task(status="DRAFT", starts_at=datetime.now(UTC) - timedelta(days=2))

        with pytest.raises(InvalidInput):
            await publish_task(await principal_for(Role.DESK_OFFICER), TaskAction(task_id=task.id))

        await task.refresh_from_db()
        assert task.status == "DRAFT"


class TestCancelling:
    async def test_revokes_the_claims_and_tells_their_members(self) -> None:
        task, volunteer = await make_task(), await driver()
        claim_id = await claim_task(volunteer, ClaimTask(task_id=task.id))

        await cancel_task(
            await principal_for(Role.COORDINATOR), TaskAction(task_id=task.id, reason="Dirawat di rumah")
        )

        await task.refresh_from_db()
        assert (task.status, (await Claim.get(id=claim_id)).status) == ("CANCELLED", "REVOKED")
        assert [row.member_id for row in await Notification.filter(kind="TASK_CANCELLED")] == [volunteer.member_id]

    async def test_is_not_possible_once_somebody_is_at_work(self) -> None:
        task, volunteer = await make_task(), await driver()
        claim_id = await claim_task(volunteer, ClaimTask(task_id=task.id))
        await start_claim(volunteer, ClaimAction(claim_id=claim_id))

        with pytest.raises(InvalidTransition):
            await cancel_task(await principal_for(Role.COORDINATOR), TaskAction(task_id=task.id))

        assert (await Claim.get(id=claim_id)).status == "IN_PROGRESS"

    async def test_is_not_for_a_volunteer(self) -> None:
        task = await make_task()

        with pytest.raises(NotAllowed):
            await cancel_task(await driver(), TaskAction(task_id=task.id))


class TestVerifying:
    async def test_confirms_task_and_claims_and_tells_the_members(self) -> None:
        task, volunteer = await make_task(), await driver()
        claim_id = await claim_task(volunteer, ClaimTask(task_id=task.id))
        await start_claim(volunteer, ClaimAction(claim_id=claim_id))
        await complete_claim(volunteer, ClaimAction(claim_id=claim_id))

        await verify_task(await principal_for(Role.COORDINATOR), TaskAction(task_id=task.id))

        await task.refresh_from_db()
        assert (task.status, (await Claim.get(id=claim_id)).status) == ("VERIFIED", "VERIFIED")
        assert [row.member_id for row in await Notification.filter(kind="TASK_VERIFIED")] == [volunteer.member_id]

    async def test_of_work_not_done_is_refused(self) -> None:
        task = await make_task()

        with pytest.raises(InvalidTransition) as refusal:
            await verify_task(await principal_for(Role.COORDINATOR), TaskAction(task_id=task.id))

        assert (refusal.value.current, refusal.value.allowed) == ("OPEN", ("DONE",))
