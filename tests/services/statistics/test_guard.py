"""What outsiders can find out by comparing answers: never of whom there are fewer than five."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, replace
from datetime import date
from statistics import median
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.strategies import SearchStrategy

from kurir_api.services.statistics.facts import Began, Waiting, Work
from kurir_api.services.statistics.guard import ENOUGH, kept, rounded, waiting_kept
from kurir_api.services.statistics.statistics import Statistics
from tests.services.statistics.attack import (
    CATEGORIES,
    KINDS,
    MONTHS,
    PLACES,
    REGENCY,
    Help,
    answers,
    emptied,
    people_in,
    priced,
    rare,
    small_cells,
    told_apart,
)

JANUARY, FEBRUARY, _ = MONTHS
NEVER = {"kind": "NEVER_DONE", "category": "LODGING"}
ATTACK = settings(max_examples=8)


def helps_among(places: Sequence[str], months: Sequence[date], sorts: int) -> SearchStrategy[list[Help]]:
    """Of so many kinds and categories."""
    one = some.builds(
        Help,
        who=some.integers(1, 24),
        place=some.sampled_from(places),
        month=some.sampled_from(months),
        kind=some.sampled_from(KINDS[:sorts]),
        category=some.sampled_from(CATEGORIES[:sorts]),
        cost=some.integers(1_000, 900_000),
        in_kind=some.booleans(),
    )
    return some.lists(one, min_size=25, max_size=60)


HELPS = helps_among(PLACES, MONTHS, 3) | helps_among(PLACES[:2], MONTHS[:1], 2)
"""Scattered, and so many in a place that they are broken down."""


def sum_by_kind(said: Iterable[Statistics]) -> dict[str, list[int]]:
    """Of several answers: tasks, patients, minutes, metres, money and gifts of each kind."""
    found: dict[str, list[int]] = {}
    for kind, totals in (pair for one in said for pair in one.by_kind):
        found[kind] = [sum(pair) for pair in zip(found.get(kind, [0] * 6), astuple(totals), strict=True)]
    return found


def sum_by_category(said: Iterable[Statistics]) -> Counter[tuple[str, str]]:
    """Of several answers: money and gifts of each category, but for those without."""
    found: Counter[tuple[str, str]] = Counter()
    for costs in (costs for one in said for costs in one.costs_by_category):
        found.update({(costs.category, "money"): costs.cost, (costs.category, "gifts"): costs.in_kind})
    return found


def crowd(size: int, place: str, month: date = JANUARY, first: int = 1) -> list[Help]:
    """So many patients who were helped there."""
    return [Help(who, place, month) for who in range(first, first + size)]


@ATTACK
@given(HELPS)
def test_no_answer_tells_a_small_cell_from_an_empty_one(helps: list[Help]) -> None:
    """Of each thing that is counted by itself: money and gifts have small sub-districts of their own."""
    helps = [replace(one, in_kind=False) for one in helps]
    said = answers(helps)

    for place, month in small_cells(helps):
        other = emptied(helps, (place, month))
        assert people_in(other, place, month) == 0
        assert answers(other) == said


@ATTACK
@given(HELPS, some.sampled_from(["kind", "category"]))
def test_no_answer_tells_what_kind_or_category_fewer_than_five_had(helps: list[Help], name: str) -> None:
    said = answers(helps)

    for month, code in rare(helps, name):
        other = [
            replace(one, **{name: NEVER[name]}) if (one.month, getattr(one, name)) == (month, code) else one
            for one in helps
        ]
        assert answers(other) == said


@ATTACK
@given(HELPS)
def test_no_figure_less_another_is_of_fewer_than_five(helps: list[Help]) -> None:
    helps = priced(helps)
    said = answers(helps)

    for month in MONTHS:
        assert all(not who or len(who) >= ENOUGH for who in told_apart(helps, said, month))


@ATTACK
@given(HELPS)
def test_every_sum_is_of_five_patients_or_more_before_it_is_rounded(helps: list[Help]) -> None:
    work = [
        Work(who=UUID(int=one.who), place=one.place, month=one.month, kind=one.kind, tasks=1, minutes=37)
        for one in helps
    ]

    for sort in (lambda _: (), lambda fact: (fact.kind,)):
        for month in kept(work, {REGENCY: len(PLACES)}, sort).values():
            assert month.known == []
            assert all(len({fact.who for fact in cell.facts}) >= ENOUGH for cell in month.cells)


@ATTACK
@given(HELPS)
def test_a_run_of_months_says_nothing_that_its_months_do_not(helps: list[Help]) -> None:
    said = answers(helps)

    for (region, first, last), found in said.items():
        months = [said[region, month, month] for month in MONTHS if first <= month <= last]
        assert list(found.by_month) == [month.by_month[0] for month in months]
        for name in ("beneficiaries", "cases", "tasks_completed", "cost"):
            assert getattr(found, name) == sum(getattr(month, name) for month in months)
        assert sum_by_kind([found]) == sum_by_kind(months)
        assert sum_by_category([found]) == sum_by_category(months)


@ATTACK
@given(HELPS)
def test_minutes_to_claim_over_months_are_the_middle_of_what_the_months_say(helps: list[Help]) -> None:
    said = answers(helps)

    for place in PLACES:
        medians = [said[place, month, month].median_minutes_to_claim for month in MONTHS]
        known = [one for one in medians if one is not None]
        whole = said[place, MONTHS[0], MONTHS[-1]].median_minutes_to_claim
        assert whole == (median(known) if known else None)


def test_a_regency_less_its_sub_districts_does_not_tell_of_one_patient() -> None:
    alone, crowded = PLACES[0], PLACES[1]
    without, with_one = crowd(7, crowded), [*crowd(7, crowded), *crowd(1, alone, first=50)]

    # Each rounded by itself, the regency would go from 5 to 10, its sub-districts would stay.
    assert (rounded(7), rounded(8)) == (5, 10)
    assert answers(without) == answers(with_one)


def test_a_longer_period_less_a_shorter_one_does_not_tell_of_one_patient() -> None:
    january = crowd(7, PLACES[0])

    assert answers(january) == answers([*january, *crowd(1, PLACES[0], FEBRUARY, first=50)])


def test_each_month_is_rounded_once_and_then_added_up() -> None:
    said = answers([*crowd(7, PLACES[0]), *crowd(7, PLACES[0], FEBRUARY)])[PLACES[0], JANUARY, FEBRUARY]

    assert (said.beneficiaries, said.tasks_completed, said.cases, said.cost) == (10, 10, 10, 800_000)


def test_all_kinds_less_one_do_not_tell_of_one_patients_kind() -> None:
    helped = crowd(7, PLACES[0])

    said = answers([*helped, Help(1, PLACES[0], JANUARY, kind=KINDS[1])])[PLACES[0], JANUARY, JANUARY]

    assert (said.beneficiaries, said.tasks_completed, said.by_kind) == (5, 10, [])


def test_all_costs_less_the_categories_told_do_not_tell_of_one_patients() -> None:
    fuel = [replace(one, cost=20_000) for one in crowd(5, PLACES[0])]
    medicine = Help(9, PLACES[0], JANUARY, category="MEDICINE", cost=4_000_000)

    said = answers([*fuel, medicine])[PLACES[0], JANUARY, JANUARY]

    assert (said.cost, said.costs_by_category) == (4_100_000, [])
    assert [(kind, totals.cost) for kind, totals in said.by_kind] == [("AMBULANCE_RUN", 4_100_000)]


def test_small_categories_of_five_patients_together_are_left_to_the_others() -> None:
    fuel = [replace(one, cost=100_000) for one in crowd(5, PLACES[0])]
    medicine = [replace(one, category="MEDICINE", cost=100_000) for one in crowd(3, PLACES[0], first=10)]
    meals = [replace(one, category="MEAL", cost=100_000) for one in crowd(2, PLACES[0], first=20)]

    said = answers([*fuel, *medicine, *meals])[PLACES[0], JANUARY, JANUARY]

    assert (said.cost, [(one.category, one.cost) for one in said.costs_by_category]) == (
        1_000_000,
        [("FUEL", 500_000)],
    )


def test_money_does_not_hide_among_gifts() -> None:
    gifts = [replace(one, in_kind=True) for one in crowd(5, PLACES[0])]

    said = answers([*gifts, Help(9, PLACES[0], JANUARY, cost=4_000_000)])[PLACES[0], JANUARY, JANUARY]

    assert said.cost == 0
    assert [(costs.cost, costs.in_kind) for costs in said.costs_by_category] == [(0, 300_000)]


def test_who_may_be_one_already_does_not_count_towards_five() -> None:
    reports = [
        Began(who=who, place=PLACES[0], month=JANUARY)
        for who in [*(UUID(int=number) for number in range(1, 5)), *[None] * 9]
    ]
    fifth = Began(who=UUID(int=5), place=PLACES[0], month=JANUARY)

    assert [month.cells for month in kept(reports, {}).values()] == [[]]
    assert [month.sum(lambda fact: fact.number) for month in kept([*reports, fifth], {}).values()] == [15]


def test_patients_of_small_sub_districts_count_together_for_the_regency() -> None:
    scattered = [*crowd(3, PLACES[0]), *crowd(3, PLACES[1], first=10), *crowd(2, PLACES[2], first=20)]

    said = answers(scattered)

    assert said[REGENCY, JANUARY, JANUARY].beneficiaries == 10
    assert [said[place, JANUARY, JANUARY].beneficiaries for place in PLACES] == [0, 0, 0]


def test_not_if_they_are_so_many_that_no_small_sub_district_could_be_empty() -> None:
    full = [one for number, place in enumerate(PLACES) for one in crowd(4, place, first=10 * number)]

    assert answers(full)[REGENCY, JANUARY, JANUARY].beneficiaries == 0
    assert answers(full[1:])[REGENCY, JANUARY, JANUARY].beneficiaries == 0
    assert answers(full[4:])[REGENCY, JANUARY, JANUARY].beneficiaries == 10


def test_what_one_knows_oneself_hides_nobody() -> None:
    own = [Help(who, PLACES[0], JANUARY, known=True) for who in range(10, 14)]

    assert answers([*own, *crowd(1, PLACES[0])]) == answers(own)


def test_who_waits_is_told_by_sub_district_from_five_patients_on_and_exactly_where_one_knows() -> None:
    waiting = [
        Waiting("33.02.01.2001", 4, 4, 90, known=False),
        Waiting("33.02.01.2002", 4, 1, 60, known=False),
        Waiting("33.02.02.2001", 9, 4, 60, known=False),
        Waiting("33.02.03.2001", 1, 0, 30, known=True),
    ]

    assert waiting_kept(waiting) == [
        Waiting("33.02.03.2001", 1, 0, 30, known=True),
        Waiting("33.02.01", 10, 5, None, known=False),
    ]


def test_numbers_go_to_the_nearest_multiple_of_five() -> None:
    assert [rounded(number) for number in (0, 2, 3, 5, 7, 8, 12, 13)] == [0, 0, 5, 5, 5, 10, 10, 15]
    assert [rounded(amount, 100_000) for amount in (49_999, 50_000, 1_250_000)] == [0, 100_000, 1_300_000]
