"""Invented members of a regency: where they live, what they can do, when they are on duty, how they take alerts."""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import inf
from random import Random
from uuid import UUID

from kurir_api.dispatch.geo import Point
from kurir_api.models import regency_of
from kurir_api.services.places.load_places import Village, villages
from kurir_api.simulate.behaviour import Behaviour

HOME_SPREAD_DEGREES = 0.005
"""About 550 m around the village's centre."""

WARM_UP = timedelta(days=14)
"""So long before the start stretches begin, so that they are in full swing by then."""

QUIET = (time(21), time(4, 30))


@dataclass(slots=True, kw_only=True, eq=False)
class Person:
    """A member, and the state of his mind.

    `switches`: when he goes on duty, off, on again, ..., from the first; `outages`: alike, without signal. `regions`:
    where he volunteers. `accepts`: of the alerts he looks at, the share answered with a yes next door. `mutes_at`:
    he mutes the app when he gets so many alerts in seven days.
    """

    id: UUID
    name: str
    village: str
    regions: tuple[str, ...]
    place: Point
    capabilities: Mapping[str, date | None]
    quiet: tuple[time, time] | None
    switches: list[datetime]
    outages: list[datetime]
    accepts: float
    willing_km: float
    mutes_at: float
    inactive_until: datetime | None = None
    muted_until: datetime | None = None
    alerted_at: list[datetime] = field(default_factory=list)
    _switched: int = 0

    def on_duty(self, at: datetime) -> bool:
        """Whether the member switched himself on. Ask in the order of time."""
        while self._switched < len(self.switches) and self.switches[self._switched] <= at:
            self._switched += 1
        return self._switched % 2 == 1

    def signal_from(self, at: datetime) -> datetime:
        """When the phone has signal: now, or at the outage's end."""
        passed = bisect_right(self.outages, at)
        return self.outages[passed] if passed % 2 == 1 else at

    def alerts_since(self, at: datetime) -> int:
        """How many alerts came after that."""
        return len(self.alerted_at) - bisect_right(self.alerted_at, at)


def invented_people(  # noqa: PLR0917 - whom, where, how, when, by which chance
    regency: str, count: int, behaviour: Behaviour, start: datetime, end: datetime, random: Random
) -> list[Person]:
    """So many people, spread evenly over the regency's villages, for the time from start to end."""
    places = villages(regency)
    return [
        invented_person(number, random.choice(places), behaviour, start, end, random)
        for number in range(1, count + 1)
    ]


def near(village: Village, random: Random) -> Point:
    """A place in the village."""
    return Point(
        village.latitude + random.uniform(-HOME_SPREAD_DEGREES, HOME_SPREAD_DEGREES),
        village.longitude + random.uniform(-HOME_SPREAD_DEGREES, HOME_SPREAD_DEGREES),
    )


def invented_person(  # noqa: PLR0917 - the same
    number: int, village: Village, behaviour: Behaviour, start: datetime, end: datetime, random: Random
) -> Person:
    """One who lives in the village."""
    able = {
        "AMBULANCE_LICENCE": behaviour.licensed,
        "PSYCHOSOCIAL_TRAINING": behaviour.psychosocial,
        "SHELTER_HOST": behaviour.shelter_host,
    }
    return Person(
        id=UUID(int=number),
        name=f"Relawan {number}",
        village=village.code,
        regions=(regency_of(village.code),),
        place=near(village, random),
        capabilities={code: None for code, share in able.items() if random.random() < share},
        quiet=QUIET if random.random() < behaviour.quiet_hours else None,
        switches=_stretches(
            start, end, behaviour.on_duty, behaviour.duty_hours, lambda mean: random.expovariate(1 / mean)
        ),
        outages=_outages(village, behaviour, start, end, random),
        accepts=random.betavariate(*behaviour.accepts),
        willing_km=random.uniform(*behaviour.willing_km),
        mutes_at=_tolerance(behaviour, random),
    )


def _outages(
    village: Village, behaviour: Behaviour, start: datetime, end: datetime, random: Random
) -> list[datetime]:
    if village.code not in behaviour.blank_spots:
        return []
    shortest, longest = behaviour.offline_hours
    mean = (shortest + longest) / 2
    return _stretches(
        start, end, behaviour.offline, mean, lambda hours: hours / mean * random.uniform(shortest, longest)
    )


def _stretches(
    start: datetime, end: datetime, share: float, mean_hours: float, draw: Callable[[float], float]
) -> list[datetime]:
    """When stretches begin and end, that take up `share` of the time; `draw` gives hours of a mean. Beyond `end`."""
    between_hours = mean_hours * (1 - share) / share
    switches: list[datetime] = []
    at = start - WARM_UP
    while at <= end or len(switches) % 2:
        at += timedelta(hours=draw(mean_hours if len(switches) % 2 else between_hours))
        switches.append(at)
    return switches


def _tolerance(behaviour: Behaviour, random: Random) -> float:
    """From how many alerts in a week the member mutes the app; inf: never."""
    left = random.random()
    for fewest, most, share in behaviour.mutes_at:
        left -= share
        if left < 0:
            return random.randint(fewest, most)
    return inf
