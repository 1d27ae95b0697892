"""Invented needs: seeded, and by the figures."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest

from kurir_api.models import Urgency
from kurir_api.services.places.load_places import villages
from kurir_api.simulate.behaviour import usual
from kurir_api.simulate.demand import ZONE, Need, invented_needs
from kurir_api.task_kinds import task_kinds
from tests.simulate.worlds import REGENCY, START

WEEKS = 100
END = START + timedelta(weeks=WEEKS)
FIGURES = usual()


def invented(seed: int = 1, per_week: float = 60) -> list[Need]:
    return invented_needs(REGENCY, per_week, FIGURES, START, END, Random(seed))


@pytest.fixture(scope="module")
def needs() -> list[Need]:
    """About 6,000."""
    return invented()


def test_the_same_seed_invents_the_same_and_another_does_not(needs: list[Need]) -> None:
    assert invented(1) == needs
    assert invented(2) != needs


def test_there_are_as_many_a_week_as_asked_for(needs: list[Need]) -> None:
    assert len(needs) / WEEKS == pytest.approx(60, rel=0.05)


def test_they_come_in_order_within_the_time_each_once(needs: list[Need]) -> None:
    assert all(one.published_at <= other.published_at for one, other in pairwise(needs))
    assert START <= needs[0].published_at <= needs[-1].published_at < END
    assert len({need.id for need in needs}) == len(needs)


def test_they_come_as_often_in_the_first_week_as_later(needs: list[Need]) -> None:
    first_weeks = [need for need in needs if need.published_at < START + timedelta(weeks=10)]

    assert len(first_weeks) / 10 == pytest.approx(60, rel=0.15)


def test_kinds_are_as_frequent_as_the_figures_say(needs: list[Need]) -> None:
    counts = Counter(need.kind for need in needs)

    assert {kind: count / len(needs) for kind, count in counts.items()} == pytest.approx(FIGURES.kinds, abs=0.02)


def test_one_in_ten_ambulance_runs_is_an_emergency_and_all_else_as_urgent_as_is_usual(needs: list[Need]) -> None:
    runs = [need for need in needs if need.kind == "AMBULANCE_RUN"]
    emergencies = [need for need in needs if need.urgency is Urgency.EMERGENCY]

    assert len(emergencies) / len(runs) == pytest.approx(0.1, abs=0.02)
    assert {need.kind for need in emergencies} == {"AMBULANCE_RUN"}
    assert all(
        need.urgency is task_kinds()[need.kind].default_urgency
        for need in needs
        if need.urgency is not Urgency.EMERGENCY
    )


def test_most_are_published_in_office_hours_of_banyumas(needs: list[Need]) -> None:
    hours = Counter(need.published_at.astimezone(ZONE).hour for need in needs)

    def share(first: int, last: int) -> float:
        return sum(hours[hour] for hour in range(first, last)) / len(needs)

    assert share(7, 17) == pytest.approx(0.80, abs=0.02)
    assert share(17, 22) == pytest.approx(0.15, abs=0.02)


def test_windows_open_at_once_in_an_emergency_within_a_day_when_urgent_and_later_else(needs: list[Need]) -> None:
    def leads(urgency: Urgency) -> list[timedelta]:
        return [need.starts_at - need.published_at for need in needs if need.urgency is urgency]

    assert set(leads(Urgency.EMERGENCY)) == {timedelta()}
    assert min(leads(Urgency.URGENT)) == timedelta(minutes=30)
    assert max(leads(Urgency.URGENT)) <= timedelta(hours=24)
    at_once = leads(Urgency.URGENT).count(timedelta(minutes=30)) / len(leads(Urgency.URGENT))
    assert at_once == pytest.approx(0.25, abs=0.03)
    assert timedelta(hours=24) <= min(leads(Urgency.NORMAL)) <= max(leads(Urgency.NORMAL)) <= timedelta(hours=120)


def test_windows_are_as_long_as_the_kind_takes(needs: list[Need]) -> None:
    assert all(need.ends_at - need.starts_at == task_kinds()[need.kind].default_duration for need in needs)


def test_they_are_near_their_village_and_in_all_sub_districts(needs: list[Need]) -> None:
    places = {village.code: village for village in villages(REGENCY)}

    assert all(abs(need.latitude - places[need.region_id].latitude) <= 0.005 for need in needs)
    assert all(abs(need.longitude - places[need.region_id].longitude) <= 0.005 for need in needs)
    assert len({need.region_id[:8] for need in needs}) == 27


@pytest.mark.parametrize(
    ("urgency", "urgent"), [(Urgency.EMERGENCY, True), (Urgency.URGENT, True), (Urgency.NORMAL, False)]
)
def test_an_emergency_is_urgent_too(needs: list[Need], urgency: Urgency, urgent: bool) -> None:
    assert {need.urgent for need in needs if need.urgency is urgency} == {urgent}
