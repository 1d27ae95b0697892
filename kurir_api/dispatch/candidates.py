"""Candidates for a task in exact order along the ellipsoid, each with every reason against it. Pure over facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from math import inf
from typing import Any
from uuid import UUID

from kurir_api.dispatch.eligibility import (
    EligibilityReason,
    Situation,
    budget_is_spent,
    in_quiet_hours,
    reasons_against,
)
from kurir_api.dispatch.facts import MemberFacts, TaskFacts, place_of
from kurir_api.dispatch.geo import Point, degrees_within, settled_distances_m
from kurir_api.dispatch.texts import ENGLISH, FIELDS, INDONESIAN
from kurir_api.dispatch.travel import by_detour
from kurir_api.errors import REASON_WORDS, Words
from kurir_api.models import Urgency
from kurir_api.task_kinds import task_kinds

NEVER = datetime.min.replace(tzinfo=UTC)
REST_WORTH_SAYING = timedelta(days=1)

BY_ROAD = Words(id="{minutes} menit lewat jalan", en="{minutes} min by road")
CAPABLE = Words(id="keahlian berlaku", en="capability valid")
RESTED = Words(id="istirahat {days} hari", en="rested {days} d")
QUIET_OVERRIDDEN = Words(id="jam tenang dilewati karena darurat", en="quiet hours overridden by the emergency")
BUDGET_OVERRIDDEN = Words(
    id="batas peringatan mingguan dilewati karena darurat", en="weekly alert limit overridden by the emergency"
)


@dataclass(frozen=True, slots=True)
class Note:
    """A few words of an explanation, with what fills their places."""

    words: Words
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`rank` counts from 1; `distance_m` along the ellipsoid, None without a location; no reasons means eligible.

    `place`: where the member is taken to be. `road_time`: as a router knows it, None: not asked, or not known.
    `last_alerted_at`: for any task; None: never. `notes`: what speaks for or against.
    """

    rank: int
    member_id: UUID
    name: str
    place: Point | None
    distance_m: float | None
    road_time: timedelta | None = None
    last_alerted_at: datetime | None
    reasons: tuple[EligibilityReason, ...]
    notes: tuple[Note, ...]

    @property
    def travel_time(self) -> timedelta:
        """By road, else as the distance suggests. Only for candidates with a location."""
        return by_detour(self.distance_m or 0.0) if self.road_time is None else self.road_time

    def taking(self, road_time: timedelta | None) -> "Candidate":
        """The candidate with that time by road; None: as it was."""
        if road_time is None:
            return self
        minutes = max(round(road_time.total_seconds() / 60), 1)
        return replace(self, road_time=road_time, notes=(Note(BY_ROAD, {"minutes": minutes}), *self.notes))

    def told(self, distance_m: float | None) -> "Candidate":
        """As the candidate is told of it: that far, and nothing of the way to the exact place."""
        notes = tuple(note for note in self.notes if note.words is not BY_ROAD)
        return replace(self, distance_m=distance_m, road_time=None, notes=notes)

    @property
    def explanation(self) -> dict[str, str]:
        """One line by locale ("id", "en"): how far, and what speaks for or against."""
        return {locale: self.explain(locale) for locale in (INDONESIAN, ENGLISH)}

    def explain(self, locale: str) -> str:
        """One line: "2,1 km, keahlian berlaku, istirahat 3 hari"."""
        distance = FIELDS["distance"]({"distance_m": self.distance_m}, locale)
        said = (note.words.say(locale, **note.values) for note in self.notes)
        return ", ".join([*filter(None, [distance]), *said])


def ordered(task: TaskFacts, members: Sequence[MemberFacts], now: datetime) -> list[Situation]:
    """The members in exact order along the ellipsoid; the longest unalerted first where distances are equal, then by
    id; those without a location last.
    """
    located = [of.place for of in members if of.place is not None]
    metres = dict(zip(located, settled_distances_m(place_of(task), located), strict=True))
    situations = [
        Situation(task=task, facts=of, distance_m=metres[of.place] if of.place else None, now=now) for of in members
    ]
    return sorted(situations, key=_order)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """The `limit` nearest are wanted, of the eligible or also of the others."""

    task: TaskFacts
    limit: int
    ineligible: bool
    now: datetime

    def found(
        self, members: Sequence[MemberFacts], *, furthest_degrees: float, complete: bool
    ) -> list[Candidate] | None:
        """The wanted, ranked, if nobody but these members can be among them, else None.

        Whoever isn't among the members is at least `furthest_degrees` away in the plane of degrees; `complete`: there
        is nobody else.
        """
        judged = ((it, reasons_against(it)) for it in ordered(self.task, members, self.now))
        wanted = list(islice((one for one in judged if self.ineligible or not one[1]), self.limit))
        settled = len(wanted) == self.limit and (not wanted or self._settled(wanted[-1][0], furthest_degrees))
        if not complete and not settled:
            return None
        return [_candidate(rank, it, reasons) for rank, (it, reasons) in enumerate(wanted, 1)]

    def _settled(self, last: Situation, furthest_degrees: float) -> bool:
        """Whether nobody unseen can come before `last`."""
        # Those without a location come in their final order already, by id.
        return last.distance_m is None or furthest_degrees > degrees_within(place_of(self.task), last.distance_m)


def _order(it: Situation) -> tuple[float, datetime, UUID]:
    if it.distance_m is None:
        return inf, NEVER, it.facts.member_id
    return it.distance_m, it.facts.last_alerted_at or NEVER, it.facts.member_id


def _candidate(rank: int, it: Situation, reasons: tuple[EligibilityReason, ...]) -> Candidate:
    return Candidate(
        rank=rank,
        member_id=it.facts.member_id,
        name=it.facts.name,
        place=it.facts.place,
        distance_m=it.distance_m,
        last_alerted_at=it.facts.last_alerted_at,
        reasons=reasons,
        notes=tuple(_notes(it, reasons)),
    )


def _notes(it: Situation, reasons: tuple[EligibilityReason, ...]) -> list[Note]:
    notes = [Note(REASON_WORDS[reason]) for reason in reasons]
    if not notes:
        if task_kinds()[it.task.kind].required_capabilities:
            notes.append(Note(CAPABLE))
        last = it.facts.last_alerted_at
        if last is not None and it.now - last >= REST_WORTH_SAYING:
            notes.append(Note(RESTED, {"days": (it.now - last).days}))
    if it.task.urgency is Urgency.EMERGENCY:
        if in_quiet_hours(it.facts, it.now):
            notes.append(Note(QUIET_OVERRIDDEN))
        if budget_is_spent(it.facts):
            notes.append(Note(BUDGET_OVERRIDDEN))
    return notes
