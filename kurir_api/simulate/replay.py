"""A past time once more, under any policy: the stored tasks and people, whose answers are invented."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time
from uuid import UUID

from kurir_api.dispatch.geo import Point, distances_m
from kurir_api.services.places.load_places import Village, villages
from kurir_api.simulate.behaviour import Behaviour, usual
from kurir_api.simulate.demand import Need
from kurir_api.simulate.measures import Outcome
from kurir_api.simulate.people import invented_person
from kurir_api.simulate.playing import Cast, chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is stored of a member, without the name. `switches`: when on and off duty, in turn, as far as shifts and
    today's switch say."""

    id: UUID
    regions: tuple[str, ...]
    place: Point
    capabilities: Mapping[str, date | None]
    quiet: tuple[time, time] | None
    switches: list[datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """The scene of a past time, from `start` to `end`, and what `happened` in it.

    `left_out`: tasks that were called off, aren't over yet, or of a kind that is no more; `nowhere`: members without
    a place, who can't be asked.
    """

    regency: str
    start: datetime
    end: datetime
    needs: tuple[Need, ...]
    members: tuple[Known, ...]
    weekly_alerts: int
    happened: Outcome
    left_out: int = 0
    nowhere: int = 0
    behaviour: Behaviour = field(default_factory=usual)

    def cast(self, seed: int) -> Cast:
        """The needs, and the people as stored, who answer as the seed will have it."""
        random, places = chance(seed, "people"), villages(self.regency)
        people = []
        for number, known in enumerate(self.members, 1):
            village = _nearest(known.place, places)
            invented = invented_person(number, village, self.behaviour, self.start, self.end, random)
            people.append(replace(invented, **{one.name: getattr(known, one.name) for one in fields(known)}))
        return Cast(people, self.needs)


def _nearest(place: Point, places: Sequence[Village]) -> Village:
    away = distances_m(place, [Point(village.latitude, village.longitude) for village in places])
    return places[away.index(min(away))]
