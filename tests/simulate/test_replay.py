"""A past month of the real database, once more."""

from datetime import UTC, date, datetime, time, timedelta
from math import inf
from typing import Any

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.dispatch.facts import Shift
from kurir_api.models import (
    AlarmReason,
    AlertStatus,
    Claim,
    ClaimStatus,
    DispatchSetting,
    DutyShift,
    Member,
    Task,
    TaskStatus,
    Urgency,
    WaveStatus,
)
from kurir_api.simulate.measures import Load, Opening
from kurir_api.simulate.past import load_past, on_duty
from kurir_api.simulate.playing import play
from kurir_api.simulate.replay import Past
from kurir_api.transitions import move, record
from tests.counting import Statements
from tests.factories import (
    NOW,
    OTHER_VILLAGE,
    make_alarm,
    make_alert,
    make_case,
    make_claim,
    make_member,
    make_patient,
    make_task,
    make_wave,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = NOW - 30 * DAY
MONDAY = datetime(2026, 11, 15, 17, tzinfo=UTC)
"""Midnight in Banyumas."""


async def past(**values: Any) -> Past:
    """Of the thirty days before now."""
    return await load_past("33.02", values.get("start", START), values.get("end", NOW), NOW)


async def published(days_ago: float = 10, **values: Any) -> Task:
    """An urgent ambulance run so many days ago, from two hours later on, whose window is over."""
    at = NOW - days_ago * DAY
    return await make_task(
        **{"published_at": at, "starts_at": at + 2 * HOUR, "ends_at": at + 4 * HOUR, "status": TaskStatus.EXPIRED}
        | values
    )


async def held(task: Task, member: Member, after: timedelta) -> Claim:
    """A claim taken so long after publishing, as the use case logs it."""
    assert task.published_at is not None
    claim = await make_claim(task, member, claimed_at=task.published_at + after)
    claim.task = task
    await record(claim, "claim", None, at=task.published_at + after)
    return claim


async def alerted(task: Task, *after: tuple[Member, timedelta]) -> None:
    """Alerts in one wave, so long after publishing, sent 2 km and more."""
    assert task.published_at is not None
    wave = await make_wave(task, status=WaveStatus.FILLED)
    for rank, (member, wait) in enumerate(after, 1):
        await make_alert(
            wave,
            member,
            rank=rank,
            distance_m=1000.0 + 1000 * rank,
            status=AlertStatus.SENT,
            created_at=task.published_at + wait,
        )


@pytest.mark.usefixtures("db")
class TestLoading:
    """What is read, and what isn't."""

    async def test_the_tasks_published_in_the_time_whose_windows_are_over(self) -> None:
        task = await published(urgency=Urgency.EMERGENCY)
        await published(days_ago=31)
        await published(days_ago=-1)
        await make_task(starts_at=NOW - 5 * HOUR)
        elsewhere = await make_case(await make_patient(region=OTHER_VILLAGE))
        await published(case=elsewhere)

        it = await past()

        (need,) = it.needs
        assert (need.id, need.kind, need.urgency, need.region_id) == (
            task.id,
            "AMBULANCE_RUN",
            Urgency.EMERGENCY,
            "33.02.23.2004",
        )
        assert (need.latitude, need.longitude) == (-7.3825, 109.2215)
        assert (need.published_at, need.starts_at, need.ends_at) == (task.published_at, task.starts_at, task.ends_at)
        assert it.left_out == 0

    async def test_what_was_called_off_or_is_not_over_or_of_no_kind_is_left_out(self) -> None:
        await published(status=TaskStatus.CANCELLED)
        await published(days_ago=0.01, status=TaskStatus.OPEN)
        await published(kind="A_KIND_THAT_WAS_REMOVED")

        it = await past()

        assert (it.needs, it.left_out) == ((), 3)

    async def test_each_slot_is_a_need(self) -> None:
        task = await published(slots=3)

        it = await past()

        assert len({need.id for need in it.needs}) == 3
        assert it.needs[0].id == task.id
        assert {need.starts_at for need in it.needs} == {task.starts_at}

    async def test_the_members_as_stored(self) -> None:
        member = await make_member(
            home=(-7.4, 109.2),
            capabilities={"AMBULANCE_LICENCE": date(2027, 1, 31)},
            region="33.02.23",
            quiet_from=time(21),
            quiet_to=time(4, 30),
        )
        await make_member(active=False)
        await make_member(role=None)
        await make_member(region="33.05")

        (known,) = (await past()).members

        assert (known.id, known.regions) == (member.id, ("33.02.23",))
        assert (known.place.latitude, known.place.longitude) == (-7.4, 109.2)
        assert known.capabilities == {"AMBULANCE_LICENCE": date(2027, 1, 31)}
        assert known.quiet == (time(21), time(4, 30))
        assert known.switches == [START, NOW]

    async def test_without_a_home_the_last_fix_counts_and_without_either_nobody_can_ask(self) -> None:
        await make_member(home=None, last_latitude=-7.5, last_longitude=109.3, last_fix_at=NOW - 9 * DAY)
        await make_member(home=None)

        it = await past()

        assert [known.place.latitude for known in it.members] == [-7.5]
        assert it.nowhere == 1

    async def test_who_is_switched_off_now_is_off_duty_and_shifts_count(self) -> None:
        await make_member(available=False)
        worker = await make_member()
        await DutyShift.create(regency_code="33.02", member=worker, weekday=0, starts="08:00", ends="16:00")

        off, shifts = (await past(start=MONDAY, end=MONDAY + DAY)).members

        assert off.switches == []
        assert MONDAY + 8 * HOUR in shifts.switches[::2]
        assert MONDAY + 16 * HOUR in shifts.switches[1::2]

    async def test_the_weekly_limit_is_the_regencys(self) -> None:
        await make_member()
        assert (await past()).weekly_alerts == 4

        await DispatchSetting.create(regency_code="33.02", kind=None, policy="adaptive", weekly_alerts=7)
        await DispatchSetting.create(regency_code="33.02", kind="FOOD_DELIVERY", policy="adaptive", weekly_alerts=1)
        assert (await past()).weekly_alerts == 7

    async def test_as_few_statements_for_many_as_for_one_and_none_can_write(self) -> None:
        counts = []
        for _ in range(2):
            member = await make_member(capabilities=("AMBULANCE_LICENCE",))
            for _ in range(3):
                await alerted(await published(), (member, timedelta()))
            with Statements() as sent:
                await past()
            counts.append(len(sent))

        assert counts == [6, 6]
        assert sent.sent[0] == "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


@pytest.mark.usefixtures("db")
class TestWhatHappened:
    """Openings from claims, alerts and alarms."""

    async def only(self) -> Opening:
        (opening,) = (await past()).happened.openings
        return opening

    async def test_a_task_that_was_taken(self) -> None:
        task = await published()
        near, far = await make_member(), await make_member()
        await alerted(task, (near, timedelta()), (far, 5 * MINUTE))
        await held(task, far, 8 * MINUTE)

        assert await self.only() == Opening(
            urgent=True,
            area="33.02.23",
            claimed_after_s=480.0,
            told_after_s=inf,
            starts_after_s=7200.0,
            ends_after_s=14400.0,
            alerts=2,
            distance_m=3000.0,
        )

    async def test_a_task_that_nobody_took(self) -> None:
        task = await published()
        await alerted(task, (await make_member(), timedelta()))
        assert task.published_at is not None
        await make_alarm(task, AlarmReason.NOBODY_LEFT, raised_at=task.published_at + 10 * MINUTE)
        await make_alarm(task, AlarmReason.UNCLAIMED, raised_at=task.published_at + 15 * MINUTE)

        opening = await self.only()

        assert (opening.claimed_after_s, opening.told_after_s, opening.distance_m) == (inf, 600.0, None)

    async def test_a_claim_that_was_not_alerted_has_no_distance(self) -> None:
        task = await published()
        await held(task, await make_member(), MINUTE)

        opening = await self.only()

        assert (opening.claimed_after_s, opening.alerts, opening.distance_m) == (60.0, 0, None)

    async def test_a_slot_that_fell_free_is_another_opening(self) -> None:
        task = await published()
        first, second = await make_member(), await make_member()
        await alerted(task, (first, timedelta()), (second, 32 * MINUTE))
        claim = await held(task, first, 2 * MINUTE)
        assert task.published_at is not None
        await move(claim, "expire", None, at=task.published_at + 30 * MINUTE)
        await held(task, second, 40 * MINUTE)

        before, after = (await past()).happened.openings

        assert (before.claimed_after_s, before.alerts, before.distance_m) == (120.0, 1, 2000.0)
        assert (after.claimed_after_s, after.alerts, after.distance_m) == (600.0, 1, 3000.0)
        assert after.starts_after_s == 5400.0

    async def test_a_slot_that_fell_free_after_the_window_is_none(self) -> None:
        task = await published()
        claim = await held(task, await make_member(), 2 * MINUTE)
        await move(claim, "expire", None, at=task.ends_at)

        assert (await self.only()).claimed_after_s == 120.0

    async def test_an_offer_that_came_to_nothing_is_no_claim_and_one_that_was_accepted_is(self) -> None:
        task = await published()
        assert task.published_at is not None
        lapsed = await make_claim(task, await make_member(), ClaimStatus.OFFERED)
        accepted = await make_claim(await published(), member := await make_member(), ClaimStatus.OFFERED)
        for claim in (lapsed, accepted):
            claim.task = await Task.get(id=claim.task_id)
            await record(claim, "offer", None, at=task.published_at + MINUTE)
        await move(lapsed, "lapse", None, at=task.published_at + 10 * MINUTE)
        by = await principal_of_member(member.id)
        await move(accepted, "accept", by, at=accepted.task.published_at + 5 * MINUTE)

        assert [one.claimed_after_s for one in (await past()).happened.openings] == [inf, 300.0]

    async def test_slots_are_taken_one_by_one(self) -> None:
        task = await published(slots=2)
        await held(task, await make_member(), 2 * MINUTE)

        assert [one.claimed_after_s for one in (await past()).happened.openings] == [120.0, inf]

    async def test_an_alert_that_never_left_disturbed_nobody(self) -> None:
        task = await published()
        member = await make_member()
        wave = await make_wave(task)
        await make_alert(wave, member, status=AlertStatus.SUPPRESSED, created_at=task.published_at)

        it = await past()

        assert [one.alerts for one in it.happened.openings] == [0]
        assert it.happened.loads == (Load(available=True, weeks=(0, 0, 0, 0)),)

    async def test_the_alerts_of_each_member_by_week(self) -> None:
        member = await make_member()
        for days_ago in (29, 28, 10):
            await alerted(await published(days_ago=days_ago), (member, timedelta()))

        assert (await past()).happened.loads == (Load(available=True, weeks=(2, 0, 1, 0)),)


@pytest.mark.usefixtures("db")
class TestReplaying:
    """The stored people on the virtual clock."""

    async def test_the_same_seed_replays_the_same_under_every_policy(self) -> None:
        for _ in range(5):
            await make_member(capabilities=("AMBULANCE_LICENCE",))
        for days_ago in range(1, 20):
            await published(days_ago=days_ago)
        it = await past()

        for policy in ("nearest", "adaptive", "broadcast"):
            outcome = play(it, policy, 1)
            assert outcome == play(it, policy, 1)
            assert len(outcome.openings) >= 19
            assert sum(opening.alerts for opening in outcome.openings) > 0

    async def test_who_may_not_be_asked_in_life_is_not_asked_here(self) -> None:
        await published(days_ago=5, starts_at=NOW - 5 * DAY + 2 * HOUR)
        await make_member()
        await make_member(capabilities={"AMBULANCE_LICENCE": date(2026, 1, 1)})
        await make_member(capabilities=("AMBULANCE_LICENCE",), available=False)
        await make_member(capabilities=("AMBULANCE_LICENCE",), region="33.02.24")
        await make_member(capabilities=("AMBULANCE_LICENCE",), quiet_from=time(0), quiet_to=time(23, 59, 59))
        able = await make_member(capabilities=("AMBULANCE_LICENCE",))
        it = await past()

        outcome = play(it, "broadcast", 1)

        alerts = {known.id: sum(load.weeks) for known, load in zip(it.members, outcome.loads, strict=True)}
        assert alerts.pop(able.id) > 0
        assert set(alerts.values()) == {0}

    async def test_a_person_lives_in_the_nearest_village_and_remembers_nothing(self) -> None:
        await make_member(home=(-7.3825, 109.2215))

        (person,) = (await past()).cast(1).people

        assert person.village == "33.02.23.2004"
        assert (person.alerted_at, person.muted_until, person.inactive_until) == ([], None, None)


@pytest.mark.parametrize(
    ("shifts", "expected"),
    [
        ([], [0, 48]),
        ([Shift(0, time(8), time(16))], [8, 16]),
        ([Shift(0, time(8), time(16)), Shift(0, time(12), time(20))], [8, 20]),
        ([Shift(0, time(8), time(16)), Shift(0, time(16), time(20))], [8, 20]),
        ([Shift(0, time(22), time(6))], [22, 30]),
        ([Shift(6, time(22), time(6))], [-2, 6]),
        ([Shift(0, time(0), time(0)), Shift(1, time(0), time(0))], [0, 48]),
    ],
)
def test_shifts_are_stretches_on_duty_in_local_time(shifts: list[Shift], expected: list[int]) -> None:
    """Over Monday and Tuesday; beyond them a shift may begin or end, no matter."""
    switches = on_duty(shifts, MONDAY, MONDAY + 2 * DAY)

    hours = [(at - MONDAY) / HOUR for at in switches]
    inside = [
        hour for pair in zip(hours[::2], hours[1::2], strict=True) if pair[1] > 0 and pair[0] < 48 for hour in pair
    ]
    assert inside == expected
