"""Scenes, invented or past, played under policies by different chances, on as many processes as there are."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from multiprocessing import get_context
from random import Random
from typing import Protocol

from kurir_api.dispatch.facts import WEEK, WEEKLY_ALERTS
from kurir_api.dispatch.policies import policies
from kurir_api.simulate.behaviour import Behaviour, usual
from kurir_api.simulate.demand import Need, invented_needs
from kurir_api.simulate.measures import Load, Opening, Outcome
from kurir_api.simulate.people import Person, invented_people
from kurir_api.simulate.world import Setting, World

START = datetime(2026, 1, 4, 17, tzinfo=UTC)
"""Monday 5 January, midnight in Banyumas; always the same, so that the same seed gives the same table on any day."""

Tell = Callable[[int, int], None]
"""Is told how many of how many are done."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part in a scene, and what is needed. People remember: a cast plays once."""

    people: Sequence[Person]
    needs: Sequence[Need]


class Scene(Protocol):
    """A regency from `start` to `end`; needs are published between them."""

    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...
    @property
    def weekly_alerts(self) -> int: ...
    @property
    def behaviour(self) -> Behaviour: ...
    def cast(self, seed: int) -> Cast:
        """The same for the same seed."""
        ...


Job = tuple[Scene, str, int]
"""A scene, a policy's name, a seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """So many invented people and tasks a week."""

    regency: str
    members: int
    tasks_per_week: float
    weeks: int
    weekly_alerts: int = WEEKLY_ALERTS
    behaviour: Behaviour = field(default_factory=usual)

    @property
    def start(self) -> datetime:
        """When the first week begins."""
        return START

    @property
    def end(self) -> datetime:
        """When the last week ends."""
        return START + self.weeks * WEEK

    def cast(self, seed: int) -> Cast:
        """People and needs by this seed."""
        needs = invented_needs(
            self.regency, self.tasks_per_week, self.behaviour, self.start, self.end, chance(seed, "needs")
        )
        until = max((need.ends_at for need in needs), default=self.end)
        people = invented_people(
            self.regency, self.members, self.behaviour, self.start, until, chance(seed, "people")
        )
        return Cast(people, needs)


def play(scene: Scene, policy: str, seed: int) -> Outcome:
    """What comes of the scene under the policy."""
    cast = scene.cast(seed)
    world = World(
        Setting(
            people=cast.people,
            needs=cast.needs,
            policy=policies()[policy],
            weekly_alerts=scene.weekly_alerts,
            behaviour=scene.behaviour,
            seed=seed,
        )
    )
    world.play()
    return Outcome(
        tuple(
            Opening.of(
                run.need,
                run.opened_at,
                claimed_at=run.claimed_at,
                told_at=run.told_at,
                alerts=len(run.alerts),
                distance_m=run.distance_m,
            )
            for run in world.runs
        ),
        tuple(Load.of(person.alerted_at, person.switches, scene.start, scene.end) for person in cast.people),
    )


def play_all(
    scene: Scene, names: Sequence[str], seeds: Iterable[int], *, processes: int = 1, tell: Tell = lambda *_: None
) -> dict[str, list[Outcome]]:
    """By policy, the outcome for each seed, in order; the same on however many processes."""
    jobs = [(scene, name, seed) for seed, name in product(seeds, names)]
    outcomes: dict[str, list[Outcome]] = {name: [] for name in names}
    with _mapping(min(processes, len(jobs))) as mapping:
        for done, ((_, name, _), outcome) in enumerate(zip(jobs, mapping(_play, jobs), strict=True), 1):
            outcomes[name].append(outcome)
            tell(done, len(jobs))
    return outcomes


@contextmanager
def _mapping(processes: int) -> Iterator[Callable[[Callable[[Job], Outcome], Iterable[Job]], Iterator[Outcome]]]:
    """What works like `map`, on so many processes."""
    if processes < 2:
        yield map
    else:
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            yield pool.map


def _play(job: Job) -> Outcome:
    return play(*job)


def chance(seed: int, what: str) -> Random:
    """For one purpose, so that another's draws don't change it."""
    return Random(f"{seed} {what}")  # noqa: S311 - chance, not secrets
