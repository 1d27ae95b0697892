"""Claiming a task: who wins, who is refused and how, and what is written."""

import asyncio
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.errors import (
    IdempotencyKeyReused,
    InvalidInput,
    InvalidTransition,
    NotEligible,
    NotFound,
    Refusal,
    ScheduleConflict,
    TaskAlreadyClaimed,
)
from kurir_api.models import Claim, ClaimStatus, IdempotencyKey, Member, Role, Task, TaskStatus, TransitionLog
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from tests.factories import OTHER_VILLAGE, add_membership, make_claim, make_member, make_organization, make_task

pytestmark = pytest.mark.usefixtures("db")
LICENCE = ("AMBULANCE_LICENCE",)


async def driver(**values):
    return await principal_of_member((await make_member(capabilities=LICENCE, **values)).id)


async def history(task: Task) -> list[tuple[str, str, str | None, str]]:
    rows = await TransitionLog.filter(task_id=task.id).order_by("id")
    return [(row.machine, row.action, row.source, row.target) for row in rows]


async def test_the_claim_is_held_and_the_last_slot_fills_the_task() -> None:
    task, volunteer = await make_task(slots=1), await driver()

    claim_id = await claim_task(volunteer, ClaimTask(task_id=task.id))

    claim = await Claim.get(id=claim_id)
    await task.refresh_from_db()
    assert (claim.member_id, claim.status, claim.starts_at, claim.ends_at) == (
        volunteer.member_id,
        ClaimStatus.HELD,
        task.starts_at,
        task.ends_at,
    )
    assert (task.status, task.slots_taken) == (TaskStatus.FILLED, 1)
    assert await history(task) == [("claim", "claim", None, "HELD"), ("task", "fill", "OPEN", "FILLED")]


async def test_a_task_with_slots_left_stays_open() -> None:
    task = await make_task(slots=2)

    await claim_task(await driver(), ClaimTask(task_id=task.id))

    await task.refresh_from_db()
    assert (task.status, task.slots_taken) == (TaskStatus.OPEN, 1)


@pytest.mark.parametrize("slots", [1, 3])
async def test_as_many_win_as_there_are_slots_and_all_others_are_told_it_is_taken(slots: int) -> None:
    task = await make_task(slots=slots)
    drivers = [await driver() for _ in range(12)]

    outcomes = await asyncio.gather(
        *(claim_task(one, ClaimTask(task_id=task.id)) for one in drivers), return_exceptions=True
    )

    assert Counter(type(outcome).__name__ for outcome in outcomes) == {
        "UUID": slots,
        "TaskAlreadyClaimed": 12 - slots,
    }
    await task.refresh_from_db()
    assert (task.status, task.slots_taken) == (TaskStatus.FILLED, slots)


async def refused(principal, task: Task, **values) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await claim_task(principal, ClaimTask(task_id=task.id, **values))
    await task.refresh_from_db()
    assert await Claim.filter(member_id=principal.member_id, task_id=task.id, status="HELD").count() == 0
    return refusal.value


async def test_a_task_nobody_published_is_not_found() -> None:
    assert isinstance(await refused(await driver(), await make_task(status=TaskStatus.DRAFT)), NotFound)


async def test_a_task_of_another_regency_is_not_found() -> None:
    assert isinstance(await refused(await driver(region=OTHER_VILLAGE), await make_task()), NotFound)


async def test_a_taken_task_names_itself() -> None:
    task = await make_task()
    await claim_task(await driver(), ClaimTask(task_id=task.id))

    refusal = await refused(await driver(), task)

    assert isinstance(refusal, TaskAlreadyClaimed)
    assert refusal.task_id == task.id


async def test_a_finished_task_one_took_part_in_says_it_is_no_longer_open() -> None:
    volunteer = await driver()
    task = await make_task(status=TaskStatus.CANCELLED)
    await make_claim(task, await _member(volunteer), ClaimStatus.REVOKED)

    refusal = await refused(volunteer, task)

    assert isinstance(refusal, InvalidTransition)
    assert (refusal.current, refusal.allowed) == ("CANCELLED", ("OPEN",))


async def test_a_missing_licence_is_a_reason() -> None:
    refusal = await refused(await principal_of_member((await make_member()).id), await make_task())

    assert isinstance(refusal, NotEligible)
    assert refusal.reasons == ("CAPABILITY_MISSING",)


async def test_a_licence_must_be_valid_to_the_end_of_the_window() -> None:
    starts_at = datetime(2026, 11, 30, 14, 0, tzinfo=UTC)  # 21.00 to 01.00 in Banyumas
    task = await make_task(starts_at=starts_at, ends_at=starts_at + timedelta(hours=4))
    too_short = await make_member(capabilities={"AMBULANCE_LICENCE": date(2026, 11, 30)})
    long_enough = await make_member(capabilities={"AMBULANCE_LICENCE": date(2026, 12, 1)})

    refusal = await refused(await principal_of_member(too_short.id), task)
    await claim_task(await principal_of_member(long_enough.id), ClaimTask(task_id=task.id))

    assert isinstance(refusal, NotEligible)
    assert refusal.reasons == ("CAPABILITY_EXPIRED",)


async def test_an_overlapping_claim_is_a_conflict_that_names_the_other_task() -> None:
    volunteer = await driver()
    held = await make_task()
    await claim_task(volunteer, ClaimTask(task_id=held.id))

    refusal = await refused(volunteer, await make_task(starts_at=held.ends_at - timedelta(minutes=1)))

    assert isinstance(refusal, ScheduleConflict)
    assert refusal.conflicting_task_id == held.id


async def test_windows_that_touch_do_not_overlap() -> None:
    volunteer, first = await driver(), await make_task()
    second = await make_task(starts_at=first.ends_at)

    await claim_task(volunteer, ClaimTask(task_id=first.id))
    await claim_task(volunteer, ClaimTask(task_id=second.id))

    assert await Claim.filter(member_id=volunteer.member_id, status="HELD").count() == 2


async def test_one_member_racing_for_two_overlapping_tasks_gets_one() -> None:
    volunteer = await driver()
    tasks = [await make_task() for _ in range(6)]

    outcomes = await asyncio.gather(
        *(claim_task(volunteer, ClaimTask(task_id=task.id)) for task in tasks), return_exceptions=True
    )

    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"UUID": 1, "ScheduleConflict": 5}


async def test_a_second_claim_of_the_same_task_is_refused() -> None:
    volunteer, task = await driver(), await make_task(slots=2)
    await claim_task(volunteer, ClaimTask(task_id=task.id))

    with pytest.raises(NotEligible) as refusal:
        await claim_task(volunteer, ClaimTask(task_id=task.id))

    assert refusal.value.reasons == ("ALREADY_CLAIMED",)
    assert await Claim.filter(task_id=task.id).count() == 1


async def test_the_claim_is_for_the_organisation_one_names() -> None:
    member, task = await make_member(capabilities=LICENCE), await make_task()
    second = await make_organization("Lazis Serayu")
    await add_membership(member, Role.VOLUNTEER, organization=second)

    claim_id = await claim_task(
        await principal_of_member(member.id), ClaimTask(task_id=task.id, organization_id=second.id)
    )

    assert (await Claim.get(id=claim_id)).organization_id == second.id


async def test_an_organisation_one_does_not_belong_to_is_refused() -> None:
    refusal = await refused(await driver(), await make_task(), organization_id=(await make_organization()).id)

    assert isinstance(refusal, InvalidInput)
    assert [problem.path for problem in refusal.problems] == [("organizationId",)]


class TestIdempotencyKey:
    async def test_the_same_key_answers_with_the_same_claim(self) -> None:
        volunteer, task = await driver(), await make_task(slots=2)
        command = ClaimTask(task_id=task.id, idempotency_key="k1")

        answers = {await claim_task(volunteer, command) for _ in range(3)}

        assert len(answers) == 1
        assert await Claim.filter(task_id=task.id).count() == 1

    async def test_replays_at_the_same_moment_write_once(self) -> None:
        volunteer, task = await driver(), await make_task(slots=2)
        command = ClaimTask(task_id=task.id, idempotency_key="k1")

        answers = await asyncio.gather(*(claim_task(volunteer, command) for _ in range(8)))

        assert len(set(answers)) == 1
        assert await Claim.filter(task_id=task.id).count() == 1
        assert await IdempotencyKey.all().count() == 1

    async def test_a_refusal_is_answered_again_even_when_the_task_is_open_by_then(self) -> None:
        first, second, task = await driver(), await driver(), await make_task()
        claim_id = await claim_task(first, ClaimTask(task_id=task.id))
        command = ClaimTask(task_id=task.id, idempotency_key="k1")
        with pytest.raises(TaskAlreadyClaimed):
            await claim_task(second, command)
        await Claim.filter(id=claim_id).update(status="RELEASED")
        await Task.filter(id=task.id).update(status="OPEN")

        with pytest.raises(TaskAlreadyClaimed) as again:
            await claim_task(second, command)

        assert again.value.task_id == task.id

    async def test_the_same_key_for_another_task_is_refused(self) -> None:
        volunteer, task, other = await driver(), await make_task(), await make_task()
        await claim_task(volunteer, ClaimTask(task_id=task.id, idempotency_key="k1"))

        with pytest.raises(IdempotencyKeyReused):
            await claim_task(volunteer, ClaimTask(task_id=other.id, idempotency_key="k1"))

        await other.refresh_from_db()
        assert (other.status, other.slots_taken) == (TaskStatus.OPEN, 0)

    async def test_another_member_may_use_the_same_key(self) -> None:
        task = await make_task(slots=2)

        answers = [
            await claim_task(await driver(), ClaimTask(task_id=task.id, idempotency_key="k")) for _ in range(2)
        ]

        assert len(set(answers)) == 2

    @pytest.mark.parametrize("key", ["", "x" * 201])
    async def test_a_key_has_1_to_200_characters(self, key: str) -> None:
        refusal = await refused(await driver(), await make_task(), idempotency_key=key)

        assert isinstance(refusal, InvalidInput)
        assert [problem.path for problem in refusal.problems] == [("idempotencyKey",)]


async def test_an_unknown_task_is_not_found() -> None:
    with pytest.raises(NotFound):
        await claim_task(await driver(), ClaimTask(task_id=uuid4()))


async def _member(principal):
    return await Member.get(id=principal.member_id)
