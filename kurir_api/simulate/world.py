"""A regency on a virtual clock. Whom to ask, in which order and how many, for how long, and when coordinators hear of
it, are the engine's decisions; here are only the clock, the rows in memory, and people.
"""

import heapq
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count, islice
from random import Random
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from kurir_api.dispatch.candidates import Candidate, Search
from kurir_api.dispatch.choosing import NOBODY
from kurir_api.dispatch.eligibility import CHECKS, Situation, reasons_against
from kurir_api.dispatch.facts import WEEK, MemberFacts
from kurir_api.dispatch.history import LOOKED_BACK, History, Record, weight, willingness
from kurir_api.dispatch.nearest import GROWTH, SPARE
from kurir_api.dispatch.policies import NextWave, Policy, WaveRequest
from kurir_api.dispatch.timing import look_again_at, plan_of
from kurir_api.models import AlertStatus, Urgency, WaveStatus, subdistrict_of
from kurir_api.simulate.answers import Draws, answer
from kurir_api.simulate.behaviour import Behaviour
from kurir_api.simulate.demand import ZONE, Need
from kurir_api.simulate.people import Person
from kurir_api.task_kinds import Deadlines, TaskKind, task_kinds

CLAIM_CHECKS = [check for check in CHECKS if check.forbids_claim]
NO_SHOW_AFTER = timedelta(minutes=30)
"""So long after a claim the slot of somebody who doesn't come to an open window opens again."""


@dataclass(slots=True, eq=False)
class Round:
    """A wave."""

    status: WaveStatus = WaveStatus.WAITING


@dataclass(slots=True, eq=False)
class Asked:
    """An alert. `expected`: its `willingness`."""

    person: Person
    at: datetime
    distance_m: float
    expected: float
    wave: Round
    status: AlertStatus = AlertStatus.SENT


@dataclass(slots=True, eq=False)
class Run:
    """From when a need's slot opened until somebody took it: the waves and alerts meanwhile.

    `number`: 1 the first time, then 2, 3 ... `told_at`: when a coordinator first heard that nobody came or nobody is
    left. `distance_m`: the claimant's.
    """

    need: Need
    number: int
    opened_at: datetime
    waves: list[Round] = field(default_factory=list)
    alerts: list[Asked] = field(default_factory=list)
    claimed_at: datetime | None = None
    told_at: datetime | None = None
    distance_m: float | None = None

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is still wanted."""
        return self.claimed_at is None and at < self.need.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """With whom, for what and how. The same `seed` plays the same."""

    people: Sequence[Person]
    needs: Sequence[Need]
    policy: Policy
    weekly_alerts: int
    behaviour: Behaviour
    seed: int


class World:
    """`play` it once, then read `runs` and what the people remember."""

    def __init__(self, setting: Setting) -> None:
        self.runs: list[Run] = []
        self._setting = setting
        self._people = {person.id: person for person in setting.people}
        self._able = {kind.code: _able(kind, setting.people) for kind in task_kinds().values()}
        self._due: list[tuple[datetime, int, Callable[..., None], tuple[object, ...]]] = []
        self._numbers = count()
        self._asked: dict[UUID | str, list[Asked]] = defaultdict(list)
        self._held: dict[UUID, list[Need]] = defaultdict(list)
        self._declined: set[tuple[UUID, UUID]] = set()
        for need in setting.needs:
            self._plan(need.published_at, self._open, need, 1)

    def play(self) -> None:
        """Until nothing is due any more."""
        while self._due:
            at, _, happen, about = heapq.heappop(self._due)
            happen(at, *about)

    def _plan(self, at: datetime, happen: Callable[..., None], *about: object) -> None:
        heapq.heappush(self._due, (at, next(self._numbers), happen, about))

    # What dispatch/waves.py and dispatch/alarming.py do with rows.

    def _open(self, at: datetime, need: Need, number: int) -> None:
        run = Run(need, number, at)
        self.runs.append(run)
        unclaimed = _deadlines(need).unclaimed
        if unclaimed is not None:
            self._plan(at + unclaimed, self._tell_unclaimed, run)
        self._send(at, run)

    def _send(self, at: datetime, run: Run) -> None:
        following = self._next_wave(at, run)
        if not following.candidates:
            self._put_off(at, run)
            return
        wave = Round()
        run.waves.append(wave)
        for candidate in following.candidates:
            self._alert(at, run, wave, candidate)
        self._plan(at + following.wait, self._end_wait, run, wave)

    def _end_wait(self, at: datetime, run: Run, wave: Round) -> None:
        if wave.status is WaveStatus.WAITING:
            wave.status = WaveStatus.EXHAUSTED
            if run.is_open(at):
                self._send(at, run)

    def _tell_unclaimed(self, at: datetime, run: Run) -> None:
        if run.is_open(at):
            run.told_at = run.told_at or at

    def _put_off(self, at: datetime, run: Run) -> None:
        """With nobody left to ask, tell the coordinators, and look again later."""
        run.told_at = run.told_at or at
        self._plan(look_again_at(run.need, at), self._look_again, run)

    def _look_again(self, at: datetime, run: Run) -> None:
        if run.is_open(at):
            self._send(at, run)

    # What dispatch/choosing.py does with SQL.

    def _next_wave(self, at: datetime, run: Run) -> NextWave:
        plan = plan_of(run.need)
        policy = self._setting.policy
        candidates = self._rank(at, run, max(policy.short_list, plan.size))
        history = self._history(at, run) if policy.learns else History()
        request = WaveRequest(task=run.need, candidates=candidates, plan=plan, history=history, open_slots=1, now=at)
        return policy.choose(request) if candidates else NOBODY

    def _history(self, at: datetime, run: Run) -> History:
        return History(
            members=_Lazily(self._people, lambda member_id: self.record(at, member_id)),
            area=self.record(at, subdistrict_of(run.need.region_id)),
            waves=len(run.waves),
        )

    def _rank(self, at: datetime, run: Run, limit: int) -> list[Candidate]:
        """As `ranking.rank`."""
        walk = self._walk(at, run)
        search = Search(task=run.need, limit=limit, ineligible=False, now=at)
        facts: list[MemberFacts] = []
        furthest = 0.0
        batch = limit + SPARE
        while True:
            for person, degrees in islice(walk, batch - len(facts)):
                facts.append(self._facts(at, person, run.need))
                furthest = degrees
            found = search.found(facts, furthest_degrees=furthest, complete=len(facts) < batch)
            if found is not None:
                return found
            batch *= GROWTH

    def _walk(self, at: datetime, run: Run) -> Iterator[tuple[Person, float]]:
        """From the nearest on, with the degrees to them, those who aren't obviously out."""
        able, homes = self._able[run.need.kind]
        away = np.hypot(*(homes - (run.need.longitude, run.need.latitude)).T)
        asked = {alert.person for alert in run.alerts}
        emergency = run.need.urgency is Urgency.EMERGENCY
        for index in np.argsort(away, kind="stable"):
            person = able[index]
            if person not in asked and person.on_duty(at) and (emergency or not self._spent(person, at)):
                yield person, float(away[index])

    def _spent(self, person: Person, at: datetime) -> bool:
        return person.alerts_since(at - WEEK) >= self._setting.weekly_alerts

    def _facts(self, at: datetime, person: Person, need: Need) -> MemberFacts:
        overlapping = (
            held.id
            for held in self._held[person.id]
            if held.id != need.id and held.starts_at < need.ends_at and held.ends_at > need.starts_at
        )
        quiet_from, quiet_to = person.quiet or (None, None)
        return MemberFacts(
            member_id=person.id,
            task_id=need.id,
            name=person.name,
            place=person.place,
            fix_is_stale=False,
            available=person.on_duty(at),
            shifts=(),
            quiet_from=quiet_from,
            quiet_to=quiet_to,
            zone=ZONE,
            capabilities=person.capabilities,
            regions=person.regions,
            conflicting_task_id=next(overlapping, None),
            claimed=False,
            declined=(person.id, need.id) in self._declined,
            last_alerted_at=person.alerted_at[-1] if person.alerted_at else None,
            alerts_this_week=person.alerts_since(at - WEEK),
            weekly_alerts=self._setting.weekly_alerts,
        )

    def record(self, at: datetime, whose: UUID | str) -> Record:
        """Of a member or an area, as `history.LOAD` adds it up."""
        alerts = self._asked[whose]
        since = bisect_left(alerts, at - LOOKED_BACK, key=lambda alert: alert.at)
        yes, asked = 0, 0.0
        for alert in alerts[since:]:
            yes += alert.status is AlertStatus.ACCEPTED
            asked += alert.expected * weight(alert.status, alert.wave.status)
        return Record(yes, asked)

    # What people do.

    def _alert(self, at: datetime, run: Run, wave: Round, candidate: Candidate) -> None:
        person, need, distance_m = self._people[candidate.member_id], run.need, candidate.distance_m or 0.0
        alert = Asked(person, at, distance_m, willingness(distance_m), wave)
        run.alerts.append(alert)
        self._asked[person.id].append(alert)
        self._asked[subdistrict_of(need.region_id)].append(alert)
        person.alerted_at.append(at)
        draws = Draws.of(self._random("answer", person.id, need.id, run.number))
        answered = answer(person, need, distance_m, at, behaviour=self._setting.behaviour, draws=draws)
        if answered is not None:
            self._plan(answered.at, self._answered, run, alert, answered.yes)

    def _answered(self, at: datetime, run: Run, alert: Asked, yes: bool) -> None:
        if not run.is_open(at):
            return
        facts = self._facts(at, alert.person, run.need)
        situation = Situation(task=run.need, facts=facts, distance_m=None, now=at)
        if not yes:
            alert.status = AlertStatus.DECLINED
            self._declined.add((alert.person.id, run.need.id))
            if all(other.status is AlertStatus.DECLINED for other in run.alerts if other.wave is alert.wave):
                self._end_wait(at, run, alert.wave)
        elif not reasons_against(situation, CLAIM_CHECKS):
            self._claim(at, run, alert)

    def _claim(self, at: datetime, run: Run, alert: Asked) -> None:
        alert.status = AlertStatus.ACCEPTED
        run.claimed_at, run.distance_m = at, alert.distance_m
        self._held[alert.person.id].append(run.need)
        for wave in run.waves:
            if wave.status is WaveStatus.WAITING:
                wave.status = WaveStatus.FILLED
        random = self._random("arrival", alert.person.id, run.need.id, run.number)
        if random.random() >= self._setting.behaviour.arrives:
            until_start = max(run.need.starts_at - at, timedelta())
            gives_up_at = at + until_start * random.random() if until_start else at + NO_SHOW_AFTER
            self._plan(gives_up_at, self._give_up, run, alert.person)

    def _give_up(self, at: datetime, run: Run, person: Person) -> None:
        self._held[person.id].remove(run.need)
        self._declined.add((person.id, run.need.id))
        if at < run.need.ends_at:
            self._open(at, run.need, run.number + 1)

    def _random(self, *about: object) -> Random:
        """The same for the same seed, whatever happened before."""
        return Random(" ".join(map(str, (self._setting.seed, *about))))  # noqa: S311 - chance, not secrets


class _Lazily(Mapping[UUID, Record]):
    """Records added up only when asked for."""

    def __init__(self, keys: Mapping[UUID, object], record: Callable[[UUID], Record]) -> None:
        self._keys = keys
        self._record = record

    def __getitem__(self, key: UUID) -> Record:
        return self._record(key)

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def _able(kind: TaskKind, people: Sequence[Person]) -> tuple[list[Person], NDArray[np.float64]]:
    """Who has what the kind requires, and their homes: longitude, latitude."""
    able = [one for one in people if all(code in one.capabilities for code in kind.required_capabilities)]
    return able, np.array([(one.place.longitude, one.place.latitude) for one in able]).reshape(-1, 2)


def _deadlines(need: Need) -> Deadlines:
    return task_kinds()[need.kind].deadlines[need.urgency]
