"""What a holder, or a coordinator, does with a claim, and how the task follows."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from kurir_api.auth import Principal, principal_of_member
from kurir_api.dispatch.geo import Point
from kurir_api.errors import InvalidInput, InvalidTransition, NotAllowed, NotEligible, NotFound
from kurir_api.models import (
    Capability,
    Claim,
    ClaimStatus,
    Member,
    Notification,
    Role,
    Task,
    TaskStatus,
    TransitionLog,
    Wave,
)
from kurir_api.services.claims.accept_offer import accept_offer
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.complete_claim import complete_claim
from kurir_api.services.claims.decline_offer import decline_offer
from kurir_api.services.claims.release_claim import release_claim
from kurir_api.services.claims.revoke_claim import revoke_claim
from kurir_api.services.claims.start_claim import start_claim
from kurir_api.services.tasks.assign_task import AssignTask, assign_task
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from tests.factories import OTHER_VILLAGE, make_member, make_task, principal_for

pytestmark = pytest.mark.usefixtures("db")


@dataclass
class Held:
    task: Task
    claim: Claim
    holder: Principal

    async def fresh(self) -> tuple[str, str]:
        """Where the claim and its task stand now."""
        await self.claim.refresh_from_db()
        await self.task.refresh_from_db()
        return self.claim.status, self.task.status


async def driver() -> Principal:
    return await principal_of_member((await make_member(capabilities=("AMBULANCE_LICENCE",))).id)


async def held(slots: int = 1, **values) -> Held:
    starts_at = values.pop("starts_at", datetime.now(UTC) + timedelta(hours=22))
    task = await make_task(slots=slots, starts_at=starts_at, **values)
    return await hold(task)


async def hold(task: Task) -> Held:
    holder = await driver()
    claim = await Claim.get(id=await claim_task(holder, ClaimTask(task_id=task.id)))
    return Held(task, claim, holder)


async def offered() -> Held:
    task = await make_task(starts_at=datetime.now(UTC) + timedelta(hours=22))
    holder, coordinator = await driver(), await principal_for(Role.COORDINATOR)
    claim_id = await assign_task(coordinator, AssignTask(task_id=task.id, member_id=holder.member_id))
    return Held(task, await Claim.get(id=claim_id), holder)


class TestStarting:
    async def test_puts_claim_and_task_in_progress(self) -> None:
        it = await held()

        await start_claim(it.holder, ClaimAction(claim_id=it.claim.id))

        assert await it.fresh() == ("IN_PROGRESS", "IN_PROGRESS")
        assert it.claim.started_at is not None

    async def test_keeps_the_time_of_an_action_queued_offline(self) -> None:
        it = await held()
        at = datetime.now(UTC) - timedelta(minutes=3)
        await Claim.filter(id=it.claim.id).update(claimed_at=at)

        await start_claim(it.holder, ClaimAction(claim_id=it.claim.id, at=at))

        await it.fresh()
        log = await TransitionLog.get(subject_id=it.claim.id, action="start")
        assert it.claim.started_at == log.at == at
        assert log.recorded_at > at

    async def test_keeps_the_place_of_the_phone(self) -> None:
        it = await held()

        await start_claim(it.holder, ClaimAction(claim_id=it.claim.id, location=Point(-7.4, 109.25)))

        member = await Member.get(id=it.holder.member_id)
        assert (member.last_latitude, member.last_longitude) == (-7.4, 109.25)

    async def test_is_refused_when_the_licence_lapsed_since_the_claim(self) -> None:
        it = await held()
        await Capability.filter(member_id=it.holder.member_id).update(valid_until=date(2020, 1, 1))

        with pytest.raises(NotEligible) as refusal:
            await start_claim(it.holder, ClaimAction(claim_id=it.claim.id))

        assert refusal.value.reasons == ("CAPABILITY_EXPIRED",)
        assert await it.fresh() == ("HELD", "FILLED")

    @pytest.mark.parametrize(
        ("at", "english"),
        [
            (datetime(2026, 1, 1), "Give the offset, such as +07:00."),  # noqa: DTZ001 - that is the point
            (datetime(2099, 1, 1, tzinfo=UTC), "In the future; check the phone's clock."),
            (datetime(2020, 1, 1, tzinfo=UTC), "Earlier than the step before it."),
        ],
    )
    async def test_refuses_an_impossible_time(self, at: datetime, english: str) -> None:
        it = await held()

        with pytest.raises(InvalidInput) as refusal:
            await start_claim(it.holder, ClaimAction(claim_id=it.claim.id, at=at))

        assert [(problem.path, problem.message("en")) for problem in refusal.value.problems] == [(("at",), english)]
        assert await it.fresh() == ("HELD", "FILLED")

    async def test_is_not_for_a_coordinator(self) -> None:
        it = await held()

        with pytest.raises(NotAllowed):
            await start_claim(await principal_for(Role.COORDINATOR), ClaimAction(claim_id=it.claim.id))

        assert await it.fresh() == ("HELD", "FILLED")

    async def test_of_somebody_elses_claim_is_not_found(self) -> None:
        it = await held()

        with pytest.raises(NotFound):
            await start_claim(await driver(), ClaimAction(claim_id=it.claim.id))


class TestCompleting:
    async def test_finishes_the_task_when_every_slot_is_done(self) -> None:
        it = await held()
        await start_claim(it.holder, ClaimAction(claim_id=it.claim.id))

        await complete_claim(it.holder, ClaimAction(claim_id=it.claim.id, note="Sampai di Margono"))

        assert await it.fresh() == ("COMPLETED", "DONE")
        assert (await TransitionLog.get(subject_id=it.claim.id, action="complete")).reason == "Sampai di Margono"

    async def test_leaves_the_task_in_progress_while_another_slot_is_at_work(self) -> None:
        first = await held(slots=2)
        second = await hold(first.task)
        for it in (first, second):
            await start_claim(it.holder, ClaimAction(claim_id=it.claim.id))

        await complete_claim(first.holder, ClaimAction(claim_id=first.claim.id))

        assert await first.fresh() == ("COMPLETED", "IN_PROGRESS")
        assert first.task.slots_taken == 2

    async def test_before_starting_is_refused(self) -> None:
        it = await held()

        with pytest.raises(InvalidTransition) as refusal:
            await complete_claim(it.holder, ClaimAction(claim_id=it.claim.id))

        assert (refusal.value.current, refusal.value.allowed) == ("HELD", ("IN_PROGRESS",))


class TestReleasing:
    async def test_opens_the_slot_and_plans_a_wave(self) -> None:
        it = await held()

        await release_claim(it.holder, ClaimAction(claim_id=it.claim.id))

        assert await it.fresh() == ("RELEASED", "OPEN")
        assert (it.task.slots_taken, it.claim.released_late) == (0, False)
        assert await Wave.filter(task_id=it.task.id, status="PLANNED").count() == 1

    async def test_of_a_task_that_was_still_open_plans_a_wave_too(self) -> None:
        it = await held(slots=2)
        assert await Wave.filter(task_id=it.task.id).count() == 0

        await release_claim(it.holder, ClaimAction(claim_id=it.claim.id))

        assert await it.fresh() == ("RELEASED", "OPEN")
        assert await Wave.filter(task_id=it.task.id, status="PLANNED").count() == 1

    async def test_within_two_hours_of_the_start_is_flagged_as_late(self) -> None:
        it = await held(starts_at=datetime.now(UTC) + timedelta(minutes=119))

        await release_claim(it.holder, ClaimAction(claim_id=it.claim.id))

        await it.fresh()
        assert it.claim.released_late is True

    async def test_lets_somebody_else_claim(self) -> None:
        it = await held()
        await release_claim(it.holder, ClaimAction(claim_id=it.claim.id))

        await hold(it.task)

        await it.task.refresh_from_db()
        assert (it.task.status, it.task.slots_taken) == ("FILLED", 1)

    async def test_once_started_is_refused(self) -> None:
        it = await held()
        await start_claim(it.holder, ClaimAction(claim_id=it.claim.id))

        with pytest.raises(InvalidTransition):
            await release_claim(it.holder, ClaimAction(claim_id=it.claim.id))

        assert await it.fresh() == ("IN_PROGRESS", "IN_PROGRESS")


class TestRevoking:
    async def test_takes_the_claim_away_and_tells_its_member(self) -> None:
        it = await held()

        await revoke_claim(await principal_for(Role.COORDINATOR), ClaimAction(claim_id=it.claim.id, note="Sakit"))

        assert await it.fresh() == ("REVOKED", "OPEN")
        told = await Notification.get(kind="CLAIM_REVOKED")
        assert (told.member_id, told.task_id) == (it.holder.member_id, it.task.id)
        assert "Sakit" not in str(told.data)

    async def test_reopens_a_task_in_progress(self) -> None:
        it = await held()
        await start_claim(it.holder, ClaimAction(claim_id=it.claim.id))

        await revoke_claim(await principal_for(Role.COORDINATOR), ClaimAction(claim_id=it.claim.id, note="Mogok"))

        assert await it.fresh() == ("REVOKED", "OPEN")

    async def test_needs_a_reason(self) -> None:
        it = await held()

        with pytest.raises(InvalidInput) as refusal:
            await revoke_claim(await principal_for(Role.COORDINATOR), ClaimAction(claim_id=it.claim.id, note="  "))

        assert [problem.path for problem in refusal.value.problems] == [("note",)]
        assert await it.fresh() == ("HELD", "FILLED")

    async def test_is_not_for_another_regencys_coordinator(self) -> None:
        it = await held()

        with pytest.raises(NotFound):
            await revoke_claim(
                await principal_for(Role.COORDINATOR, region=OTHER_VILLAGE[:5]),
                ClaimAction(claim_id=it.claim.id, note="x"),
            )

    async def test_is_not_for_the_holder(self) -> None:
        it = await held()

        with pytest.raises(NotAllowed):
            await revoke_claim(it.holder, ClaimAction(claim_id=it.claim.id, note="x"))


class TestOffers:
    async def test_keep_the_slot_until_answered_and_tell_the_member(self) -> None:
        it = await offered()

        assert await it.fresh() == ("OFFERED", "FILLED")
        assert it.claim.expires_at is not None
        assert [row.member_id for row in await Notification.filter(kind="OFFER")] == [it.holder.member_id]

    async def test_accepted_become_held(self) -> None:
        it = await offered()

        await accept_offer(it.holder, ClaimAction(claim_id=it.claim.id))

        assert await it.fresh() == ("HELD", "FILLED")
        assert it.claim.expires_at == it.task.starts_at + timedelta(minutes=30)

    async def test_declined_open_the_slot_and_plan_a_wave(self) -> None:
        it = await offered()

        await decline_offer(it.holder, ClaimAction(claim_id=it.claim.id, note="Ban bocor"))

        assert await it.fresh() == ("DECLINED", "OPEN")
        assert await Wave.filter(task_id=it.task.id, status="PLANNED").count() == 1

    async def test_to_somebody_not_eligible_need_a_reason(self) -> None:
        task, coordinator, member = await make_task(), await principal_for(Role.COORDINATOR), await make_member()
        command = AssignTask(task_id=task.id, member_id=member.id)

        with pytest.raises(NotEligible):
            await assign_task(coordinator, command)
        claim_id = await assign_task(
            coordinator, AssignTask(task_id=task.id, member_id=member.id, reason="Sopir cadangan, SIM sedang dicetak")
        )

        assert (await Claim.get(id=claim_id)).status == ClaimStatus.OFFERED

    async def test_of_a_reviewer_go_to_the_partners_own_people_only(self) -> None:
        task, reviewer = await make_task(), await principal_for(Role.PARTNER_REVIEWER)
        stranger = await make_member(capabilities=("AMBULANCE_LICENCE",))

        with pytest.raises((NotAllowed, NotFound)):
            await assign_task(reviewer, AssignTask(task_id=task.id, member_id=stranger.id))

        assert await Claim.all().count() == 0
        await task.refresh_from_db()
        assert task.status == TaskStatus.OPEN
