"""Moving a case along: phase, hold, outcome and back; what is planned for a case that ends, and what may not be."""

import asyncio
from collections import Counter
from uuid import uuid4

import pytest
import time_machine

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import CaseAlreadyOpen, IdempotencyKeyReused, InvalidTransition, NotAllowed, NotFound
from kurir_api.models import (
    CarePhase,
    Case,
    CaseStatus,
    Claim,
    ClaimStatus,
    Notification,
    Role,
    Task,
    TaskStatus,
    TransitionLog,
)
from kurir_api.services.cases.move_case import MoveCase, move_case
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from kurir_api.services.tasks.create_task import CreateTask, create_task
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    OTHER_VILLAGE,
    SUBDISTRICT,
    VILLAGE,
    make_case,
    make_claim,
    make_facility,
    make_member,
    make_patient,
    make_task,
    principal_for,
)
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

BEFORE, IN, AFTER = CarePhase
OPEN, ON_HOLD, CLOSED = CaseStatus
OUTCOMES = ("RECOVERED", "ONGOING_CARE_HANDED_OVER", "DIED", "MOVED", "WITHDRAWN", "OTHER")


@pytest.fixture
async def officer(db: None) -> Principal:
    """At the regency's desk."""
    return await principal_for(Role.DESK_OFFICER)


async def closed_case(**values) -> Case:
    return await make_case(**{"status": CLOSED, "outcome": "RECOVERED", "closed_at": NOW} | values)


async def move(principal: Principal, case: Case, **values):
    return await move_case(principal, MoveCase(case_id=case.id, **values))


async def history(case: Case) -> list[tuple[str, str, str | None]]:
    """The case's own entries: action, state afterwards, reason."""
    entries = await TransitionLog.filter(subject_id=case.id).order_by("id")
    return [(entry.action, entry.target, entry.reason) for entry in entries]


async def states(*rows: Task | Claim) -> list[str]:
    for row in rows:
        await row.refresh_from_db()
    return [row.status for row in rows]


class TestPhase:
    @time_machine.travel(NOW, tick=False)
    async def test_goes_on_and_is_entered_in_the_history(self, officer: Principal) -> None:
        case = await make_case()

        assert await move(officer, case, phase=IN) == case.id

        await case.refresh_from_db()
        entry = await TransitionLog.get()
        assert (case.phase, case.status) == (IN, OPEN)
        assert (entry.action, entry.source, entry.target) == ("change_phase", "OPEN", "OPEN")
        assert (entry.case_id, entry.actor_id, entry.at) == (case.id, officer.member_id, NOW)

    async def test_may_skip_the_hospital_and_change_while_on_hold(self, officer: Principal) -> None:
        case = await make_case(status=ON_HOLD)

        await move(officer, case, phase=AFTER)

        await case.refresh_from_db()
        assert (case.phase, case.status) == (AFTER, ON_HOLD)

    @pytest.mark.parametrize(("phase", "back"), [(IN, BEFORE), (AFTER, IN), (AFTER, BEFORE)])
    async def test_goes_back_only_with_a_reason(self, officer: Principal, phase: CarePhase, back: CarePhase) -> None:
        case = await make_case(phase=phase)

        for reason in (None, "  "):
            assert await problems(move(officer, case, phase=back, reason=reason)) == {
                "reason": "Say why it goes back to an earlier phase."
            }
        await move(officer, case, phase=back, reason=" Dirawat lagi ")

        await case.refresh_from_db()
        assert case.phase == back
        assert await history(case) == [("change_phase", "OPEN", "Dirawat lagi")]

    async def test_that_is_so_already_leaves_no_entry(self, officer: Principal) -> None:
        case = await make_case(phase=IN)

        await move(officer, case, phase=IN)

        assert await history(case) == []

    async def test_of_a_closed_case_stays(self, officer: Principal) -> None:
        case = await closed_case()

        refusal = await refused(move(officer, case, phase=IN), InvalidTransition)

        assert (refusal.current, refusal.allowed) == ("CLOSED", ("OPEN", "ON_HOLD"))


class TestFacility:
    async def test_changes_and_is_entered_once(self, officer: Principal) -> None:
        case, facility = await make_case(), await make_facility()

        for _ in range(2):
            await move(officer, case, facility_id=facility.id)

        await case.refresh_from_db()
        assert case.facility_id == facility.id
        assert await history(case) == [("change_facility", "OPEN", None)]

    async def test_is_one_of_the_regencys(self, officer: Principal) -> None:
        case, elsewhere = await make_case(), await make_facility(regency_code=OTHER_REGENCY)

        for facility_id in (elsewhere.id, uuid4()):
            assert await problems(move(officer, case, facility_id=facility_id)) == {
                "facilityId": "Not found; choose from the list."
            }


class TestHold:
    async def test_begins_and_ends(self, officer: Principal) -> None:
        case = await make_case()

        await move(officer, case, status=ON_HOLD, reason="Menunggu kamar")
        await move(officer, case, status=OPEN)

        await case.refresh_from_db()
        assert case.status == OPEN
        assert await history(case) == [("hold", "ON_HOLD", "Menunggu kamar"), ("resume", "OPEN", None)]

    @pytest.mark.parametrize(
        ("status", "wanted", "allowed"),
        [(OPEN, OPEN, "ON_HOLD"), (ON_HOLD, ON_HOLD, "OPEN"), (CLOSED, ON_HOLD, "OPEN")],
    )
    async def test_is_refused_where_it_makes_no_sense(
        self, officer: Principal, status: CaseStatus, wanted: CaseStatus, allowed: str
    ) -> None:
        case = await (closed_case() if status == CLOSED else make_case(status=status))

        refusal = await refused(move(officer, case, status=wanted), InvalidTransition)

        assert (refusal.current, refusal.allowed) == (status, (allowed,))


class TestClosing:
    @pytest.mark.parametrize("outcome", OUTCOMES)
    @time_machine.travel(NOW, tick=False)
    async def test_says_how_it_ended(self, officer: Principal, outcome: str) -> None:
        case = await make_case(status=ON_HOLD)

        await move(officer, case, status=CLOSED, outcome=outcome, reason="Selesai")

        await case.refresh_from_db()
        assert (case.status, case.outcome, case.closed_at) == (CLOSED, outcome, NOW)
        assert await history(case) == [("close", "CLOSED", "Selesai")]

    @pytest.mark.parametrize("outcome", [None, "", "HEALED", "recovered"])
    async def test_needs_one_of_the_outcomes(self, officer: Principal, outcome: str | None) -> None:
        case = await make_case()

        assert await problems(move(officer, case, status=CLOSED, outcome=outcome)) == {
            "outcome": f"Choose one of: {', '.join(OUTCOMES)}."
        }

    async def test_twice_is_refused(self, officer: Principal) -> None:
        case = await closed_case()

        refusal = await refused(move(officer, case, status=CLOSED, outcome="OTHER"), InvalidTransition)

        assert (refusal.current, refusal.allowed) == ("CLOSED", ("OPEN", "ON_HOLD"))

    async def test_waits_for_every_task_that_is_under_way_and_names_them(self, officer: Principal) -> None:
        case = await make_case()
        for number, status in enumerate(TaskStatus, 5001):
            await make_task(case, number=number, status=status)

        assert await problems(move(officer, case, status=CLOSED, outcome="RECOVERED", phase=IN)) == {
            "status": "First complete or cancel these tasks: 5002, 5003, 5004."
        }

    async def test_cancels_drafts_and_leaves_what_has_ended(self, officer: Principal) -> None:
        case = await make_case()
        drafted, *ended = [
            await make_task(case, status=status) for status in ("DRAFT", "DONE", "VERIFIED", "FAILED", "EXPIRED")
        ]
        elsewhere = await make_task(status="DRAFT")

        await move(officer, case, status=CLOSED, outcome="RECOVERED", reason="Sembuh")

        assert await states(drafted, *ended, elsewhere) == [
            "CANCELLED",
            "DONE",
            "VERIFIED",
            "FAILED",
            "EXPIRED",
            "DRAFT",
        ]
        entry = await TransitionLog.get(subject_id=drafted.id)
        assert (entry.action, entry.actor_id, entry.case_id) == ("cancel", None, case.id)

    async def test_of_one_who_died_cancels_what_is_planned_and_tells_the_claimants(self, officer: Principal) -> None:
        case = await make_case()
        drafted, opened, filled = [await make_task(case, status=status) for status in ("DRAFT", "OPEN", "FILLED")]
        holder, asked = await make_member(), await make_member()
        held = await make_claim(filled, holder)
        offered = await make_claim(opened, asked, ClaimStatus.OFFERED)

        await move(officer, case, status=CLOSED, outcome="DIED")

        assert await states(drafted, opened, filled) == ["CANCELLED"] * 3
        assert await states(held, offered) == ["REVOKED", "REVOKED"]
        assert {(row.kind, row.member_id, row.task_id) for row in await Notification.all()} == {
            ("TASK_CANCELLED", holder.id, filled.id),
            ("TASK_CANCELLED", asked.id, opened.id),
        }
        assert {task.alerts_stale for task in await Task.all()} == {True}

    async def test_of_one_who_died_waits_for_who_is_at_work(self, officer: Principal) -> None:
        case = await make_case()
        await make_task(case, number=5001, status="OPEN")
        await make_task(case, number=5002, status="IN_PROGRESS")

        assert await problems(move(officer, case, status=CLOSED, outcome="DIED")) == {
            "status": "First complete or cancel these tasks: 5002."
        }

    async def test_while_somebody_claims_leaves_nobody_on_the_way(self, officer: Principal) -> None:
        task = await make_task()
        driver = await principal_of_member((await make_member(capabilities=("AMBULANCE_LICENCE",))).id)

        await asyncio.gather(
            move(officer, await task.case, status=CLOSED, outcome="DIED"),
            claim_task(driver, ClaimTask(task_id=task.id)),
            return_exceptions=True,
        )

        assert await states(task) == ["CANCELLED"]
        assert await Claim.filter(status__in=("OFFERED", "HELD", "IN_PROGRESS")).count() == 0

    async def test_while_a_task_is_written_leaves_none_to_do(self, officer: Principal) -> None:
        case = await make_case()

        await asyncio.gather(
            create_task(officer, CreateTask(case_id=case.id, kind="FOOD_DELIVERY")),
            move(officer, case, status=CLOSED, outcome="RECOVERED"),
            return_exceptions=True,
        )

        await case.refresh_from_db()
        assert case.status == CLOSED
        assert await Task.exclude(status="CANCELLED").count() == 0


class TestOpeningAgain:
    async def test_needs_a_reason_and_forgets_the_outcome(self, officer: Principal) -> None:
        case = await closed_case()

        assert await problems(move(officer, case, status=OPEN)) == {"reason": "Say why."}
        await move(officer, case, status=OPEN, reason="Kambuh")

        await case.refresh_from_db()
        assert (case.status, case.outcome, case.closed_at) == (OPEN, None, None)
        assert await history(case) == [("reopen", "OPEN", "Kambuh")]

    async def test_may_go_back_to_an_earlier_phase_for_the_same_reason(self, officer: Principal) -> None:
        case = await closed_case(phase=AFTER)

        await move(officer, case, status=OPEN, phase=IN, reason="Kambuh")

        await case.refresh_from_db()
        assert (case.status, case.phase) == (OPEN, IN)
        assert await history(case) == [("reopen", "OPEN", "Kambuh"), ("change_phase", "OPEN", "Kambuh")]

    async def test_is_refused_while_the_patient_has_another_open_case(self, officer: Principal) -> None:
        patient = await make_patient()
        case, other = await closed_case(patient=patient), await make_case(patient)

        refusal = await refused(move(officer, case, status=OPEN, reason="Kambuh"), CaseAlreadyOpen)

        assert refusal.case_id == other.id

    async def test_of_two_cases_of_one_patient_at_the_same_moment_opens_one(self, officer: Principal) -> None:
        patient = await make_patient()
        cases = [await closed_case(patient=patient) for _ in range(3)]

        outcomes = await asyncio.gather(
            *(move(officer, case, status=OPEN, reason="Kambuh") for case in cases), return_exceptions=True
        )

        opened = await Case.get(status=OPEN)
        assert Counter(type(outcome).__name__ for outcome in outcomes) == {"UUID": 1, "CaseAlreadyOpen": 2}
        assert {getattr(outcome, "case_id", outcome) for outcome in outcomes} == {opened.id}


class TestSeveralThingsAtOnce:
    async def test_change_first_and_then_the_case_is_closed(self, officer: Principal) -> None:
        case, facility = await make_case(), await make_facility()

        await move(officer, case, phase=AFTER, facility_id=facility.id, status=CLOSED, outcome="RECOVERED")

        await case.refresh_from_db()
        assert (case.phase, case.facility_id, case.status) == (AFTER, facility.id, CLOSED)
        assert [action for action, _, _ in await history(case)] == ["change_facility", "change_phase", "close"]

    async def test_none_change_when_one_cannot(self, officer: Principal) -> None:
        case, facility = await make_case(phase=IN), await make_facility()

        said = await problems(move(officer, case, facility_id=facility.id, phase=BEFORE, status=ON_HOLD))

        assert list(said) == ["reason"]

    async def test_every_field_that_cannot_be_used_is_named(self, officer: Principal) -> None:
        case = await make_case()
        call = move(officer, case, status=CLOSED, outcome="HEALED", facility_id=uuid4(), reason="x" * 2001)

        assert list(await problems(call)) == ["outcome", "facilityId", "reason"]

    @pytest.mark.parametrize("values", [{}, {"reason": "Hanya ingin tahu"}, {"outcome": "DIED"}])
    async def test_nothing_at_all_is_refused(self, officer: Principal, values: dict) -> None:
        assert await problems(move(officer, await make_case(), **values)) == {
            "status": "Give at least one of phase, status and facilityId."
        }


class TestWhoMay:
    @pytest.mark.parametrize("role", [Role.DESK_OFFICER, Role.COORDINATOR])
    @pytest.mark.parametrize("region", ["33", "33.02", SUBDISTRICT, VILLAGE])
    async def test_the_desk_of_the_place_and_above(self, role: Role, region: str) -> None:
        case = await make_case(await make_patient(region=VILLAGE))

        await move(await principal_for(role, region=region), case, phase=IN)

        await case.refresh_from_db()
        assert case.phase == IN

    @pytest.mark.parametrize("role", [role for role in Role if role not in (Role.DESK_OFFICER, Role.COORDINATOR)])
    async def test_for_others_there_is_no_such_case(self, role: Role) -> None:
        case = await make_case()

        await refused(move(await principal_for(role), case, phase=IN), NotFound)

    @pytest.mark.parametrize("region", ["33.02.24", OTHER_VILLAGE])
    async def test_nor_for_another_places_desk(self, region: str) -> None:
        case = await make_case(await make_patient(region=VILLAGE))

        await refused(move(await principal_for(Role.COORDINATOR, region=region), case, phase=IN), NotFound)

    async def test_who_holds_a_task_of_it_sees_it_but_moves_nothing(self) -> None:
        task, holder = await make_task(), await make_member()
        await make_claim(task, holder)

        await refused(move(await principal_of_member(holder.id), await task.case, phase=IN), NotAllowed)


class TestIdempotencyKey:
    async def test_a_retry_answers_as_before_and_changes_nothing(self, officer: Principal) -> None:
        case = await make_case()

        for _ in range(2):
            assert await move(officer, case, status=ON_HOLD, idempotency_key="k1") == case.id

        assert await history(case) == [("hold", "ON_HOLD", None)]

    async def test_the_same_key_for_something_else_is_refused(self, officer: Principal) -> None:
        case = await make_case()
        await move(officer, case, status=ON_HOLD, idempotency_key="k1")

        await refused(move(officer, case, status=OPEN, idempotency_key="k1"), IdempotencyKeyReused)
