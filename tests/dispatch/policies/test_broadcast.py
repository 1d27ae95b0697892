"""`broadcast`: everybody at once."""

from datetime import timedelta

from kurir_api.dispatch.policies.broadcast import choose
from kurir_api.task_kinds import WavePlan
from tests.dispatch.policies.requests import candidates, ranks, request

PLAN = WavePlan(size=3, wait=timedelta(minutes=10))


def test_it_asks_everybody() -> None:
    assert ranks(choose(request(candidates(*range(100, 10_000, 100)), PLAN))) == list(range(1, 100))


def test_it_asks_nobody_when_nobody_is_left() -> None:
    assert ranks(choose(request([], PLAN))) == []


def test_it_waits_as_planned() -> None:
    assert choose(request(candidates(100), PLAN)).wait == timedelta(minutes=10)
