"""Which facts outsiders may learn the sums of, and how sums are rounded for them. docs/decisions/0016 has the proof.

Whatever an outsider asks is added up from the same few rounded numbers, so comparing two answers tells no more than
these do. Nobody can tell a sub-district in which fewer than five patients were helped in a month from one in which
none was.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from kurir_api.models import regency_of, subdistrict_of
from kurir_api.services.statistics.facts import Fact, Waiting

ENOUGH = 5
"""Patients of whom a sum may tell."""

COUNT, MINUTES, METRES, RUPIAH = 5, 60, 1_000, 100_000
"""To multiples of which an outsider's sums are rounded."""

F = TypeVar("F", bound=Fact)
K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

Sort = tuple[str | None, ...]
"""The kind, or the kind and category; None: mixed. Empty where facts aren't told apart."""


@dataclass(frozen=True, slots=True)
class Cell(Generic[F]):
    """Facts of one month and area, of five patients or more, that are only told together, and what is the same of
    their sorts.
    """

    facts: Sequence[F]
    sort: Sort


@dataclass(frozen=True, slots=True)
class Kept(Generic[F]):
    """What may be told: the `known` facts exactly, each cell's sums rounded once."""

    known: Sequence[F]
    cells: Sequence[Cell[F]]

    def sum(self, of: Callable[[F], int], to: int = COUNT) -> int:
        """Of the known facts, and of the cells to multiples of `to`."""
        return sum(map(of, self.known)) + sum(rounded(sum(map(of, cell.facts)), to) for cell in self.cells)

    def patients(self) -> int:
        """The known ones once; the others once in each cell."""
        return patients(self.known) + sum(rounded(patients(cell.facts)) for cell in self.cells)


def kept(
    facts: Iterable[F], subdistricts: Mapping[str, int], sort: Callable[[F], Sort] = lambda _: ()
) -> dict[date, Kept[F]]:
    """By month: the known facts, and of the others those that hide a patient among enough: those of large
    sub-districts, and those of the rest of the regency; each broken down by `sort` if that hides them, too.

    `subdistricts`: of the regencies that are asked for as a whole, how many of theirs aren't known.
    """
    return {
        month: _kept(found, subdistricts, sort) for month, found in _grouped(facts, lambda one: one.month).items()
    }


def _kept(month: Sequence[F], subdistricts: Mapping[str, int], sort: Callable[[F], Sort]) -> Kept[F]:
    others = _grouped((fact for fact in month if not fact.known), lambda fact: regency_of(fact.place))
    areas = [area for regency, facts in others.items() for area in _areas(facts, subdistricts.get(regency, 0))]
    return Kept([fact for fact in month if fact.known], [cell for area in areas for cell in _cells(area, sort)])


def together(months: Iterable[Kept[F]]) -> Kept[F]:
    """Of several months."""
    months = list(months)
    return Kept([fact for one in months for fact in one.known], [cell for one in months for cell in one.cells])


def _areas(month: Sequence[F], subdistricts: int) -> list[list[F]]:
    """A month's facts by large sub-district, and all others together if these are of enough patients, and of so few
    that any one of the other sub-districts might have none of them.
    """
    places = _grouped(month, lambda fact: fact.place).values()
    large = [facts for facts in places if _enough(facts)]
    rest = [fact for facts in places if not _enough(facts) for fact in facts]
    most = (ENOUGH - 1) * (subdistricts - len(large) - 1)
    return [*large, rest] if ENOUGH <= patients(rest) <= most else large


def _cells(area: Sequence[F], sort: Callable[[F], Sort]) -> list[Cell[F]]:
    """A cell for each sort of enough patients, and one for all others; if these are of too few, one for all sorts."""
    sorts = _grouped(area, sort)
    large = [facts for facts in sorts.values() if _enough(facts)]
    others = [fact for facts in sorts.values() if not _enough(facts) for fact in facts]
    cells = [area] if others and not _enough(others) else [*large, *([others] if others else [])]
    return [Cell(facts, _common({sort(fact) for fact in facts})) for facts in cells]


def _common(sorts: Collection[Sort]) -> Sort:
    return tuple(codes[0] if len(set(codes)) == 1 else None for codes in zip(*sorts, strict=True))


def patients(facts: Iterable[Fact]) -> int:
    """For how many patients there was something. Who may be one already doesn't count."""
    sums: dict[Hashable, int] = defaultdict(int)
    for fact in facts:
        if fact.who:
            sums[fact.who] += fact.counts
    return sum(total > 0 for total in sums.values())


def waiting_kept(waiting: Iterable[Waiting]) -> list[Waiting]:
    """The known villages, and the sub-districts in which enough patients wait outside of these."""
    waiting = list(waiting)
    found, others = [one for one in waiting if one.known], [one for one in waiting if not one.known]
    for place, villages in _grouped(others, lambda one: subdistrict_of(one.region)).items():
        people = sum(one.patients for one in villages)
        if people >= ENOUGH:
            residents = sum(one.residents for one in villages)
            found.append(Waiting(place, rounded(residents), rounded(people), None, known=False))
    return found


def rounded(number: int, to: int = COUNT) -> int:
    """To the nearest multiple; halves go up."""
    return (2 * number + to) // (2 * to) * to


def _enough(facts: Iterable[Fact]) -> bool:
    return patients(facts) >= ENOUGH


def _grouped(things: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    found: dict[K, list[T]] = defaultdict(list)
    for thing in things:
        found[key(thing)].append(thing)
    return found
