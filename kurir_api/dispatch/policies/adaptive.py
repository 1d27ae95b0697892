"""Those who are likely to say yes and rested, and only as many as it takes that somebody probably will.

Waves are small and follow each other quickly: answers come within minutes (docs/simulation.md), so who is asked a
little later is often not asked at all.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import exp

from kurir_api.dispatch.candidates import Candidate
from kurir_api.dispatch.history import WILLING_M, Record
from kurir_api.dispatch.policies import NextWave, WaveRequest
from kurir_api.dispatch.timing import waiting_time
from kurir_api.dispatch.travel import by_detour

LEARNS = True
SHORT_LIST = 50

USUAL_YES = 0.287
"""The share of alerts that is answered with a yes next door: the median of published systems (Scquizzato 2020)."""

OWN_WEIGHT = 15.0
"""For how many alerts that share counts against a member's own. If the shares at which people say yes spread as in
Beta(2.1, 2.1), scaled to that mean, it is 18 (mean over variance); a little less, since a record also shows who
doesn't hear alerts any more."""

AREA_WEIGHT = 30.0
"""For how many expected yeses an area counts as answering as usual; chosen with the simulator."""

RECOVERY = timedelta(days=1.2)
"""After an alert people ignore further ones for a while, on average so long (model: Manshadi & Rodilitz 2022; the
figure is guessed, 0.5 to 3 days)."""

LARGEST = 16
"""So many at most, beyond the open slots."""


def choose(request: WaveRequest) -> NextWave:
    """The likeliest first, up to the wanted chance that as many say yes as are needed."""
    plan, needed = request.plan, request.open_slots
    records = [request.history.of(one.member_id) for one in request.candidates]
    area = answering(request.history.area)
    ranked = sorted(
        ((_chance(one, record, request.now), one) for one, record in zip(request.candidates, records, strict=True)),
        key=lambda pair: (-pair[0], pair[1].rank),
    )
    likely = [(chance, one) for chance, one in ranked if chance >= plan.least * area]
    if not likely and not request.history.waves:
        likely = ranked[:needed]  # the coordinators hear of a task when some have been asked, however unlikely
    size = wave_size(
        [chance * area for chance, _ in likely], wanted=plan.chance, needed=needed, largest=needed + LARGEST
    )
    stepping = replace(plan, wait=plan.step or plan.wait)
    return NextWave([one for _, one in likely[:size]], waiting_time(stepping, request.task, request.now))


def wave_size(chances: Sequence[float], *, wanted: float, needed: int, largest: int) -> int:
    """How many of the first it takes that with a chance of at least `wanted` at least `needed` say yes, each with a
    chance of his own; at least `needed`, at most `largest` and all.
    """
    most = min(largest, len(chances))
    fewer = [1.0] + [0.0] * (needed - 1)  # the chances of exactly 0, 1, ... needed - 1 yeses so far
    for size, chance in enumerate(chances[:most], 1):
        fewer = [same * (1 - chance) + less * chance for same, less in zip(fewer, [0.0, *fewer], strict=False)]
        if size >= needed and 1 - sum(fewer) >= wanted:
            return size
    return most


def shrunk(record: Record) -> float:
    """The share of alerts next door that a member says yes to: his own, drawn towards the usual."""
    return (record.yes + OWN_WEIGHT * USUAL_YES) / (record.asked + OWN_WEIGHT)


def rested(last_alerted_at: datetime | None, now: datetime) -> float:
    """The chance that a member attends to alerts again, so long after the last."""
    if last_alerted_at is None:
        return 1.0
    return 1 - exp(-max((now - last_alerted_at) / RECOVERY, 0.0))


def answering(area: Record) -> float:
    """1 for an area whose tasks are answered as usual; less for one that is answered badly, so that more people are
    asked there, also less likely ones."""
    return min((area.yes + AREA_WEIGHT) / (area.asked * USUAL_YES + AREA_WEIGHT), 1.0)


def _chance(one: Candidate, record: Record, now: datetime) -> float:
    """That this candidate says yes."""
    willing = exp(-one.travel_time / by_detour(WILLING_M))
    return shrunk(record) * willing * rested(one.last_alerted_at, now)
