"""A regency on a virtual clock: the engine's decisions, and what people make of them."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from kurir_api.dispatch.facts import WEEK
from kurir_api.models import AlertStatus, Urgency, WaveStatus
from kurir_api.simulate.world import Run, World
from kurir_api.task_kinds import task_kinds
from tests.simulate.worlds import MORNING, SILENT, START, SURE, by_hand, need, person, played

POLICIES = ["nearest", "adaptive", "broadcast"]
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NEVER = 0.0
"""The share of yeses of somebody who never says yes."""

NO_SHOWS = replace(SURE, arrives=0.0)


def asked(run: Run) -> list[tuple[int, timedelta]]:
    """The people's numbers, and how long after the opening each was asked."""
    return [(alert.person.id.int, alert.at - run.opened_at) for alert in run.alerts]


def told(world: World) -> list[tuple[Any, ...]]:
    """All that happened."""
    return [
        (
            run.need.id,
            run.opened_at,
            run.claimed_at,
            run.told_at,
            run.distance_m,
            [(alert.person.id, alert.at, alert.status) for alert in run.alerts],
            [wave.status for wave in run.waves],
        )
        for run in world.runs
    ]


@pytest.fixture(scope="module", params=POLICIES)
def world(request: pytest.FixtureRequest) -> World:
    """Eight weeks of 40 people."""
    return played(request.param)


class TestUnderEveryPolicy:
    def test_the_same_seed_plays_the_same_and_another_does_not(self) -> None:
        assert told(played(weeks=1)) == told(played(weeks=1))
        assert told(played(weeks=1, seed=2)) != told(played(weeks=1))

    def test_nobody_is_asked_twice_in_a_run(self, world: World) -> None:
        assert sum(len(run.alerts) for run in world.runs) > 100
        for run in world.runs:
            assert len({alert.person for alert in run.alerts}) == len(run.alerts)

    def test_nobody_gets_more_than_his_alerts_of_the_week_but_in_an_emergency(self, world: World) -> None:
        alerts = [(run.need, alert) for run in world.runs for alert in run.alerts]
        within = [
            (need.urgency, sum(alert.at - WEEK < at <= alert.at for at in alert.person.alerted_at))
            for need, alert in alerts
        ]

        assert max(count for urgency, count in within if urgency is not Urgency.EMERGENCY) <= 4

    def test_a_claim_ends_the_waves(self, world: World) -> None:
        claimed = [run for run in world.runs if run.claimed_at]

        assert len(claimed) > 10
        for run in claimed:
            assert all(alert.at <= run.claimed_at for alert in run.alerts)
            assert all(wave.status in {WaveStatus.FILLED, WaveStatus.EXHAUSTED} for wave in run.waves)
            assert [alert.status for alert in run.alerts].count(AlertStatus.ACCEPTED) == 1

    def test_coordinators_hear_of_every_unclaimed_urgent_task_within_15_minutes(self, world: World) -> None:
        def wanted_until(run: Run) -> datetime:
            return min(run.claimed_at or run.need.ends_at, run.need.ends_at)

        late = [run for run in world.runs if run.need.urgent and wanted_until(run) > run.opened_at + 15 * MINUTE]

        assert len(late) > 5
        assert all(run.told_at is not None and run.told_at - run.opened_at <= 15 * MINUTE for run in late)

    def test_only_those_are_asked_who_can_do_it_are_on_duty_and_near_enough(self, world: World) -> None:
        for run in world.runs:
            kind = task_kinds()[run.need.kind]
            for alert in run.alerts:
                assert set(kind.required_capabilities) <= set(alert.person.capabilities)
                assert alert.distance_m <= kind.largest_radius_m
                passed = sum(at <= alert.at for at in alert.person.switches)
                assert passed % 2 == 1

    def test_nobody_holds_two_tasks_at_a_time(self) -> None:
        world = played(arrives=1.0)
        held: dict[UUID, list[tuple[datetime, datetime]]] = {}
        for run in world.runs:
            for alert in run.alerts:
                if alert.status is AlertStatus.ACCEPTED:
                    held.setdefault(alert.person.id, []).append((run.need.starts_at, run.need.ends_at))

        assert max(map(len, held.values())) > 1
        for windows in held.values():
            assert all(one[1] <= other[0] for one, other in zip(sorted(windows), sorted(windows)[1:], strict=False))


class TestWaves:
    def test_the_first_who_says_yes_has_it(self) -> None:
        (run,) = by_hand([person(1), person(2, metres=2000)], [need()]).runs

        assert (run.claimed_at, run.told_at) == (MORNING + MINUTE, None)
        assert round(run.distance_m) == 1000
        assert [alert.status for alert in run.alerts] == [AlertStatus.ACCEPTED, AlertStatus.SENT]

    def test_waves_follow_each_other_as_the_plan_says(self) -> None:
        people = [person(number, metres=number * 1000, accepts=NEVER) for number in range(1, 8)]

        (run,) = by_hand(people, [need()], behaviour=SILENT).runs

        assert asked(run) == [
            *[(number, timedelta()) for number in range(1, 6)],
            *[(number, 10 * MINUTE) for number in (6, 7)],
        ]
        assert {wave.status for wave in run.waves} == {WaveStatus.EXHAUSTED}

    def test_the_next_wave_follows_at_once_when_everybody_said_no(self) -> None:
        people = [person(number, metres=number * 1000, accepts=NEVER) for number in range(1, 8)]

        (run,) = by_hand(people, [need()]).runs

        assert asked(run) == [
            *[(number, timedelta()) for number in range(1, 6)],
            *[(number, MINUTE) for number in (6, 7)],
        ]

    def test_whoever_said_no_is_remembered_and_when_nobody_is_left_the_coordinators_are_told(self) -> None:
        (run,) = by_hand([person(accepts=NEVER)], [need()]).runs

        assert [alert.status for alert in run.alerts] == [AlertStatus.DECLINED]
        assert (run.claimed_at, run.told_at) == (None, MORNING + MINUTE)

    def test_they_are_told_at_once_when_there_is_nobody_at_all(self) -> None:
        (run,) = by_hand([person(capabilities={})], [need()]).runs

        assert (run.told_at, run.waves) == (MORNING, [])

    def test_they_are_told_after_15_minutes_although_people_are_still_being_asked(self) -> None:
        people = [person(number, accepts=NEVER) for number in range(1, 30)]

        (run,) = by_hand(people, [need()], behaviour=SILENT).runs

        assert run.told_at == MORNING + 15 * MINUTE
        assert len(run.alerts) == 29

    def test_whoever_turns_up_later_is_asked_when_people_are_looked_for_again(self) -> None:
        late = person(switches=[MORNING + 5 * MINUTE, MORNING + 100 * HOUR])

        (run,) = by_hand([late], [need()]).runs

        assert asked(run) == [(1, 10 * MINUTE)]
        assert (run.told_at, run.claimed_at) == (MORNING, MORNING + 11 * MINUTE)

    def test_nobody_is_asked_once_the_window_has_passed(self) -> None:
        late = person(switches=[MORNING + 11 * HOUR, MORNING + 100 * HOUR])

        (run,) = by_hand([late], [need()]).runs

        assert run.alerts == []

    def test_a_yes_after_the_window_comes_too_late(self) -> None:
        cut_off = person(outages=[START, MORNING + 10 * HOUR])

        (run,) = by_hand([cut_off], [need()]).runs

        assert (len(run.alerts), run.claimed_at) == (1, None)

    def test_whoever_holds_a_task_at_that_time_is_not_asked_for_another(self) -> None:
        first, second = by_hand([person()], [need(1), need(2, at=MORNING + 5 * MINUTE)]).runs

        assert (len(first.alerts), len(second.alerts)) == (1, 0)

    def test_of_two_asked_at_once_for_two_tasks_at_the_same_time_only_one_can_be_taken(self) -> None:
        runs = by_hand([person()], [need(1), need(2)]).runs

        assert [(len(run.alerts), run.claimed_at is not None) for run in runs] == [(1, True), (1, False)]


class TestBudget:
    @pytest.mark.parametrize("policy", POLICIES)
    def test_who_got_his_alerts_of_the_week_is_left_alone(self, policy: str) -> None:
        needs = [need(number, at=MORNING + number * HOUR) for number in range(1, 5)]

        runs = by_hand([person(accepts=NEVER)], needs, policy=policy, weekly_alerts=2).runs

        assert [len(run.alerts) for run in runs] == [1, 1, 0, 0]

    def test_but_for_an_emergency(self) -> None:
        needs = [need(1), need(2, at=MORNING + HOUR, urgency=Urgency.EMERGENCY, starts_in=timedelta())]

        runs = by_hand([person(accepts=NEVER)], needs, weekly_alerts=1).runs

        assert [len(run.alerts) for run in runs] == [1, 1]

    def test_quiet_hours_are_kept_but_for_an_emergency(self) -> None:
        asleep = person(quiet=(time(21), time(4, 30)))
        night = START + 22 * HOUR
        usual, emergency = need(1, at=night), need(2, at=night, urgency=Urgency.EMERGENCY, starts_in=timedelta())

        in_the_morning = timedelta(hours=6, minutes=33, seconds=7.5)  # the first look after they are over
        assert [asked(run) for run in by_hand([asleep], [usual]).runs] == [[(1, in_the_morning)]]
        assert [asked(run) for run in by_hand([person(quiet=asleep.quiet)], [emergency]).runs] == [[(1, timedelta())]]


class TestNotComing:
    def test_the_slot_opens_again_and_whoever_gave_it_back_is_not_asked_once_more(self) -> None:
        people = [person(1), person(2, metres=2000)]

        runs = by_hand(people, [need()], behaviour=NO_SHOWS).runs

        assert [(run.number, run.need) for run in runs] == [(1, need()), (2, need()), (3, need())]
        first, second, third = runs
        assert first.claimed_at < second.opened_at < first.need.starts_at
        assert [number for number, _ in asked(second)] == [2]
        assert (third.alerts, third.told_at) == ([], third.opened_at)

    def test_an_emergency_opens_again_after_half_an_hour(self) -> None:
        emergency = need(urgency=Urgency.EMERGENCY, starts_in=timedelta())

        first, second = by_hand([person()], [emergency], behaviour=NO_SHOWS).runs

        assert second.opened_at == first.claimed_at + 30 * MINUTE

    def test_whoever_comes_keeps_it(self) -> None:
        assert len(by_hand([person()], [need()]).runs) == 1
