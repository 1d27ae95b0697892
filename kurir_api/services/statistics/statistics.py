"""The figures of a period: exact for the office, guarded for everybody else."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from statistics import median
from typing import TypeVar
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.models import CostCategory
from kurir_api.services.contributions.calendar import next_month
from kurir_api.services.contributions.totals import Period, Totals
from kurir_api.services.statistics.facts import Asked, Began, Fact, Facts, Referred, Spent, Waiting, Work, load_facts
from kurir_api.services.statistics.guard import (
    ENOUGH,
    METRES,
    MINUTES,
    RUPIAH,
    Cell,
    Kept,
    kept,
    rounded,
    together,
    waiting_kept,
)
from kurir_api.services.statistics.scope import Scope, asked_scope

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What was done in a month or year, which begins with `start`; rupiah, and minutes to claim, where known."""

    start: date
    reports: int
    cases: int
    beneficiaries: int
    tasks_completed: int
    cost: int
    median_minutes_to_claim: float | None


@dataclass(frozen=True, slots=True)
class Costs:
    """Rupiah of one category."""

    category: CostCategory
    cost: int
    in_kind: int


@dataclass(frozen=True, slots=True)
class ProgrammeCounts:
    """The referrals to one programme, how many of them were granted, and how many are overdue now."""

    programme_id: UUID
    referrals: int
    granted: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """docs/statistics.md defines every figure. `scope` and `period`: what they are of."""

    scope: Scope
    period: Period
    beneficiaries: int
    cases: int
    open_cases: int
    members: int
    tasks_completed: int
    cost: int
    median_minutes_to_claim: float | None
    alerts_per_claim: float | None
    by_month: Sequence[Span]
    by_year: Sequence[Span]
    by_kind: Sequence[tuple[str, Totals]]
    costs_by_category: Sequence[Costs]
    by_programme: Sequence[ProgrammeCounts]
    waiting: Sequence[Waiting]


async def statistics(principal: Principal, period: Period, regions: Sequence[str], now: datetime) -> Statistics:
    """Of the regions, none within another; without any of all regencies the principal works in. Ten statements.

    Raises NotFound, InvalidInput.
    """
    scope = await asked_scope(principal, regions, period, now)
    return await counted_beside(scope, period, await load_facts(scope, period, now))


async def counted_beside(scope: Scope, period: Period, facts: Facts) -> Statistics:
    """As `counted`, in a thread: ten years take a while, in which others are served."""
    return await asyncio.to_thread(counted, scope, period, facts)


def counted(scope: Scope, period: Period, facts: Facts) -> Statistics:
    """The figures. Where all is known nothing is left out or rounded."""
    counts, months = _Counts(scope, facts), _months(period)
    whole = counts.span(period.first_day, months)
    years = range(period.first_day.year, period.last_day.year + 1)
    open_cases = together(kept(facts.open_cases, scope.subdistricts).values())
    return Statistics(
        scope=scope,
        period=period,
        beneficiaries=whole.beneficiaries,
        cases=whole.cases,
        open_cases=open_cases.sum(_number),
        members=rounded(facts.members) if scope.guarded else facts.members,
        tasks_completed=whole.tasks_completed,
        cost=whole.cost,
        median_minutes_to_claim=whole.median_minutes_to_claim,
        alerts_per_claim=counts.alerts_per_claim(),
        by_month=[counts.span(month, [month]) for month in months],
        by_year=[counts.span(date(year, 1, 1), [one for one in months if one.year == year]) for year in years],
        by_kind=counts.by_kind(),
        costs_by_category=counts.by_category(),
        by_programme=counts.by_programme(),
        waiting=waiting_kept(facts.waiting) if scope.guarded else facts.waiting,
    )


class _Counts:
    """Sums over what is kept of each month."""

    def __init__(self, scope: Scope, facts: Facts) -> None:
        subdistricts = scope.subdistricts
        self._guarded = scope.guarded
        self._helped = kept(facts.work, subdistricts)
        self._work = kept(facts.work, subdistricts, _sort)
        self._money = kept([fact for fact in facts.spent if not fact.in_kind], subdistricts, _sort)
        self._gifts = kept([fact for fact in facts.spent if fact.in_kind], subdistricts, _sort)
        self._asked = kept(facts.asked, subdistricts)
        self._reports = kept(facts.reports, subdistricts)
        self._cases = kept(facts.cases, subdistricts)
        self._referred, self._granted, self._overdue = (
            kept(referred, subdistricts, _programme)
            for referred in (
                facts.referrals,
                [replace(fact, number=fact.granted) for fact in facts.referrals if fact.granted],
                [replace(fact, number=fact.overdue) for fact in facts.referrals if fact.overdue],
            )
        )

    def span(self, start: date, months: Collection[date]) -> Span:
        """Of the months, by their first days."""
        return Span(
            start=start,
            reports=_of(self._reports, months).sum(_number),
            cases=_of(self._cases, months).sum(_number),
            beneficiaries=_of(self._helped, months).patients(),
            tasks_completed=_of(self._work, months).sum(_tasks),
            cost=_of(self._money, months).sum(_amount, RUPIAH),
            median_minutes_to_claim=_middle(_of(self._asked, months)),
        )

    def by_kind(self) -> list[tuple[str, Totals]]:
        """Of every kind that something was done or spent for, by its code."""
        work, money, gifts = (_by(0, self._work, _sort), _by(0, self._money, _sort), _by(0, self._gifts, _sort))
        return [(kind, _totals(work[kind], money[kind], gifts[kind])) for kind in sorted({*work, *money, *gifts})]

    def by_category(self) -> list[Costs]:
        """Of every category that something was spent on, in the order of the categories."""
        money, gifts = _by(1, self._money, _sort), _by(1, self._gifts, _sort)
        spent = {*money, *gifts}
        return [
            Costs(category, money[category].sum(_amount, RUPIAH), gifts[category].sum(_amount, RUPIAH))
            for category in CostCategory
            if category in spent
        ]

    def by_programme(self) -> list[ProgrammeCounts]:
        """Of every programme that somebody was referred to, by its id."""
        counted = [_by(0, of_all, _programme) for of_all in (self._referred, self._granted, self._overdue)]
        programmes = sorted({code for by_code in counted for code in by_code})
        return [
            ProgrammeCounts(UUID(code), *(by_code[code].sum(_referrals) for by_code in counted))
            for code in programmes
        ]

    def alerts_per_claim(self) -> float | None:
        """None without claims that members took themselves, for outsiders without enough."""
        asked = together(self._asked.values())
        taken = asked.sum(lambda fact: fact.taken)
        if taken < (ENOUGH if self._guarded else 1):
            return None
        share = asked.sum(lambda fact: fact.alerts) / taken
        return round(share, 1) if self._guarded else share


def _of(months: Mapping[date, Kept[F]], wanted: Collection[date]) -> Kept[F]:
    return together(months[month] for month in wanted if month in months)


def _by(
    place: int, months: Mapping[date, Kept[F]], sort: Callable[[F], tuple[str, ...]]
) -> defaultdict[str, Kept[F]]:
    """What is told of each kind or programme (`place` 0) or category (1), by its code."""
    known: defaultdict[str, list[F]] = defaultdict(list)
    cells: defaultdict[str, list[Cell[F]]] = defaultdict(list)
    whole = together(months.values())
    for fact in whole.known:
        known[sort(fact)[place]].append(fact)
    for cell in whole.cells:
        if code := cell.sort[place]:
            cells[code].append(cell)
    nothing: Kept[F] = Kept([], [])
    return defaultdict(lambda: nothing, {code: Kept(known[code], cells[code]) for code in {*known, *cells}})


def _totals(work: Kept[Work], money: Kept[Spent], gifts: Kept[Spent]) -> Totals:
    return Totals(
        tasks=work.sum(_tasks),
        beneficiaries=work.patients(),
        minutes=work.sum(lambda fact: fact.minutes, MINUTES),
        distance_m=work.sum(lambda fact: fact.distance_m, METRES),
        cost=money.sum(_amount, RUPIAH),
        in_kind=gifts.sum(_amount, RUPIAH),
    )


def _middle(asked: Kept[Asked]) -> float | None:
    """The median of the minutes until claims; for outsiders the middle one of the cells' medians."""
    middles = [median(_minutes(asked.known))] if _minutes(asked.known) else []
    middles += [float(round(median(_minutes(cell.facts)))) for cell in asked.cells]
    return median(middles) if middles else None


def _minutes(asked: Iterable[Asked]) -> list[float]:
    return [wait / 60 for fact in asked for wait in fact.waits]


def _sort(fact: Work | Spent) -> tuple[str, ...]:
    return (fact.kind, fact.category) if isinstance(fact, Spent) else (fact.kind,)


def _programme(fact: Referred) -> tuple[str, ...]:
    return (str(fact.programme),)


def _referrals(fact: Referred) -> int:
    return fact.number


def _number(fact: Began) -> int:
    return fact.number


def _tasks(fact: Work) -> int:
    return fact.tasks


def _amount(fact: Spent) -> int:
    return fact.amount


def _months(period: Period) -> list[date]:
    """The first days of the months of a period."""
    found = [period.first_day.replace(day=1)]
    while (following := next_month(found[-1])) <= period.last_day:
        found.append(following)
    return found
