"""Policies: whom of the ranked candidates the next wave asks."""

from datetime import timedelta

import pytest

from kurir_api.dispatch.policies import DEFAULT, policies
from kurir_api.dispatch.ranking import Candidate
from kurir_api.models import Task, new_id
from kurir_api.task_kinds import WavePlan


def candidates(count: int) -> list[Candidate]:
    """Eligible ones, nearest first."""
    return [
        Candidate(
            rank=rank,
            member_id=new_id(),
            name=f"Relawan {rank}",
            distance_m=1000.0 * rank,
            reasons=(),
            explanation={"id": f"{rank},0 km", "en": f"{rank}.0 km"},
        )
        for rank in range(1, count + 1)
    ]


def test_the_default_is_one_of_those_found() -> None:
    assert (DEFAULT, sorted(policies())) == ("nearest", ["nearest"])


class TestNearest:
    @pytest.mark.parametrize(("size", "chosen"), [(1, 1), (3, 3), (7, 7), (8, 7), (50, 7)])
    def test_asks_as_many_of_the_nearest_as_planned_or_as_there_are(self, size: int, chosen: int) -> None:
        near = candidates(7)

        assert policies()["nearest"](Task(), near, WavePlan(size, timedelta(minutes=10))) == near[:chosen]

    def test_asks_nobody_when_nobody_is_left(self) -> None:
        assert policies()["nearest"](Task(), [], WavePlan(3, timedelta(minutes=10))) == []
