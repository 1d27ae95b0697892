"""The best assignment of many tasks, against trying everything; without a database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kurir_api.dispatch.candidates import Candidate
from kurir_api.dispatch.geo import Point
from kurir_api.dispatch.suggest import Assignment, Opening, solve
from tests.factories import NOW

ANA, BUDI, CITRA, DEWI, EKO = MEMBERS = ("Ana", "Budi", "Citra", "Dewi", "Eko")
Pairs = list[tuple[str, str]]
Worth = tuple[int, float]


@dataclass(frozen=True)
class Window:
    """What the solver reads of a task."""

    id: str
    starts_at: datetime
    ends_at: datetime


def opening(name: str, hours: tuple[int, int], metres: Mapping[str, float], slots: int = 1) -> Opening:
    """A task from one hour until another, and how far away who may take it is."""
    starts, ends = (NOW + timedelta(hours=hour) for hour in hours)
    candidates = [
        Candidate(
            rank=rank,
            member_id=UUID(int=MEMBERS.index(member)),
            name=member,
            place=Point(-7.4, 109.2),
            distance_m=distance,
            last_alerted_at=None,
            reasons=(),
            notes=(),
        )
        for rank, (member, distance) in enumerate(sorted(metres.items(), key=lambda pair: pair[1]), 1)
    ]
    return Opening(Window(name, starts, ends), slots, candidates)  # type: ignore[arg-type]


def pairs(assignment: Assignment) -> Pairs:
    """Which task goes to whom."""
    return [(one.task.id, one.candidate.name) for one in assignment.suggestions]


def worth(assignment: Assignment) -> Worth:
    """Less is better."""
    return -assignment.filled, assignment.distance_m


class TestWhatIsBest:
    def test_tasks_at_the_same_time_are_given_so_that_all_together_travel_least(self) -> None:
        found = solve(
            [
                opening("ambulance", (7, 11), {ANA: 1_000, BUDI: 1_100}),
                opening("food", (8, 12), {ANA: 1_200, BUDI: 9_000}),
            ]
        )

        assert pairs(found.greedy) == [("ambulance", "Ana"), ("food", "Budi")]
        assert (found.greedy.filled, found.greedy.distance_m) == (2, 10_000)
        assert pairs(found.best) == [("ambulance", "Budi"), ("food", "Ana")]
        assert (found.best.filled, found.best.distance_m) == (2, 2_300)
        assert found.best.travel_time == timedelta(seconds=2_300 * 1.4 / (30 / 3.6))

    def test_a_slot_more_is_worth_any_way(self) -> None:
        found = solve(
            [
                opening("ambulance", (7, 11), {ANA: 1_000, BUDI: 50_000}),
                opening("food", (7, 11), {ANA: 1_200}),
            ]
        )

        assert pairs(found.greedy) == [("ambulance", "Ana")]
        assert pairs(found.best) == [("ambulance", "Budi"), ("food", "Ana")]
        assert found.unfilled == ()

    def test_a_member_may_take_several_tasks_if_their_windows_only_touch(self) -> None:
        found = solve([opening("morning", (7, 11), {ANA: 1_000}), opening("noon", (11, 13), {ANA: 3_000})])

        assert pairs(found.best) == pairs(found.greedy) == [("morning", "Ana"), ("noon", "Ana")]

    def test_nobody_is_at_two_places_at_a_time(self) -> None:
        found = solve([opening("morning", (7, 11), {ANA: 3_000}), opening("noon", (10, 13), {ANA: 1_000})])

        assert pairs(found.best) == [("noon", "Ana")]
        assert [(task.id, slots) for task, slots in found.unfilled] == [("morning", 1)]

    def test_the_slots_of_a_task_go_to_different_members(self) -> None:
        found = solve([opening("lifting", (7, 9), {ANA: 1_000, BUDI: 2_000}, slots=3)])

        assert pairs(found.best) == [("lifting", "Ana"), ("lifting", "Budi")]
        assert found.slots == 3
        assert [(task.id, slots) for task, slots in found.unfilled] == [("lifting", 1)]

    def test_what_was_given_to_an_earlier_task_is_given_anew_for_a_later_one(self) -> None:
        """The windows overlap in a chain: the whole day is no single moment."""
        found = solve(
            [
                opening("morning", (7, 11), {ANA: 1_000, BUDI: 1_500}),
                opening("noon", (10, 14), {BUDI: 1_000, CITRA: 1_200}),
                opening("evening", (13, 17), {BUDI: 2_000, ANA: 9_000}),
            ]
        )

        assert pairs(found.greedy) == [("morning", "Ana"), ("noon", "Budi"), ("evening", "Ana")]
        assert found.greedy.distance_m == 11_000
        assert pairs(found.best) == [("morning", "Ana"), ("noon", "Citra"), ("evening", "Budi")]
        assert found.best.distance_m == 4_200

    def test_nobody_is_pressed_into_a_task_that_none_is_eligible_for(self) -> None:
        found = solve([opening("ambulance", (7, 11), {}, slots=2)])

        assert (found.slots, pairs(found.best), pairs(found.greedy)) == (2, [], [])
        assert [(task.id, slots) for task, slots in found.unfilled] == [("ambulance", 2)]

    def test_without_tasks_there_is_nothing_to_suggest(self) -> None:
        found = solve([])

        assert (found.slots, pairs(found.best), pairs(found.greedy), found.unfilled) == (0, [], [], ())


distances = st.dictionaries(st.sampled_from(MEMBERS), st.integers(1, 40).map(lambda km: 500.0 * km))
"""Half kilometres: many ways are equally long."""

moments = st.lists(st.tuples(distances, st.integers(1, 2)), max_size=4).map(
    lambda tasks: [opening(str(n), (7, 11), metres, slots) for n, (metres, slots) in enumerate(tasks)]
)
"""Tasks that all run at the same time."""

days = st.lists(st.tuples(st.integers(0, 8), st.integers(1, 5), distances, st.integers(1, 2)), max_size=5).map(
    lambda tasks: [
        opening(str(n), (start, start + hours), metres, slots)
        for n, (start, hours, metres, slots) in enumerate(sorted(tasks, key=lambda task: task[0]))
    ]
)
"""Tasks whose windows overlap in any way."""


def overlap(one: Opening, other: Opening) -> bool:
    return one.task.starts_at < other.task.ends_at and other.task.starts_at < one.task.ends_at


def everything(openings: Sequence[Opening], busy: Sequence[tuple[Opening, UUID]] = ()) -> Iterator[Worth]:
    """What each possible assignment is worth."""
    if not openings:
        yield 0, 0.0
        return
    first, *others = openings
    free = [
        one
        for one in first.candidates
        if not any(one.member_id == member and overlap(first, elsewhere) for elsewhere, member in busy)
    ]
    for count in range(first.slots + 1):
        for chosen in combinations(free, count):
            taken = [(first, one.member_id) for one in chosen]
            metres = sum(one.distance_m or 0.0 for one in chosen)
            for filled, further in everything(others, [*busy, *taken]):
                yield filled - count, further + metres


@given(moments)
def test_of_tasks_at_one_moment_no_assignment_at_all_is_better(openings: list[Opening]) -> None:
    assert worth(solve(openings).best) == min(everything(openings))


@given(days)
def test_the_best_is_never_worse_than_one_by_one_and_can_be_followed(openings: list[Opening]) -> None:
    found = solve(openings)

    assert min(everything(openings)) <= worth(found.best) <= worth(found.greedy)
    assert found.slots - found.best.filled == sum(slots for _, slots in found.unfilled)
    given_to = [(opening, one) for opening in openings for one in found.best.suggestions if one.task == opening.task]
    for opening, one in given_to:
        assert one.candidate in opening.candidates
    for (first, one), (second, other) in combinations(given_to, 2):
        if overlap(first, second):
            assert one.candidate.member_id != other.candidate.member_id


@given(days, st.integers(0, 12))
def test_no_change_among_the_tasks_of_one_moment_is_better(openings: list[Opening], hour: int) -> None:
    at = NOW + timedelta(hours=hour)
    best = solve(openings).best

    def running(opening: Opening) -> bool:
        return opening.task.starts_at <= at < opening.task.ends_at

    by_task = {opening.task.id: opening for opening in openings}
    fixed = [one for one in best.suggestions if not running(by_task[one.task.id])]
    busy = [(by_task[one.task.id], one.candidate.member_id) for one in fixed]
    moved = Assignment(tuple(one for one in best.suggestions if one not in fixed))

    assert worth(moved) == min(everything([one for one in openings if running(one)], busy))
