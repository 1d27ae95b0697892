"""What people make of an alert."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log
from random import Random
from statistics import NormalDist

from kurir_api.dispatch.facts import WEEK
from kurir_api.dispatch.fallbacks import FALLBACK_AFTER
from kurir_api.simulate.behaviour import Behaviour
from kurir_api.simulate.demand import ZONE, Need
from kurir_api.simulate.people import Person

NIGHT_FROM, NIGHT_TO = 22, 5
NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes or no, and when."""

    at: datetime
    yes: bool


@dataclass(frozen=True, slots=True)
class Draws:
    """The chances of one alert. They are drawn together, so that with the same seed a person takes the same alert
    alike under every policy."""

    arrives: float
    texted: float
    looks: float
    likes: float
    says_no: float
    delay: float
    inactive: float
    muted: float

    @classmethod
    def of(cls, random: Random) -> "Draws":
        """New ones."""
        return cls(*(random.random() for _ in range(8)))


def answer(
    person: Person, need: Need, distance_m: float, at: datetime, *, behaviour: Behaviour, draws: Draws
) -> Answer | None:
    """How the person answers an alert sent `at`, from so far away; None: never. Changes his state of mind."""
    heard_at = _heard_at(person, need, at, behaviour, draws)
    if heard_at is None or not _attends(person, at, behaviour, draws) or draws.looks >= behaviour.seen:
        return None
    yes = draws.likes < person.accepts * exp(-distance_m / 1000 / person.willing_km)
    if not yes and draws.says_no >= behaviour.declines:
        return None
    return Answer(heard_at + _delay(need, heard_at, behaviour, draws), yes)


def _heard_at(person: Person, need: Need, at: datetime, behaviour: Behaviour, draws: Draws) -> datetime | None:
    """When the phone shows it; an urgent push that isn't received is followed by a text message."""
    signal = person.signal_from(at)
    if draws.arrives < behaviour.delivered:
        return signal
    if need.urgent and draws.texted < behaviour.fallback_delivered:
        return max(signal, at + FALLBACK_AFTER)
    return None


def _attends(person: Person, at: datetime, behaviour: Behaviour, draws: Draws) -> bool:
    """Whether the person heeds alerts now. Whoever does is tired of them for a while, or mutes them."""
    if any(until is not None and at < until for until in (person.inactive_until, person.muted_until)):
        return False
    person.inactive_until = at + _exponential(behaviour.inactive_days, draws.inactive)
    if person.alerts_since(at - WEEK) >= person.mutes_at:
        person.muted_until = at + _exponential(behaviour.muted_days, draws.muted)
    return True


def _delay(need: Need, at: datetime, behaviour: Behaviour, draws: Draws) -> timedelta:
    median_s = behaviour.answer_urgent_s if need.urgent else behaviour.answer_normal_s
    hour = at.astimezone(ZONE).hour
    if hour >= NIGHT_FROM or hour < NIGHT_TO:
        median_s *= behaviour.night_factor
    return timedelta(seconds=median_s * exp(behaviour.answer_spread * NORMAL.inv_cdf(draws.delay or 0.5)))


def _exponential(mean_days: float, draw: float) -> timedelta:
    return timedelta(days=-mean_days * log(1 - draw))
