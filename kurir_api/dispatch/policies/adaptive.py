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

SHORT_LIST = 50

USUAL_YES = 0.287
"""The share of alerts that is answered with a yes next door: the median of published systems (Scquizzato 2020)."""

USUAL_WEIGHT = 40.0
"""For how many alerts that share counts against those of the people nearby."""

OWN_WEIGHT = 4.2
"""For how many alerts the people nearby count against a member's own: as in Beta(1.2, 3.0), a guess at how
much people differ."""

AREA_WEIGHT = 10.0
"""For how many expected yeses an area counts as answering like any other."""

RECOVERY = timedelta(days=1.5)
"""After an alert people ignore further ones for a while, on average so long (model: Manshadi & Rodilitz 2022; the
figure is guessed, 0.5 to 3 days)."""

WANTED = {"EMERGENCY": 0.9, "URGENT": 0.6, "NORMAL": 0.3}
LEAST = {"EMERGENCY": 0.01, "URGENT": 0.03, "NORMAL": 0.06}
LARGEST = 16
"""So many at most, beyond the open slots."""


def choose(request: WaveRequest) -> NextWave:
    """The likeliest first, up to the wanted chance that as many say yes as are needed."""
    usual = _usual(request)
    chances = {one.member_id: _chance(one, request, usual) for one in request.candidates}
    likely = sorted(
        (one for one in request.candidates if chances[one.member_id] >= LEAST[request.task.urgency]),
        key=lambda one: (-chances[one.member_id], one.rank),
    )
    size = wave_size(
        [chances[one.member_id] for one in likely],
        wanted=WANTED[request.task.urgency],
        needed=request.open_slots,
        largest=request.open_slots + LARGEST,
    )
    plan = replace(request.plan, wait=request.plan.step or request.plan.wait)
    return NextWave(likely[:size], waiting_time(plan, request.task, request.now))


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


def shrunk(record: Record, towards: float, weight: float) -> float:
    """The share who say yes, between the record's own and `towards`, which counts like `weight` alerts."""
    return (record.yes + weight * towards) / (record.asked + weight)


def rested(last_alerted_at: datetime | None, now: datetime) -> float:
    """The chance that a member attends to alerts again, so long after the last."""
    if last_alerted_at is None:
        return 1.0
    return 1 - exp(-max((now - last_alerted_at) / RECOVERY, 0.0))


def _usual(request: WaveRequest) -> float:
    """The share who say yes among the people nearby."""
    records = [request.history.of(one.member_id) for one in request.candidates]
    together = Record(sum(record.yes for record in records), sum(record.asked for record in records))
    return shrunk(together, USUAL_YES, USUAL_WEIGHT)


def _chance(one: Candidate, request: WaveRequest, usual: float) -> float:
    """That this candidate says yes to this task."""
    own = shrunk(request.history.of(one.member_id), usual, OWN_WEIGHT)
    willing = exp(-one.travel_time / by_detour(WILLING_M))
    area = request.history.area
    # An area that answered as expected counts 1; one that answered badly less, so that more are asked there.
    answering = min((area.yes + AREA_WEIGHT) / (area.asked * usual + AREA_WEIGHT), 1.0)
    return min(own * willing * rested(one.last_alerted_at, request.now) * answering, 1.0)
