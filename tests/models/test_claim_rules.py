"""What the database promises of claims, whoever writes them: slots, and one place at a time for every member."""

import asyncio
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from tortoise.exceptions import IntegrityError

from kurir_api.models import LIVE, TAKING, Claim, ClaimStatus, Task
from tests.factories import NOW, make_claim, make_member, make_task
from tests.models.rows import broken_rule, change, copy

pytestmark = pytest.mark.usefixtures("db")

HOUR = timedelta(hours=1)
ENDED = [status for status in ClaimStatus if status not in LIVE]


class TestSlots:
    async def test_a_new_claim_takes_a_slot_unless_it_is_over(self) -> None:
        member = await make_member()
        for day, status in enumerate(ClaimStatus):
            task = await make_task(starts_at=NOW + timedelta(days=day))
            await make_claim(task, member, status)
            assert (status, task.slots_taken) == (status, 1 if status in TAKING else 0)

    async def test_slots_follow_a_claim_from_any_state_to_any_other(self) -> None:
        task = await make_task(slots=2)
        await make_claim(task, await make_member())
        claim = await make_claim(task, await make_member())

        for source, target in permutations(ClaimStatus, 2):
            await Claim.filter(id=claim.id).update(status=source)
            await Claim.filter(id=claim.id).update(status=target)
            taken = (await Task.get(id=task.id)).slots_taken
            assert (source, target, taken) == (source, target, 2 if target in TAKING else 1)

    @pytest.mark.parametrize("status", TAKING)
    async def test_no_claim_takes_a_slot_too_many(self, status: ClaimStatus) -> None:
        task = await make_task(slots=1)
        await make_claim(task, await make_member(), status)

        with pytest.raises(IntegrityError) as refused:
            await make_claim(task, await make_member(), status)

        assert broken_rule(refused.value) == "task_slots_never_exceeded"
        assert (await Task.get(id=task.id)).slots_taken == await Claim.all().count() == 1

    async def test_an_ended_claim_does_not_come_back_when_its_slot_was_given_away(self) -> None:
        task = await make_task(slots=1)
        ended = await make_claim(task, await make_member(), ClaimStatus.RELEASED)
        await make_claim(task, await make_member(), ClaimStatus.HELD)

        with pytest.raises(IntegrityError) as refused:
            await Claim.filter(id=ended.id).update(status=ClaimStatus.HELD)

        assert broken_rule(refused.value) == "task_slots_never_exceeded"

    async def test_slots_are_not_cut_below_those_taken(self) -> None:
        task = await make_task(slots=3)
        for _ in range(2):
            await make_claim(task, await make_member())

        with pytest.raises(IntegrityError) as refused:
            await change("task", slots=1)

        assert broken_rule(refused.value) == "task_slots_never_exceeded"
        await change("task", slots=2)

    async def test_of_many_who_write_at_once_as_many_get_in_as_there_are_slots(self) -> None:
        task = await make_task(slots=3)
        members = [await make_member() for _ in range(12)]
        copies = [await Task.get(id=task.id) for _ in members]

        outcomes = await asyncio.gather(*map(make_claim, copies, members), return_exceptions=True)

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Claim"] * 3 + ["IntegrityError"] * 9
        assert (await Task.get(id=task.id)).slots_taken == await Claim.all().count() == 3


class TestOneLiveClaim:
    @pytest.mark.parametrize("status", LIVE)
    async def test_a_member_has_one_live_claim_on_a_task(self, status: ClaimStatus) -> None:
        claim = await make_claim(await make_task(slots=2), await make_member(), status)

        with pytest.raises(IntegrityError) as refused:
            await copy("claim", starts_at=claim.ends_at, ends_at=claim.ends_at + HOUR)

        assert broken_rule(refused.value) == "claim_one_live_per_member_and_task"

    async def test_claims_that_are_over_do_not_stand_in_the_way(self) -> None:
        task, member = await make_task(slots=5), await make_member()
        for status in ENDED:
            await make_claim(task, member, status)

        await make_claim(task, member, ClaimStatus.HELD)

        assert await Claim.filter(task_id=task.id, member_id=member.id).count() == len(ENDED) + 1


class TestOverlap:
    async def claimed_again(self, claim: Claim, starts_at: datetime, ends_at: datetime) -> None:
        """Another claim of the same member, on another task."""
        task = await make_task(starts_at=starts_at, ends_at=ends_at)
        await Claim.create(
            regency_code=claim.regency_code,
            task=task,
            member_id=claim.member_id,
            organization_id=claim.organization_id,
            status=ClaimStatus.OFFERED,
            starts_at=starts_at,
            ends_at=ends_at,
            claimed_at=claim.claimed_at,
        )

    @pytest.mark.parametrize("status", LIVE)
    async def test_no_live_claim_overlaps_another_of_the_member(self, status: ClaimStatus) -> None:
        claim = await make_claim(await make_task(), await make_member(), status)

        with pytest.raises(IntegrityError) as refused:
            await self.claimed_again(claim, claim.starts_at, claim.ends_at)

        assert broken_rule(refused.value) == "claim_no_overlap"
        assert await Claim.all().count() == 1

    @pytest.mark.parametrize(
        ("from_start", "from_end"),
        [
            (HOUR, -HOUR),
            (-HOUR, HOUR),
            (timedelta(hours=3, minutes=59, seconds=59), HOUR),
            (-HOUR, -timedelta(hours=3, minutes=59, seconds=59)),
        ],
        ids=["within", "around", "its last second", "its first second"],
    )
    async def test_a_part_of_the_window_is_enough(self, from_start: timedelta, from_end: timedelta) -> None:
        claim = await make_claim(await make_task(), await make_member())

        with pytest.raises(IntegrityError) as refused:
            await self.claimed_again(claim, claim.starts_at + from_start, claim.ends_at + from_end)

        assert broken_rule(refused.value) == "claim_no_overlap"

    async def test_windows_may_touch(self) -> None:
        claim = await make_claim(await make_task(), await make_member())

        await self.claimed_again(claim, claim.starts_at - HOUR, claim.starts_at)
        await self.claimed_again(claim, claim.ends_at, claim.ends_at + HOUR)

        assert await Claim.filter(member_id=claim.member_id).count() == 3

    async def test_claims_that_are_over_bind_nobodys_time(self) -> None:
        member = await make_member()
        ended = [await make_claim(await make_task(), member, status) for status in ENDED]

        await self.claimed_again(ended[0], ended[0].starts_at, ended[0].ends_at)

        assert await Claim.filter(member_id=member.id).count() == len(ENDED) + 1

    async def test_others_may_be_busy_at_the_same_time(self) -> None:
        claim = await make_claim(await make_task(), await make_member())

        await make_claim(await make_task(), await make_member())

        assert await Claim.filter(starts_at=claim.starts_at, ends_at=claim.ends_at).count() == 2

    async def test_an_ended_claim_does_not_come_back_into_time_given_to_another(self) -> None:
        claim = await make_claim(await make_task(), await make_member(), ClaimStatus.RELEASED)
        await self.claimed_again(claim, claim.starts_at, claim.ends_at)

        with pytest.raises(IntegrityError) as refused:
            await Claim.filter(id=claim.id).update(status=ClaimStatus.HELD)

        assert broken_rule(refused.value) == "claim_no_overlap"
