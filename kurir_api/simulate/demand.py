"""Invented needs: which help is wanted where and when, case by case."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from kurir_api.models import Urgency
from kurir_api.services.places.load_places import villages
from kurir_api.simulate.behaviour import Behaviour
from kurir_api.simulate.people import near
from kurir_api.task_kinds import task_kinds

ZONE = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A task with one slot, as the rules read it (`TaskFacts`), and when it is published."""

    id: UUID
    kind: str
    urgency: Urgency
    region_id: str
    latitude: float
    longitude: float
    published_at: datetime
    starts_at: datetime
    ends_at: datetime

    @property
    def urgent(self) -> bool:
        """Whether somebody must come soon."""
        return self.urgency is not Urgency.NORMAL


def invented_needs(  # noqa: PLR0917 - where, how many, how, when, by which chance
    regency: str, per_week: float, behaviour: Behaviour, start: datetime, end: datetime, random: Random
) -> list[Need]:
    """The needs published from start to end, in order: as cases come, evenly over the time and the villages."""
    places = villages(regency)
    fewest, most = behaviour.tasks_per_case
    cases_per_day = per_week / 7 / ((fewest + most) / 2)
    spread = timedelta(days=behaviour.case_days)
    numbers = count(1)
    needs = []
    opened = start - spread
    while (opened := opened + timedelta(days=random.expovariate(cases_per_day))) < end:
        place = near(village := random.choice(places), random)
        for _ in range(random.randint(fewest, most)):
            at = _in_hours(opened + spread * random.random(), behaviour, random)
            kind, urgency = _kind(behaviour, random)
            starts_at = at + _lead(urgency, behaviour, random)
            need = Need(
                id=UUID(int=next(numbers)),
                kind=kind,
                urgency=urgency,
                region_id=village.code,
                latitude=place.latitude,
                longitude=place.longitude,
                published_at=at,
                starts_at=starts_at,
                ends_at=starts_at + task_kinds()[kind].default_duration,
            )
            if start <= at < end:
                needs.append(need)
    return sorted(needs, key=lambda need: need.published_at)


def _kind(behaviour: Behaviour, random: Random) -> tuple[str, Urgency]:
    [kind] = random.choices(list(behaviour.kinds), list(behaviour.kinds.values()))
    if kind == "AMBULANCE_RUN" and random.random() < behaviour.emergencies:
        return kind, Urgency.EMERGENCY
    return kind, task_kinds()[kind].default_urgency


def _lead(urgency: Urgency, behaviour: Behaviour, random: Random) -> timedelta:
    """From publishing until the window opens."""
    if urgency is Urgency.EMERGENCY:
        return timedelta()
    if urgency is Urgency.NORMAL:
        return timedelta(hours=random.uniform(*behaviour.starts_normal_hours))
    if random.random() < behaviour.starts_at_once:
        return timedelta(minutes=30)
    return timedelta(hours=random.uniform(*behaviour.starts_urgent_hours))


def _in_hours(day: datetime, behaviour: Behaviour, random: Random) -> datetime:
    """A moment of the day, local time, as offices and families call."""
    [hours] = random.choices(list(behaviour.hours), list(behaviour.hours.values()))
    first, last = map(int, hours.split("-"))
    hour = random.uniform(first, last if last > first else last + 24)
    midnight = day.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(hours=hour)).astimezone(day.tzinfo)
