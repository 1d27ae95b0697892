"""Claims in time: what happens when nobody answers an offer or starts what was claimed."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from structlog.testing import capture_logs

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import InvalidTransition
from kurir_api.models import (
    Alarm,
    AlarmReason,
    Claim,
    Notification,
    Role,
    Task,
    TaskStatus,
    TransitionLog,
    Urgency,
    Wave,
)
from kurir_api.services.claims.accept_offer import accept_offer
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.deadlines import start_by
from kurir_api.services.claims.decline_offer import decline_offer
from kurir_api.services.claims.expiry import expire_claims, remind_claimants
from kurir_api.services.claims.start_claim import start_claim
from kurir_api.services.tasks.assign_task import AssignTask, assign_task
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from tests.factories import NOW, make_claim, make_member, make_task, principal_for
from tests.killing import KilledAt

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.time_machine(NOW, tick=False)]
INSTANT = timedelta.resolution
MINUTE = timedelta(minutes=1)
MIDNIGHT = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""In Banyumas."""


@dataclass
class Taken:
    """A task that one member has, and who that is."""

    task: Task
    claim: Claim
    holder: Principal

    @property
    def action(self) -> ClaimAction:
        return ClaimAction(claim_id=self.claim.id)

    async def states(self) -> tuple[str, str]:
        """Of the claim and of its task, now."""
        await self.claim.refresh_from_db()
        await self.task.refresh_from_db()
        return self.claim.status, self.task.status


async def a_driver() -> Principal:
    return await principal_of_member((await make_member(capabilities=("AMBULANCE_LICENCE",))).id)


async def held(starts_at: datetime = NOW + timedelta(hours=2), **values) -> Taken:
    task, holder = await make_task(starts_at=starts_at, **values), await a_driver()
    return Taken(task, await Claim.get(id=await claim_task(holder, ClaimTask(task_id=task.id))), holder)


async def offered(coordinator: Principal | None = None, **values) -> Taken:
    task, holder = await make_task(**values), await a_driver()
    command = AssignTask(task_id=task.id, member_id=holder.member_id)
    claim_id = await assign_task(coordinator or await principal_for(Role.COORDINATOR), command)
    return Taken(task, await Claim.get(id=claim_id), holder)


async def told(kind: str) -> set[UUID]:
    """Who was told of it."""
    return set(await Notification.filter(kind=kind).values_list("member_id", flat=True))


class TestDeadline:
    @pytest.mark.parametrize(
        ("starts_at", "start_before"),
        [
            (NOW + timedelta(hours=2), NOW + timedelta(hours=2, minutes=30)),
            (NOW, NOW + timedelta(minutes=30)),
            (NOW - timedelta(hours=1), NOW + timedelta(minutes=30)),
        ],
    )
    async def test_a_claim_is_to_be_started_half_an_hour_after_its_window_opens_or_after_itself(
        self, starts_at: datetime, start_before: datetime
    ) -> None:
        assert start_by(starts_at, NOW) == start_before

        it = await held(starts_at)

        assert it.claim.expires_at == start_before

    async def test_an_accepted_offer_has_the_same_deadline_as_a_claim(self) -> None:
        it = await offered(starts_at=NOW - timedelta(hours=1))

        with time_machine.travel(NOW + 10 * MINUTE, tick=False):
            await accept_offer(it.holder, it.action)

        await it.claim.refresh_from_db()
        assert it.claim.expires_at == NOW + 40 * MINUTE

    async def test_a_started_claim_has_none(self) -> None:
        it = await held()

        await start_claim(it.holder, it.action)

        await it.claim.refresh_from_db()
        assert it.claim.expires_at is None
        assert await expire_claims(NOW + timedelta(days=30)) == 0

    @pytest.mark.parametrize(
        ("urgency", "within"),
        [
            (Urgency.EMERGENCY, timedelta(minutes=3)),
            (Urgency.URGENT, timedelta(minutes=15)),
            (Urgency.NORMAL, timedelta(hours=4)),
        ],
    )
    async def test_an_offer_stands_as_long_as_its_urgency_allows(self, urgency: Urgency, within: timedelta) -> None:
        it = await offered(urgency=urgency)

        assert it.claim.expires_at == NOW + within

    async def test_an_offer_stands_no_longer_than_the_window(self) -> None:
        it = await offered(urgency=Urgency.NORMAL, starts_at=NOW, ends_at=NOW + timedelta(hours=1))

        assert it.claim.expires_at == NOW + timedelta(hours=1)


class TestReminder:
    async def test_comes_a_quarter_of_an_hour_before_the_claim_expires(self) -> None:
        it = await held()
        due = it.task.starts_at + 15 * MINUTE

        assert await remind_claimants(due - INSTANT) == 0
        assert await remind_claimants(due) == 1

        reminder = await Notification.get(kind="CLAIM_REMINDER")
        assert (reminder.member_id, reminder.task_id, reminder.due_at) == (it.holder.member_id, it.task.id, due)
        assert (reminder.urgent, reminder.data["deadline"]) == (True, it.claim.expires_at.isoformat())
        assert await it.states() == ("HELD", "FILLED")
        assert it.claim.reminded_at == due

    async def test_comes_once(self) -> None:
        it = await held()

        await remind_claimants(it.task.starts_at + 15 * MINUTE)

        assert await remind_claimants(it.task.starts_at + 16 * MINUTE) == 0

    async def test_does_not_come_to_whoever_set_off(self) -> None:
        it = await held()
        await start_claim(it.holder, it.action)

        assert await remind_claimants(it.task.starts_at + 29 * MINUTE) == 0

    async def test_does_not_come_with_the_end_itself(self) -> None:
        it = await held()

        assert await remind_claimants(it.claim.expires_at) == 0

    async def test_of_an_offer_does_not_come(self) -> None:
        it = await offered()

        assert await remind_claimants(it.claim.expires_at - INSTANT) == 0


class TestHeldClaim:
    async def test_that_is_not_started_expires_and_its_slot_opens(self) -> None:
        it = await held()
        due = it.task.starts_at + 30 * MINUTE

        assert await expire_claims(due - INSTANT) == 0
        assert await expire_claims(due) == 1

        assert await it.states() == ("EXPIRED", "OPEN")
        assert it.task.slots_taken == 0
        log = await TransitionLog.get(subject_id=it.claim.id, action="expire")
        assert (log.source, log.target, log.at, log.actor_id) == ("HELD", "EXPIRED", due, None)
        assert [(wave.run, wave.status, wave.due_at) for wave in await Wave.all()] == [(1, "PLANNED", due)]

    async def test_that_expires_is_told_to_its_member_and_alarms_the_coordinators(self) -> None:
        it = await held()
        due = it.task.starts_at + 30 * MINUTE

        await expire_claims(due)

        assert await told("CLAIM_EXPIRED") == {it.holder.member_id}
        alarms = {alarm.reason: alarm.due_at for alarm in await Alarm.all()}
        assert alarms == {AlarmReason.NOT_STARTED: due, AlarmReason.UNCLAIMED: due + 15 * MINUTE}

    async def test_across_midnight_expires_on_the_next_day(self) -> None:
        it = await held(starts_at=MIDNIGHT - 10 * MINUTE)

        assert await remind_claimants(MIDNIGHT + 5 * MINUTE) == 1
        assert await expire_claims(MIDNIGHT + 20 * MINUTE - INSTANT) == 0
        assert await expire_claims(MIDNIGHT + 20 * MINUTE) == 1

        assert await it.states() == ("EXPIRED", "OPEN")

    async def test_may_be_started_late_as_long_as_nobody_took_it_away(self) -> None:
        it = await held()

        with time_machine.travel(it.task.starts_at + 31 * MINUTE, tick=False):
            await start_claim(it.holder, it.action)

        assert await it.states() == ("IN_PROGRESS", "IN_PROGRESS")

    async def test_that_expired_is_not_started_any_more(self) -> None:
        it = await held()
        await expire_claims(it.task.starts_at + 30 * MINUTE)

        with pytest.raises(InvalidTransition) as refusal:
            await start_claim(it.holder, it.action)

        assert (refusal.value.current, refusal.value.allowed) == ("EXPIRED", ("HELD",))
        assert await it.states() == ("EXPIRED", "OPEN")

    async def test_of_a_window_that_is_over_alarms_only_that(self) -> None:
        it = await held(starts_at=NOW, ends_at=NOW + 20 * MINUTE)

        await expire_claims(NOW + 30 * MINUTE)

        assert await it.states() == ("EXPIRED", "OPEN")
        assert (await Alarm.all().count(), await Wave.all().count()) == (0, 0)


class TestOffer:
    async def test_that_nobody_answered_lapses_and_its_slot_opens(self) -> None:
        it = await offered()
        due = NOW + 15 * MINUTE

        assert await expire_claims(due - INSTANT) == 0
        assert await expire_claims(due) == 1

        assert await it.states() == ("EXPIRED", "OPEN")
        log = await TransitionLog.get(subject_id=it.claim.id, action="lapse")
        assert (log.source, log.target, log.at) == ("OFFERED", "EXPIRED", due)
        assert [(wave.status, wave.due_at) for wave in await Wave.all()] == [("PLANNED", due)]

    async def test_that_lapses_is_told_to_the_member_and_to_whoever_assigned_it(self) -> None:
        coordinator = await principal_for(Role.COORDINATOR)
        await principal_for(Role.COORDINATOR)
        it = await offered(coordinator)

        await expire_claims(NOW + 15 * MINUTE)

        assert await told("OFFER_EXPIRED") == {it.holder.member_id, coordinator.member_id}
        assert [alarm.reason for alarm in await Alarm.all()] == [AlarmReason.UNCLAIMED]

    @pytest.mark.parametrize("answer", [accept_offer, decline_offer])
    async def test_is_answered_until_its_last_instant(self, answer) -> None:
        it = await offered()

        with time_machine.travel(NOW + 15 * MINUTE - INSTANT, tick=False):
            await answer(it.holder, it.action)

        assert (await it.states())[0] in {"HELD", "DECLINED"}

    async def test_is_not_accepted_after_its_deadline_though_no_worker_has_ended_it(self) -> None:
        it = await offered()

        with time_machine.travel(NOW + 15 * MINUTE, tick=False), pytest.raises(InvalidTransition) as refusal:
            await accept_offer(it.holder, it.action)

        assert (refusal.value.current, refusal.value.allowed) == ("EXPIRED", ("OFFERED",))
        assert await it.states() == ("OFFERED", "FILLED")

    async def test_accepted_offline_in_time_is_held_as_long_as_no_worker_has_ended_it(self) -> None:
        it = await offered()

        with time_machine.travel(NOW + 20 * MINUTE, tick=False):
            await accept_offer(it.holder, ClaimAction(claim_id=it.claim.id, at=NOW + 14 * MINUTE))

        assert await it.states() == ("HELD", "FILLED")

    async def test_accepted_offline_in_time_is_refused_once_a_worker_has_ended_it(self) -> None:
        it = await offered()
        await expire_claims(NOW + 15 * MINUTE)

        with time_machine.travel(NOW + 20 * MINUTE, tick=False), pytest.raises(InvalidTransition) as refusal:
            await accept_offer(it.holder, ClaimAction(claim_id=it.claim.id, at=NOW + 14 * MINUTE))

        assert (refusal.value.current, refusal.value.allowed) == ("EXPIRED", ("OFFERED",))
        assert await it.states() == ("EXPIRED", "OPEN")


class TestWorkers:
    async def test_two_expire_each_claim_once(self) -> None:
        for _ in range(5):
            await held()
        due = NOW + timedelta(hours=2, minutes=30)

        expired = await asyncio.gather(expire_claims(due), expire_claims(due))

        assert sum(expired) == 5
        assert await Notification.filter(kind="CLAIM_EXPIRED").count() == 5
        assert await Wave.all().count() == 5

    async def test_one_killed_at_any_statement_leaves_the_claim_whole_for_the_next(self) -> None:
        survived, number, due = False, 0, NOW + timedelta(hours=2, minutes=30)
        while not survived:
            number += 1
            it = await held()
            with KilledAt(number) as killed:
                await expire_claims(due)
            survived = not killed.died
            assert await it.states() == (("EXPIRED", "OPEN") if survived else ("HELD", "FILLED"))

            assert await expire_claims(due) == (0 if survived else 1)

            assert await it.states() == ("EXPIRED", "OPEN")
            assert await Notification.filter(task_id=it.task.id, kind="CLAIM_EXPIRED").count() == 1
            assert await Wave.filter(task_id=it.task.id).count() == 1
            assert await Alarm.filter(task_id=it.task.id, reason=AlarmReason.NOT_STARTED).count() == 1
        assert number > 8

    async def test_a_claim_that_fails_holds_up_no_other_and_comes_up_again(self) -> None:
        broken = await make_claim(
            await make_task(kind="A_KIND_THAT_WAS_REMOVED", status=TaskStatus.FILLED), await make_member()
        )
        sound = await held()
        due = NOW + timedelta(days=2)

        with capture_logs() as logs:
            assert await expire_claims(due) == 1

        assert [(entry["event"], entry["log_level"]) for entry in logs] == [("claim failed", "error")]
        await broken.refresh_from_db()
        assert (broken.status, await sound.states()) == ("HELD", ("EXPIRED", "OPEN"))
