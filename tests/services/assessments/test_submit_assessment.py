"""What a visit found out is written down by who did it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import NotAllowed, NotFound
from kurir_api.models import Assessment, Claim, ClaimStatus, Role, Task
from kurir_api.services.assessments.answers import answers_of, had, needed
from kurir_api.services.assessments.submit_assessment import SubmitAssessment, submit_assessment
from kurir_api.services.visibility import visible_assessments
from tests.factories import (
    ANSWERS,
    OTHER_REGENCY,
    VILLAGE,
    make_assessment,
    make_claim,
    make_member,
    make_task,
    principal_for,
)
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")


async def visit(status: ClaimStatus = ClaimStatus.HELD) -> tuple[Principal, Task]:
    """A visitor, and the visit."""
    claim = await make_claim(await make_task(kind="OUTREACH_VISIT"), await make_member(), status)
    return await principal_of_member(claim.member_id), await Task.get(id=claim.task_id)


def answered(task: Task, **values: Any) -> SubmitAssessment:
    """The answers, now, to the first version."""
    return SubmitAssessment(**{"task_id": task.id, "version": 1, "answers": ANSWERS} | values)


async def test_the_visitor_writes_down_what_the_household_has_and_needs() -> None:
    visitor, task = await visit()
    at = datetime.now(UTC) - timedelta(hours=3)

    assessment = await Assessment.get(id=await submit_assessment(visitor, answered(task, at=at)))

    assert answers_of(assessment) == ANSWERS
    assert (had(assessment), needed(assessment)) == (["PKH"], ["KIS_PBI"])
    assert (assessment.filled_by_id, assessment.filled_at) == (visitor.member_id, at)
    assert (assessment.task_id, assessment.case_id, assessment.region_id) == (task.id, task.case_id, VILLAGE)
    assert b"FARM_LABOUR" not in bytes(assessment.answers_sealed)


async def test_a_second_submission_replaces_the_first() -> None:
    visitor, task = await visit(ClaimStatus.COMPLETED)
    first = await submit_assessment(visitor, answered(task))

    again = await submit_assessment(visitor, answered(task, answers=ANSWERS | {"household_size": 5}))

    assert again == first
    assert answers_of(await Assessment.get())["household_size"] == 5


async def test_of_two_who_submit_at_once_both_succeed_and_one_assessment_is_there() -> None:
    visitor, task = await visit()
    desk = await principal_for(Role.DESK_OFFICER)
    at = datetime.now(UTC)

    ids = await asyncio.gather(*(submit_assessment(one, answered(task, at=at)) for one in (visitor, desk)))

    assert len(set(ids)) == 1
    assert await Assessment.all().count() == 1


async def test_older_answers_replace_no_newer_ones() -> None:
    visitor, task = await visit()
    await submit_assessment(visitor, answered(task))
    late = answered(task, at=datetime.now(UTC) - timedelta(hours=1))

    assert await problems(submit_assessment(visitor, late)) == {
        "at": "There are newer answers; load them before you change any."
    }


async def test_once_referred_the_answers_stay() -> None:
    visitor, task = await visit()
    await make_assessment(task, referred_at=datetime.now(UTC))

    assert await problems(submit_assessment(visitor, answered(task))) == {
        "taskId": "Already referred, so it can't be changed; make another visit."
    }


async def test_what_cant_be_used_is_all_named() -> None:
    visitor, task = await visit()
    run = await make_claim(await make_task(kind="AMBULANCE_RUN"), await make_member())
    future = datetime.now(UTC) + timedelta(hours=1)

    assert await problems(submit_assessment(visitor, answered(task, version=99, at=future))) == {
        "at": "In the future; check the phone's clock.",
        "version": "Choose one of: 1.",
    }
    assert (
        list(await problems(submit_assessment(visitor, answered(task, answers=ANSWERS | {"housing": 1}))))
        == [
            "answers.housing",
            "answers.housing",
        ][:1]
    )
    driver = await principal_of_member(run.member_id)
    assert await problems(submit_assessment(driver, answered(await Task.get(id=run.task_id)))) == {
        "taskId": "This kind of task has no form."
    }


@pytest.mark.parametrize("status", [ClaimStatus.OFFERED, ClaimStatus.VERIFIED, ClaimStatus.RELEASED])
async def test_who_hasnt_begun_or_is_past_it_may_not_write(status: ClaimStatus) -> None:
    visitor, task = await visit(status)

    await refused(submit_assessment(visitor, answered(task)), NotAllowed)


async def test_who_may_not_know_of_the_visit_finds_nothing() -> None:
    _, task = await visit()

    await refused(
        submit_assessment(await principal_for(Role.COORDINATOR, region=OTHER_REGENCY), answered(task)), NotFound
    )


async def test_it_is_seen_by_the_desk_and_by_the_visitor_until_the_claim_is_verified() -> None:
    visitor, task = await visit()
    await submit_assessment(visitor, answered(task))
    desk, other = await principal_for(Role.DESK_OFFICER), await principal_for(Role.VOLUNTEER)

    async def seen() -> list[bool]:
        return [await visible_assessments(one).exists() for one in (visitor, desk, other)]

    before = await seen()
    await Claim.filter(task_id=task.id).update(status=ClaimStatus.VERIFIED)

    assert before == [True, True, False]
    assert await seen() == [False, True, False]


@pytest.mark.parametrize("status", ["DRAFT", "CANCELLED", "EXPIRED"])
async def test_of_a_visit_that_doesnt_take_place_nothing_is_written_down(status: str) -> None:
    task = await make_task(kind="OUTREACH_VISIT", status=status)
    desk = await principal_for(Role.DESK_OFFICER)

    assert await problems(submit_assessment(desk, answered(task))) == {"taskId": "There is no such visit."}
