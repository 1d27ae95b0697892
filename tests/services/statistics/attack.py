"""What an outsider may learn of an invented regency: every answer to every question there is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations, product
from uuid import UUID

from kurir_api.services.contributions.calendar import last_day
from kurir_api.services.contributions.totals import Period
from kurir_api.services.statistics.facts import Asked, Began, Facts, Referred, Spent, Waiting, Work
from kurir_api.services.statistics.guard import ENOUGH, RUPIAH, patients
from kurir_api.services.statistics.scope import Scope
from kurir_api.services.statistics.statistics import Statistics, counted

REGENCY = "33.02"
PLACES = tuple(f"{REGENCY}.{number:02}" for number in range(1, 4))
MONTHS = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))
KINDS = ("AMBULANCE_RUN", "SHELTER_STAY", "RELAY")
CATEGORIES = ("FUEL", "MEDICINE", "MEAL")

Answers = Mapping[tuple[str, date, date], Statistics]


@dataclass(frozen=True, slots=True)
class Help:
    """What was done for one patient in a place and month: a task with a cost, a report, a case, a claim, a referral
    that was granted. The cases of the last month are open now.
    """

    who: int
    place: str
    month: date
    kind: str = KINDS[0]
    category: str = CATEGORIES[0]
    cost: int = 50_000
    in_kind: bool = False
    known: bool = False


def answers(helps: Iterable[Help]) -> Answers:
    """All that anybody can ask: of the regency and each sub-district, of each run of months."""
    helps = list(helps)
    return {
        (region, first, last): counted(
            _scope(region), Period(first, last_day(last)), _facts(_within(helps, region), first, last)
        )
        for region in (REGENCY, *PLACES)
        for first, last in spans()
    }


def spans() -> Iterator[tuple[date, date]]:
    """The first and last months of each run of months."""
    yield from ((month, month) for month in MONTHS)
    yield from combinations(MONTHS, 2)


def small_cells(helps: Sequence[Help]) -> dict[tuple[str, date], list[Help]]:
    """The sub-districts and months in which somebody was helped, but not enough to hide among."""
    cells: dict[tuple[str, date], list[Help]] = {}
    for one in helps:
        cells.setdefault((one.place, one.month), []).append(one)
    return {key: cell for key, cell in cells.items() if 0 < len({one.who for one in cell}) < ENOUGH}


def emptied(helps: Sequence[Help], cell: tuple[str, date]) -> list[Help]:
    """Another world, in which nobody at all was helped in that sub-district and month.

    Those who were are moved to the month's other small sub-districts, if they have room for all; else all
    of the month's small sub-districts are empty.
    """
    place, month = cell
    small = {key: people for key, people in small_cells(helps).items() if key[1] == month}
    others = [one for one in helps if (one.place, one.month) not in small]
    rest = [one for people in small.values() for one in people]
    large = {one.place for one in others if one.month == month}
    room = [other for other in PLACES if other not in large and other != place]
    who = sorted({one.who for one in rest})
    if not ENOUGH <= len(who) <= (ENOUGH - 1) * len(room):
        return others
    homes = {patient: room[number // (ENOUGH - 1)] for number, patient in enumerate(who)}
    return others + [replace(one, place=homes[one.who]) for one in rest]


def rare(helps: Sequence[Help], name: str) -> set[tuple[date, str]]:
    """The months and the kinds or categories, by the field's name, that fewer than five patients had in them."""
    who: dict[tuple[date, str], set[int]] = {}
    for one in helps:
        who.setdefault((one.month, getattr(one, name)), set()).add(one.who)
    return {key for key, patients_of in who.items() if len(patients_of) < ENOUGH}


def priced(helps: Sequence[Help]) -> list[Help]:
    """The same, each with a cost of its own of which every sum tells whose costs are in it, and that no rounding
    changes.
    """
    return [replace(one, cost=RUPIAH * 2**number) for number, one in enumerate(helps)]


def told_apart(helps: Sequence[Help], said: Answers, month: date) -> Iterator[set[int]]:
    """By subtracting each figure of money of the month from each other: the patients whose costs come out."""
    sums = [sum_ for region in (REGENCY, *PLACES) for sum_ in _money(said[region, month, month])]
    for one, other in product(sums, repeat=2):
        left = (one // RUPIAH) & ~(other // RUPIAH)
        yield {helped.who for number, helped in enumerate(helps) if left >> number & 1}


def _money(said: Statistics) -> Iterator[int]:
    yield said.cost
    yield from (totals.cost for _, totals in said.by_kind)
    yield from (totals.in_kind for _, totals in said.by_kind)
    yield from (costs.cost for costs in said.costs_by_category)
    yield from (costs.in_kind for costs in said.costs_by_category)


def _scope(region: str) -> Scope:
    subdistricts = {REGENCY: len(PLACES)} if region == REGENCY else {}
    return Scope(regions=[region], known=[], guarded=True, subdistricts=subdistricts)


def _within(helps: Iterable[Help], region: str) -> list[Help]:
    return [one for one in helps if one.place.startswith(region)]


def _facts(everything: Sequence[Help], first: date, last: date) -> Facts:
    helps = [one for one in everything if first <= one.month <= last]
    now = [one for one in everything if one.month == MONTHS[-1]]

    def where(one: Help) -> dict[str, object]:
        return {"who": UUID(int=one.who), "place": one.place, "month": one.month, "known": one.known}

    began = [Began(**where(one)) for one in helps]  # type: ignore[arg-type]
    return Facts(
        work=[Work(kind=one.kind, tasks=1, minutes=37, distance_m=4_321, **where(one)) for one in helps],  # type: ignore[arg-type]
        spent=[
            Spent(kind=one.kind, category=one.category, amount=one.cost, in_kind=one.in_kind, **where(one))  # type: ignore[arg-type]
            for one in helps
        ],
        asked=[Asked(waits=(60.0 * one.who,), taken=1, alerts=3, **where(one)) for one in helps],  # type: ignore[arg-type]
        reports=began,
        cases=began,
        referrals=[Referred(programme=_programme(one.kind), granted=1, **where(one)) for one in helps],  # type: ignore[arg-type]
        open_cases=[Began(**where(one) | {"month": date.min}) for one in now],  # type: ignore[arg-type]
        waiting=[Waiting(place, 3, 3, 90, known=False) for place in sorted({one.place for one in now})],
        members=40,
    )


def _programme(kind: str) -> UUID:
    """One for each kind."""
    return UUID(bytes=kind.encode().ljust(16)[:16])


def people_in(helps: Iterable[Help], place: str, month: date) -> int:
    """How many were helped there and then."""
    return patients(
        Work(who=UUID(int=one.who), place=one.place, month=one.month, kind=one.kind, tasks=1)
        for one in helps
        if (one.place, one.month) == (place, month)
    )
