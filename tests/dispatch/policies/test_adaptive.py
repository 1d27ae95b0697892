"""`adaptive`: the likely and rested, as many as the wanted chance of a yes takes."""

from datetime import datetime, timedelta
from itertools import product
from math import e, exp, prod
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kurir_api.dispatch.history import History, Record
from kurir_api.dispatch.policies.adaptive import LARGEST, RECOVERY, answering, choose, rested, shrunk, wave_size
from kurir_api.models import Urgency
from kurir_api.task_kinds import WavePlan, task_kinds
from tests.dispatch.policies.requests import candidates, ranks, request, task
from tests.factories import NOW

DAY = timedelta(days=1)
BADLY_ANSWERED = Record(yes=0, asked=300.0)


def plan(chance: float, least: float = 0.0, step: timedelta | None = timedelta(minutes=2)) -> WavePlan:
    return WavePlan(size=5, wait=timedelta(minutes=10), chance=chance, least=least, step=step)


def of_member(rank: int, yes: int, asked: float) -> History:
    return History(members={UUID(int=rank): Record(yes, asked)})


class TestAcceptance:
    def test_whoever_was_never_asked_says_yes_as_often_as_is_usual(self) -> None:
        assert shrunk(Record()) == 0.287

    def test_a_members_own_share_is_drawn_towards_the_usual_as_if_by_15_alerts(self) -> None:
        assert shrunk(Record(yes=15, asked=15.0)) == pytest.approx((15 + 15 * 0.287) / 30)
        assert shrunk(Record(yes=0, asked=15.0)) == pytest.approx(0.287 / 2)

    def test_with_many_alerts_the_own_share_is_nearly_all_that_counts(self) -> None:
        assert shrunk(Record(yes=900, asked=1000.0)) == pytest.approx(0.9, abs=0.01)

    def test_of_two_at_the_same_distance_the_one_who_says_yes_more_often_is_asked(self) -> None:
        history = of_member(2, yes=4, asked=8.0)

        assert ranks(choose(request(candidates(1000, 1000, 1000), plan(0.1), history=history))) == [2]

    def test_of_two_with_the_same_record_the_nearer_is_asked(self) -> None:
        assert ranks(choose(request(candidates(1000, 1001), plan(0.1)))) == [1]

    def test_of_equals_the_one_ranked_first_is_asked(self) -> None:
        assert ranks(choose(request(candidates(1000, 1000), plan(0.1)))) == [1]

    def test_the_time_by_road_counts_where_it_is_known(self) -> None:
        of = candidates(1000, 2000, road={1: timedelta(minutes=30), 2: timedelta(minutes=5)})

        assert ranks(choose(request(of, plan(0.1)))) == [2]


class TestRest:
    @pytest.mark.parametrize(
        ("last", "chance"),
        [(None, 1.0), (NOW, 0.0), (NOW - RECOVERY, 1 - 1 / e), (NOW - 10 * RECOVERY, 1 - exp(-10))],
    )
    def test_the_chance_to_be_heard_recovers_with_time(self, last: datetime | None, chance: float) -> None:
        assert rested(last, NOW) == pytest.approx(chance)

    def test_an_alert_of_a_wave_that_was_written_a_little_ahead_counts_as_now(self) -> None:
        assert rested(NOW + timedelta(seconds=1), NOW) == 0.0

    def test_the_rested_are_asked_before_the_nearer_who_are_not(self) -> None:
        of = candidates(500, 1000, 1500, alerted={1: NOW - timedelta(hours=2), 2: NOW - 30 * DAY})

        assert ranks(choose(request(of, plan(0.999)))) == [2, 3, 1]

    def test_in_an_emergency_also_those_are_asked_who_were_alerted_just_now(self) -> None:
        usual = task_kinds()["AMBULANCE_RUN"].waves[Urgency.EMERGENCY]
        of = candidates(500, 1000, alerted={1: NOW, 2: NOW})

        assert ranks(choose(request(of, usual, task=task(Urgency.EMERGENCY)))) == [1, 2]


class TestWaveSize:
    @given(
        chances=st.lists(st.floats(0, 1), max_size=7),
        wanted=st.floats(0.01, 0.99),
        needed=st.integers(1, 3),
        largest=st.integers(1, 8),
    )
    def test_it_is_the_smallest_that_by_brute_force_has_the_wanted_chance(
        self, chances: list[float], wanted: float, needed: int, largest: int
    ) -> None:
        def enough(size: int) -> float:
            """Over every way to answer: the chance that `needed` of the first say yes."""
            return sum(
                prod(chance if yes else 1 - chance for yes, chance in zip(answers, chances[:size], strict=True))
                for answers in product((True, False), repeat=size)
                if sum(answers) >= needed
            )

        size = wave_size(chances, wanted=wanted, needed=needed, largest=largest)

        most = min(largest, len(chances))
        assert size <= most
        assert size == most or enough(size) >= wanted - 1e-9
        assert all(enough(fewer) < wanted + 1e-9 for fewer in range(needed, size))

    @pytest.mark.parametrize(
        ("wanted", "needed", "size"), [(0.3, 1, 2), (0.5, 1, 4), (0.75, 1, 7), (0.3, 2, 6), (0.005, 3, 3)]
    )
    def test_with_a_chance_of_one_in_five_each(self, wanted: float, needed: int, size: int) -> None:
        assert wave_size([0.2] * 20, wanted=wanted, needed=needed, largest=20) == size

    def test_nobody_makes_an_empty_wave(self) -> None:
        assert wave_size([], wanted=0.5, needed=1, largest=20) == 0

    def test_a_wave_is_as_large_as_the_wanted_chance_takes(self) -> None:
        next_door = candidates(*[0] * 20)

        # 1 - (1 - 0.287)^3 is 0.638, with two it is 0.492.
        assert len(choose(request(next_door, plan(0.6))).candidates) == 3
        assert len(choose(request(next_door, plan(0.9))).candidates) == 7

    def test_several_slots_take_more(self) -> None:
        next_door = candidates(*[0] * 20)

        sizes = [len(choose(request(next_door, plan(0.6), open_slots=slots)).candidates) for slots in (1, 2, 3)]

        assert sizes == [3, 7, 11]

    def test_it_is_bounded(self) -> None:
        far_off = candidates(*[30_000] * 50)

        assert len(choose(request(far_off, plan(0.9), open_slots=2)).candidates) == 2 + LARGEST


class TestFloor:
    def test_whoever_is_less_likely_than_the_least_chance_is_spared(self) -> None:
        # 0.287 · exp(-7,000 m / 7,000 m) is 0.106.
        of = candidates(1000, 6900, 7500)

        assert ranks(choose(request(of, plan(0.99, least=0.105)))) == [1, 2]

    def test_when_all_are_unlikely_the_first_wave_asks_the_likeliest_all_the_same(self) -> None:
        assert ranks(choose(request(candidates(20_000, 21_000, 22_000), plan(0.9, least=0.1)))) == [1]

    def test_as_many_of_them_as_there_are_slots(self) -> None:
        of = candidates(20_000, 21_000, 22_000)

        assert ranks(choose(request(of, plan(0.9, least=0.1), open_slots=2))) == [1, 2]

    def test_later_waves_spare_the_unlikely_so_that_the_coordinators_hear_of_it(self) -> None:
        history = History(waves=1)

        wave = choose(request(candidates(20_000, 21_000), plan(0.9, least=0.1), history=history))

        assert ranks(wave) == []

    def test_nobody_is_asked_when_nobody_is_left(self) -> None:
        assert ranks(choose(request([], plan(0.9)))) == []


class TestArea:
    def test_an_area_without_a_record_answers_as_usual(self) -> None:
        assert answering(Record()) == 1.0

    def test_one_that_answers_better_too(self) -> None:
        assert answering(Record(yes=300, asked=300.0)) == 1.0

    def test_one_that_answers_badly_counts_as_less_likely_to_answer(self) -> None:
        assert answering(BADLY_ANSWERED) == pytest.approx(30 / (300 * 0.287 + 30))

    def test_there_more_people_are_asked(self) -> None:
        next_door = candidates(*[0] * 20)
        sizes = [
            len(choose(request(next_door, plan(0.6), history=History(area=area))).candidates)
            for area in (Record(), BADLY_ANSWERED)
        ]

        assert sizes == [3, 12]

    def test_there_also_the_less_likely_are_asked(self) -> None:
        of = candidates(6000, 12_000, 20_000)
        asked = [
            ranks(choose(request(of, plan(0.99, least=0.1), history=History(area=area))))
            for area in (Record(), BADLY_ANSWERED)
        ]

        assert asked == [[1], [1, 2]]


class TestWait:
    def test_the_next_wave_follows_after_the_plans_step(self) -> None:
        assert choose(request(candidates(100), plan(0.5))).wait == timedelta(minutes=2)

    def test_without_a_step_as_after_any_wave(self) -> None:
        assert choose(request(candidates(100), plan(0.5, step=None))).wait == timedelta(minutes=10)

    def test_near_the_window_sooner(self) -> None:
        soon = task(starts_in=timedelta(minutes=6))

        assert choose(request(candidates(100), plan(0.5), task=soon)).wait == timedelta(minutes=1, seconds=30)
