"""Whom the next wave alerts: the regency's policy over the ranked, with road times and the rules of who is asked."""

from datetime import UTC, time, timedelta

import httpx
import pytest
import respx
from structlog.testing import capture_logs

from kurir_api.dispatch.choosing import NOBODY, next_wave, policy_of
from kurir_api.dispatch.policies import NextWave, policies
from kurir_api.dispatch.travel import Roads
from kurir_api.models import DispatchSetting, Member, Task, Urgency, WaveStatus
from tests.counting import Statements
from tests.factories import NOW, OTHER_REGENCY, REGENCY, make_alert, make_member, make_task, make_wave

pytestmark = pytest.mark.usefixtures("db")
PLACE = (-7.3825, 109.2215)
"""Where the factory's tasks are."""


async def drivers(count: int, **values) -> list[Member]:
    """About 1.1 km, 2.2 km, 3.3 km ... north of the task."""
    return [
        await make_member(capabilities=("AMBULANCE_LICENCE",), home=(PLACE[0] + step * 0.01, PLACE[1]), **values)
        for step in range(1, count + 1)
    ]


async def setting(policy: str, kind: str | None = None, *, regency: str = REGENCY, weekly_alerts: int = 4) -> None:
    await DispatchSetting.create(regency_code=regency, kind=kind, policy=policy, weekly_alerts=weekly_alerts)


async def alerted_before(member: Member, times: int, ago: timedelta = timedelta(days=2)) -> None:
    """For other tasks, one after the other."""
    for _ in range(times):
        wave = await make_wave(await make_task(), status=WaveStatus.EXHAUSTED)
        await make_alert(wave, member, created_at=NOW - ago)
    await Member.filter(id=member.id).update(last_alerted_at=NOW - ago)


async def chosen(task: Task) -> list[str]:
    return [one.name for one in (await next_wave(task, NOW)).candidates]


def names(members: list[Member]) -> list[str]:
    return [member.name for member in members]


@pytest.mark.parametrize(("policy", "count"), [("nearest", 2), ("broadcast", 2), ("adaptive", 3)])
async def test_how_alerts_were_answered_is_read_only_for_a_policy_that_learns(policy: str, count: int) -> None:
    await drivers(2)
    await setting(policy)
    task = await make_task()

    with Statements() as statements:
        await next_wave(task, NOW)

    assert len(statements) == count


class TestPolicy:
    async def test_without_a_setting_it_is_the_nearest(self) -> None:
        assert await policy_of(await make_task()) is policies()["nearest"]

    async def test_the_regency_sets_it_for_all_kinds(self) -> None:
        await setting("adaptive")

        assert await policy_of(await make_task()) is policies()["adaptive"]

    async def test_a_setting_for_the_kind_comes_first(self) -> None:
        await setting("adaptive")
        await setting("broadcast", kind="AMBULANCE_RUN")

        assert await policy_of(await make_task(kind="AMBULANCE_RUN")) is policies()["broadcast"]
        assert await policy_of(await make_task(kind="POST_CARE")) is policies()["adaptive"]

    async def test_another_kinds_or_another_regencys_setting_does_not_count(self) -> None:
        await setting("broadcast", kind="POST_CARE")
        await setting("broadcast", regency=OTHER_REGENCY)

        assert await policy_of(await make_task()) is policies()["nearest"]

    async def test_a_name_that_no_policy_has_is_logged_and_people_are_asked_all_the_same(self) -> None:
        await setting("astrology")
        everybody = await drivers(6)

        with capture_logs() as logs:
            assert await chosen(await make_task()) == names(everybody[:5])

        assert [(entry["event"], entry["policy"]) for entry in logs] == [("no such policy", "astrology")]

    async def test_the_policy_set_is_the_one_that_chooses(self) -> None:
        everybody = await drivers(7)
        task = await make_task()
        assert await chosen(task) == names(everybody[:5])

        await setting("broadcast")
        assert await chosen(task) == names(everybody)


class TestNobody:
    async def test_once_the_window_has_passed(self) -> None:
        await drivers(1)
        over = await make_task(starts_at=NOW - timedelta(hours=4))

        assert await next_wave(over, NOW) == NOBODY == NextWave([], timedelta())
        assert len((await next_wave(over, NOW - timedelta.resolution)).candidates) == 1

    @pytest.mark.parametrize("policy", ["nearest", "adaptive", "broadcast"])
    async def test_when_nobody_is_eligible(self, policy: str) -> None:
        await setting(policy)
        await make_member()

        assert await next_wave(await make_task(), NOW) == NOBODY


class TestAdaptive:
    async def test_it_learns_from_the_alerts_in_the_database(self) -> None:
        await setting("adaptive")
        deaf, keen = await drivers(2)
        for _ in range(3):
            earlier = await make_wave(await make_task(), status=WaveStatus.EXHAUSTED)
            await make_alert(earlier, deaf, distance_m=0.0, created_at=NOW - timedelta(days=60))
            await make_alert(earlier, keen, distance_m=0.0, status="ACCEPTED", created_at=NOW - timedelta(days=60))

        assert (await chosen(await make_task(urgency=Urgency.NORMAL)))[0] == keen.name

    async def test_it_spares_whoever_was_alerted_an_hour_ago(self) -> None:
        await setting("adaptive")
        tired, *others = await drivers(3)
        await alerted_before(tired, 1, ago=timedelta(hours=1))

        assert await chosen(await make_task()) == names(others)

    async def test_several_slots_take_more_members(self) -> None:
        await setting("adaptive")
        await drivers(12)

        sizes = [len(await chosen(await make_task(slots=slots))) for slots in (1, 2)]
        taken = await make_task(slots=2, slots_taken=1)

        assert sizes == [2, 9]
        assert len(await chosen(taken)) == 2

    async def test_a_wave_waits_for_the_plans_step(self) -> None:
        await setting("adaptive")
        await drivers(1)

        assert (await next_wave(await make_task(), NOW)).wait == timedelta(minutes=2)


@pytest.mark.parametrize("policy", ["nearest", "adaptive", "broadcast"])
class TestBudget:
    async def test_whoever_got_his_alerts_of_the_week_is_not_asked(self, policy: str) -> None:
        await setting(policy)
        spent, other = await drivers(2)
        await alerted_before(spent, 4, ago=timedelta(days=6))

        assert await chosen(await make_task()) == [other.name]

    async def test_a_week_later_he_is_asked_again(self, policy: str) -> None:
        await setting(policy)
        (rested,) = await drivers(1)
        await alerted_before(rested, 4, ago=timedelta(days=7))

        assert await chosen(await make_task()) == [rested.name]

    async def test_the_regency_sets_how_many_they_are(self, policy: str) -> None:
        await setting(policy, weekly_alerts=2)
        spent, other = await drivers(2)
        await alerted_before(spent, 2, ago=timedelta(days=6))

        assert await chosen(await make_task()) == [other.name]

    async def test_in_an_emergency_he_is_asked_also_in_his_quiet_hours(self, policy: str) -> None:
        await setting(policy, weekly_alerts=1)
        asleep = await drivers(2, quiet_from=time(8, tzinfo=UTC), quiet_to=time(10, tzinfo=UTC))
        for member in asleep:
            await alerted_before(member, 5, ago=timedelta(minutes=1))
        task = await make_task(urgency=Urgency.EMERGENCY)

        wave = await next_wave(task, NOW)

        assert [one.name for one in wave.candidates] == names(asleep)
        assert wave.candidates[0].explain("en") == (
            "1.1 km, capability valid, quiet hours overridden by the emergency,"
            " weekly alert limit overridden by the emergency"
        )


class TestRoads:
    async def test_adaptive_prefers_the_nearer_by_road_and_says_how_far(self) -> None:
        await setting("adaptive")
        across_the_river, by_the_bridge = await drivers(2)
        roads = Roads("http://osrm.example.go.id")
        with respx.mock:
            respx.get(host="osrm.example.go.id").respond(json={"durations": [[3600], [300]]})
            wave = await next_wave(await make_task(urgency=Urgency.NORMAL), NOW, roads)
        await roads.close()

        assert [one.name for one in wave.candidates] == [by_the_bridge.name]
        assert wave.candidates[0].explain("en") == "2.2 km, 5 min by road, capability valid"
        assert across_the_river.name not in [one.name for one in wave.candidates]

    async def test_a_router_that_fails_leaves_the_distance(self) -> None:
        everybody = await drivers(2)
        roads = Roads("http://osrm.example.go.id")
        with respx.mock, capture_logs():
            respx.get(host="osrm.example.go.id").mock(side_effect=httpx.ConnectError("refused"))
            wave = await next_wave(await make_task(), NOW, roads)
        await roads.close()

        assert [one.name for one in wave.candidates] == names(everybody)
        assert [one.road_time for one in wave.candidates] == [None, None]
