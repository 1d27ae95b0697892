"""`nearest`: distance alone."""

from datetime import timedelta

from kurir_api.dispatch.policies.nearest import choose
from kurir_api.task_kinds import WavePlan
from tests.dispatch.policies.requests import candidates, ranks, request, task
from tests.factories import NOW

PLAN = WavePlan(size=3, wait=timedelta(minutes=10), step=timedelta(minutes=2))


def test_it_asks_as_many_of_the_nearest_as_the_plan_says() -> None:
    assert ranks(choose(request(candidates(100, 200, 300, 400, 500), PLAN))) == [1, 2, 3]


def test_it_asks_all_when_there_are_fewer() -> None:
    assert ranks(choose(request(candidates(100, 200), PLAN))) == [1, 2]


def test_it_asks_nobody_when_nobody_is_left() -> None:
    assert ranks(choose(request([], PLAN))) == []


def test_it_asks_as_many_for_several_slots() -> None:
    assert ranks(choose(request(candidates(100, 200, 300, 400), PLAN, open_slots=2))) == [1, 2, 3]


def test_that_somebody_was_asked_a_minute_ago_makes_no_difference() -> None:
    of = candidates(100, 200, 300, 400, alerted={1: NOW - timedelta(minutes=1)})

    assert ranks(choose(request(of, PLAN))) == [1, 2, 3]


def test_it_waits_as_planned() -> None:
    assert choose(request(candidates(100), PLAN)).wait == timedelta(minutes=10)


def test_it_waits_for_a_quarter_of_the_time_left_near_the_window() -> None:
    soon = task(starts_in=timedelta(minutes=20))

    assert choose(request(candidates(100), PLAN, task=soon)).wait == timedelta(minutes=5)
