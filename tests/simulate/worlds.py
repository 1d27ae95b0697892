"""Worlds, invented or by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf
from random import Random
from typing import Any
from uuid import UUID

from kurir_api.dispatch.geo import Point
from kurir_api.dispatch.policies import policies
from kurir_api.models import Urgency
from kurir_api.simulate.behaviour import Behaviour, usual
from kurir_api.simulate.demand import Need, invented_needs
from kurir_api.simulate.people import Person, invented_people
from kurir_api.simulate.world import Setting, World

REGENCY = "33.02"
VILLAGE = "33.02.23.2004"
PLACE = Point(-7.3825, 109.2215)
START = datetime(2026, 1, 4, 17, tzinfo=UTC)
"""Monday 5 January, midnight in Banyumas."""

MORNING = START + timedelta(hours=9)
FOR_EVER = datetime(2099, 1, 1, tzinfo=UTC)
SURE = usual(delivered=1.0, seen=1.0, declines=1.0, arrives=1.0, answer_spread=0.0, inactive_days=0.0, muted_days=0.0)
"""Everything arrives and is looked at and answered after a minute, five if it isn't urgent, with a yes or a no."""


SILENT = replace(SURE, declines=0.0)
"""Whoever doesn't say yes says nothing."""


def played(policy: str = "adaptive", *, seed: int = 1, weeks: int = 8, **behaviour: Any) -> World:
    """40 invented people, 12 tasks a week."""
    figures = usual(**behaviour)
    end = START + timedelta(weeks=weeks)
    people = invented_people(REGENCY, 40, figures, START, end + timedelta(weeks=2), Random(f"{seed} people"))
    needs = invented_needs(REGENCY, 12, figures, START, end, Random(f"{seed} needs"))
    return by_hand(people, needs, policy=policy, seed=seed, behaviour=figures)


def by_hand(
    people: Sequence[Person],
    needs: Sequence[Need],
    *,
    policy: str = "nearest",
    weekly_alerts: int = 4,
    seed: int = 1,
    behaviour: Behaviour = SURE,
) -> World:
    """Played to the end."""
    world = World(
        Setting(
            people=people,
            needs=needs,
            policy=policies()[policy],
            weekly_alerts=weekly_alerts,
            behaviour=behaviour,
            seed=seed,
        )
    )
    world.play()
    return world


def person(number: int = 1, *, metres: float = 1000, accepts: float = 1.0, **values: Any) -> Person:
    """Always on duty, with a licence, north of the tasks, as willing far off as next door."""
    by_default: dict[str, Any] = {
        "id": UUID(int=number),
        "name": f"Relawan {number}",
        "village": VILLAGE,
        "regions": (REGENCY,),
        "place": Point(PLACE.latitude + metres / 110_574, PLACE.longitude),
        "capabilities": {"AMBULANCE_LICENCE": None},
        "quiet": None,
        "switches": [START - timedelta(days=1)],
        "outages": [],
        "accepts": accepts,
        "willing_km": inf,
        "mutes_at": inf,
    }
    return Person(**by_default | values)


def need(
    number: int = 1,
    *,
    at: datetime = MORNING,
    urgency: Urgency = Urgency.URGENT,
    kind: str = "AMBULANCE_RUN",
    starts_in: timedelta = timedelta(hours=6),
) -> Need:
    """In Karangnangka, for four hours; published on Monday at nine in the morning."""
    return Need(
        id=UUID(int=number),
        kind=kind,
        urgency=urgency,
        region_id=VILLAGE,
        latitude=PLACE.latitude,
        longitude=PLACE.longitude,
        published_at=at,
        starts_at=at + starts_in,
        ends_at=at + starts_in + timedelta(hours=4),
    )
