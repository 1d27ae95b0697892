"""What people make of an alert."""

from dataclasses import fields
from datetime import datetime, timedelta
from math import exp, log
from random import Random

import pytest

from kurir_api.models import Urgency
from kurir_api.simulate.answers import FALLBACK_AFTER, Answer, Draws, answer
from kurir_api.simulate.behaviour import Behaviour, usual
from kurir_api.simulate.demand import Need
from kurir_api.simulate.people import Person
from tests.simulate.worlds import MORNING, START, need, person

MIDDLING = Draws(**{field.name: 0.5 for field in fields(Draws)})
FIGURES = usual(seen=1.0, answer_spread=0.0)
"""All who hear of it look, and answer after exactly the median."""

SOON = MORNING + timedelta(seconds=60)
NORMAL = need(urgency=Urgency.NORMAL)


def draws(**chances: float) -> Draws:
    return Draws(**{field.name: chances.get(field.name, getattr(MIDDLING, field.name)) for field in fields(Draws)})


def answered(  # noqa: PLR0917 - all of an alert
    one: Person,
    to: Need | None = None,
    metres: float = 0.0,
    at: datetime = MORNING,
    behaviour: Behaviour = FIGURES,
    by: Draws = MIDDLING,
) -> Answer | None:
    return answer(one, to or need(), metres, at, behaviour=behaviour, draws=by)


def test_a_yes_comes_after_the_median_time() -> None:
    assert answered(person(accepts=0.6)) == Answer(SOON, yes=True)
    assert answered(person(accepts=0.6), NORMAL) == Answer(MORNING + timedelta(seconds=300), yes=True)


def test_of_those_who_do_not_say_yes_some_say_no_and_others_nothing() -> None:
    assert answered(person(accepts=0.4), by=draws(says_no=0.49)) == Answer(SOON, yes=False)
    assert answered(person(accepts=0.4), by=draws(says_no=0.51)) is None


def test_whoever_does_not_look_says_nothing() -> None:
    assert answered(person(), behaviour=usual(), by=draws(looks=0.755)) is not None
    assert answered(person(), behaviour=usual(), by=draws(looks=0.756)) is None


def test_the_share_of_yeses_falls_to_1_over_e_over_the_kilometres_that_one_is_willing_to_go() -> None:
    def yes(likes: float) -> bool:
        return answered(person(willing_km=5.0), metres=5000, by=draws(likes=likes, says_no=0.0)).yes

    assert yes(exp(-1) - 0.001)
    assert not yes(exp(-1) + 0.001)


@pytest.mark.parametrize(
    ("draw", "seconds"), [(0.5, 60), (0.841344746, 60 * exp(1)), (0.158655254, 60 * exp(-1)), (0.0, 60)]
)
def test_times_to_an_answer_are_lognormal(draw: float, seconds: float) -> None:
    found = answered(person(), behaviour=usual(seen=1.0, answer_spread=1.0), by=draws(delay=draw))

    assert (found.at - MORNING).total_seconds() == pytest.approx(seconds, rel=1e-6)


@pytest.mark.parametrize(("hour", "factor"), [(22, 4), (3, 4), (5, 1), (21, 1)])
def test_at_night_they_take_four_times_as_long(hour: int, factor: int) -> None:
    at = START + timedelta(hours=hour)

    assert answered(person(), at=at) == Answer(at + factor * timedelta(seconds=60), yes=True)


class TestDelivery:
    def test_a_push_that_is_lost_is_never_heard(self) -> None:
        assert answered(person(), NORMAL, by=draws(arrives=0.91)) is None
        assert answered(person(), NORMAL, by=draws(arrives=0.909)) is not None

    def test_an_urgent_one_is_followed_by_a_text_message_after_three_minutes(self) -> None:
        assert timedelta(minutes=3) == FALLBACK_AFTER
        assert answered(person(), by=draws(arrives=0.91)) == Answer(SOON + FALLBACK_AFTER, yes=True)

    def test_which_may_be_lost_as_well(self) -> None:
        assert answered(person(), by=draws(arrives=0.91, texted=0.9)) is None

    def test_without_signal_it_is_heard_when_the_outage_ends(self) -> None:
        cut_off = person(outages=[START, MORNING + timedelta(hours=2)])

        assert answered(cut_off) == Answer(SOON + timedelta(hours=2), yes=True)


class TestFatigue:
    def test_after_an_alert_further_ones_are_ignored_for_a_while(self) -> None:
        one, tired = person(), timedelta(days=1.2 * log(2))

        assert answered(one) is not None
        assert one.inactive_until == MORNING + tired
        assert answered(one, at=MORNING + tired - timedelta.resolution) is None
        assert answered(one, at=MORNING + tired) is not None

    def test_an_ignored_alert_tires_no_further(self) -> None:
        one = person()
        answered(one)
        until = one.inactive_until

        answered(one, at=MORNING + timedelta(hours=1))

        assert one.inactive_until == until

    def test_an_alert_that_never_arrived_does_not_tire(self) -> None:
        one = person()

        answered(one, NORMAL, by=draws(arrives=0.95))

        assert one.inactive_until is None

    def test_who_gets_more_in_a_week_than_he_bears_answers_and_then_mutes_the_app_for_weeks(self) -> None:
        one = person(mutes_at=2, alerted_at=[MORNING - timedelta(days=2), MORNING])
        month = timedelta(days=28 * log(2))

        assert answered(one) is not None
        assert one.muted_until == MORNING + month
        assert answered(one, at=MORNING + month - timedelta.resolution) is None
        assert answered(one, at=MORNING + month) is not None

    def test_who_gets_fewer_does_not(self) -> None:
        one = person(mutes_at=2, alerted_at=[MORNING - timedelta(days=7), MORNING])

        answered(one)

        assert one.muted_until is None


def test_over_many_alerts_next_door_as_many_yeses_come_as_the_figures_say() -> None:
    behaviour, random = usual(inactive_days=0.0, muted_days=0.0), Random(1)
    found = [answered(person(accepts=0.499), NORMAL, behaviour=behaviour, by=Draws.of(random)) for _ in range(20_000)]
    yes = sum(one is not None and one.yes for one in found) / len(found)
    no = sum(one is not None and not one.yes for one in found) / len(found)

    assert yes == pytest.approx(0.91 * 0.756 * 0.499, abs=0.01)
    assert no == pytest.approx(0.91 * 0.756 * 0.501 * 0.5, abs=0.01)


def test_the_same_chances_come_of_the_same_seed() -> None:
    assert Draws.of(Random(1)) == Draws.of(Random(1)) != Draws.of(Random(2))
