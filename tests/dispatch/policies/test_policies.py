"""Policies are files of a folder."""

import pytest

from kurir_api.dispatch.policies import DEFAULT, policies
from kurir_api.models import Urgency
from kurir_api.task_kinds import task_kinds
from tests.dispatch.policies.requests import candidates, ranks, request


def test_there_are_three_and_the_nearest_come_first_by_default() -> None:
    assert sorted(policies()) == ["adaptive", "broadcast", "nearest"]
    assert DEFAULT == "nearest"


@pytest.mark.parametrize(("name", "short_list"), [("nearest", 0), ("adaptive", 50), ("broadcast", 10_000)])
def test_each_chooses_of_a_short_list(name: str, short_list: int) -> None:
    assert policies()[name].short_list == short_list


@pytest.mark.parametrize("name", ["nearest", "adaptive", "broadcast"])
@pytest.mark.parametrize("urgency", Urgency)
def test_each_asks_the_only_one_there_is_under_the_usual_plans(name: str, urgency: Urgency) -> None:
    plan = task_kinds()["AMBULANCE_RUN"].waves[urgency]

    assert ranks(policies()[name].choose(request(candidates(30_000), plan))) == [1]
