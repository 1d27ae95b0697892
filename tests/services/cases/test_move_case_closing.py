"""Closing a case and opening it again: the outcome, and what becomes of its tasks."""

import asyncio
from collections import Counter

import pytest
import time_machine

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import CaseAlreadyOpen, InvalidTransition
from kurir_api.models import (
    Case,
    Claim,
    ClaimStatus,
    Notification,
    Task,
    TaskStatus,
    TransitionLog,
)
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from kurir_api.services.tasks.create_task import CreateTask, create_task
from tests.factories import (
    NOW,
    make_case,
    make_claim,
    make_member,
    make_patient,
    make_task,
)
from tests.services.cases.moving import AFTER, CLOSED, IN, ON_HOLD, OPEN, closed_case, history, move
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

OUTCOMES = ("RECOVERED", "ONGOING_CARE_HANDED_OVER", "DIED", "MOVED", "WITHDRAWN", "OTHER")


async def states(*rows: Task | Claim) -> list[str]:
    for row in rows:
        await row.refresh_from_db()
    return [row.status for row in rows]


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
            "status": "First complete, revoke or cancel these tasks: 5002, 5003, 5004."
        }

    async def test_waits_for_whoever_is_at_work_even_when_the_patient_died(self, officer: Principal) -> None:
        case = await make_case()
        task = await make_task(case, number=4821, slots=2)
        claim = await make_claim(task, await make_member(), ClaimStatus.IN_PROGRESS)

        assert await problems(move(officer, case, status=CLOSED, outcome="DIED")) == {
            "status": "First complete, revoke or cancel these tasks: 4821."
        }
        assert await states(task, claim) == ["OPEN", "IN_PROGRESS"]

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
            "status": "First complete, revoke or cancel these tasks: 5002."
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
        assert await history(case) == [("reopen", "OPEN", "Kambuh"), ("admit", "OPEN", "Kambuh")]

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
