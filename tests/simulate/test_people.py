"""Invented members: seeded, and by the figures."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from math import inf
from random import Random

import pytest

from kurir_api.services.places.load_places import villages
from kurir_api.simulate.behaviour import usual
from kurir_api.simulate.people import Person, invented_people
from tests.simulate.worlds import REGENCY, START, person

END = START + timedelta(weeks=10)
FIGURES = usual()
KEBUMEN = "33.05"
HOUR = timedelta(hours=1)


def invented(seed: int = 1, *, count: int = 2000, regency: str = REGENCY) -> list[Person]:
    return invented_people(regency, count, FIGURES, START, END, Random(seed))


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return invented()


def share(people: Sequence[Person], having: Sequence[bool]) -> float:
    return sum(having) / len(people)


def traits(people: Sequence[Person]) -> list[tuple[object, ...]]:
    return [(one.id, one.place, one.switches, one.accepts, one.willing_km, one.mutes_at) for one in people]


def test_the_same_seed_invents_the_same_and_another_does_not() -> None:
    assert traits(invented(1, count=50)) == traits(invented(1, count=50))
    assert traits(invented(1, count=50)) != traits(invented(2, count=50))


def test_they_live_near_their_villages_all_over_the_regency(people: list[Person]) -> None:
    places = {village.code: village for village in villages(REGENCY)}

    assert all(abs(one.place.latitude - places[one.village].latitude) <= 0.005 for one in people)
    assert all(abs(one.place.longitude - places[one.village].longitude) <= 0.005 for one in people)
    assert {one.village for one in people} > set(list(places)[:10])
    assert {one.regions for one in people} == {(REGENCY,)}


@pytest.mark.parametrize(
    ("code", "figure"),
    [
        ("AMBULANCE_LICENCE", FIGURES.licensed),
        ("PSYCHOSOCIAL_TRAINING", FIGURES.psychosocial),
        ("SHELTER_HOST", FIGURES.shelter_host),
    ],
)
def test_as_many_as_the_figures_say_are_capable(people: list[Person], code: str, figure: float) -> None:
    assert share(people, [code in one.capabilities for one in people]) == pytest.approx(figure, abs=0.03)


def test_as_many_have_quiet_hours_from_nine_to_half_past_four(people: list[Person]) -> None:
    assert {one.quiet for one in people} == {None, (time(21), time(4, 30))}
    assert share(people, [one.quiet is not None for one in people]) == pytest.approx(FIGURES.quiet_hours, abs=0.03)


@pytest.mark.parametrize("at", [START, START + timedelta(weeks=5), END])
def test_at_any_time_as_many_are_on_duty(at: datetime) -> None:
    people = invented()

    assert share(people, [one.on_duty(at) for one in people]) == pytest.approx(FIGURES.on_duty, abs=0.04)


def test_a_stretch_on_duty_is_as_long_as_the_figure_says_on_average(people: list[Person]) -> None:
    stretches = [(off - on) / HOUR for one in people for on, off in zip(*[iter(one.switches)] * 2, strict=True)]

    assert sum(stretches) / len(stretches) == pytest.approx(FIGURES.duty_hours, rel=0.03)


def test_switches_are_in_order_and_go_beyond_the_end(people: list[Person]) -> None:
    assert all(one < other for person in people for one, other in pairwise(person.switches))
    assert all(person.switches[-1] > END and len(person.switches) % 2 == 0 for person in people)


def test_how_many_alerts_people_say_yes_to_spreads_around_a_half(people: list[Person]) -> None:
    accepts = [one.accepts for one in people]
    mean = sum(accepts) / len(accepts)

    assert mean == pytest.approx(0.5, abs=0.02)
    # The variance of Beta(a, a) is 1 / (4 (2a + 1)).
    assert sum((one - mean) ** 2 for one in accepts) / len(accepts) == pytest.approx(1 / (4 * 5.2), rel=0.1)


def test_how_far_people_are_willing_to_go_lies_between_4_and_10_km(people: list[Person]) -> None:
    far = [one.willing_km for one in people]

    assert 4 <= min(far) <= 4.1
    assert 9.9 <= max(far) <= 10


def test_people_mute_at_as_many_alerts_a_week_as_the_survey_says(people: list[Person]) -> None:
    mutes = [one.mutes_at for one in people]

    assert share(people, [at == 1 for at in mutes]) == pytest.approx(0.10, abs=0.03)
    assert share(people, [2 <= at <= 5 for at in mutes]) == pytest.approx(0.37, abs=0.03)
    assert share(people, [6 <= at <= 10 for at in mutes]) == pytest.approx(0.33, abs=0.03)
    assert share(people, [at == inf for at in mutes]) == pytest.approx(0.20, abs=0.03)


def test_only_in_the_blank_spots_of_kebumen_is_the_signal_lost_now_and_then() -> None:
    people = invented(regency=KEBUMEN)
    blank = [one for one in people if one.village in FIGURES.blank_spots]

    assert all(not one.outages for one in people if one.village not in FIGURES.blank_spots)
    without = [one for one in blank if one.signal_from(START) > START]
    assert share(blank, [one in without for one in blank]) == pytest.approx(FIGURES.offline, abs=0.15)
    assert all(one.signal_from(START) - START <= timedelta(hours=6) for one in blank)


class TestAPerson:
    def test_is_on_duty_from_each_switch_to_the_next(self) -> None:
        one = person(switches=[START + HOUR, START + 3 * HOUR, START + 5 * HOUR])

        hours = [one.on_duty(START + hour * HOUR) for hour in range(7)]

        assert hours == [False, True, True, False, False, True, True]

    def test_has_signal_but_in_outages_and_then_when_they_end(self) -> None:
        one = person(outages=[START + HOUR, START + 3 * HOUR])

        signal = [(one.signal_from(START + hour * HOUR) - START) / HOUR for hour in range(5)]

        assert signal == [0, 3, 3, 3, 4]

    def test_remembers_the_alerts_since_a_time(self) -> None:
        one = person(alerted_at=[START, START + HOUR, START + 2 * HOUR])

        assert [one.alerts_since(START + hour * HOUR) for hour in (-1, 0, 1, 2)] == [3, 2, 1, 0]
