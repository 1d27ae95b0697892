"""What a policy is asked, by hand."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kurir_api.dispatch.candidates import Candidate
from kurir_api.dispatch.geo import Point
from kurir_api.dispatch.history import History
from kurir_api.dispatch.policies import NextWave, WaveRequest
from kurir_api.models import Urgency
from kurir_api.simulate.demand import Need
from kurir_api.task_kinds import WavePlan
from tests.factories import NOW, VILLAGE

PLACE = Point(-7.3825, 109.2215)


def task(urgency: Urgency = Urgency.URGENT, starts_in: timedelta = timedelta(hours=22)) -> Need:
    """An ambulance run in Karangnangka."""
    starts_at = NOW + starts_in
    return Need(
        id=UUID(int=1),
        kind="AMBULANCE_RUN",
        urgency=urgency,
        region_id=VILLAGE,
        latitude=PLACE.latitude,
        longitude=PLACE.longitude,
        published_at=NOW,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=4),
    )


def candidates(
    *distances_m: float, alerted: dict[int, datetime] | None = None, road: dict[int, timedelta] | None = None
) -> list[Candidate]:
    """Eligible, ranked from 1 and with that as their ids; some were `alerted` then, for some the `road` is known."""
    return [
        Candidate(
            rank=rank,
            member_id=UUID(int=rank),
            name=f"Relawan {rank}",
            place=PLACE,
            distance_m=distance_m,
            road_time=(road or {}).get(rank),
            last_alerted_at=(alerted or {}).get(rank),
            reasons=(),
            notes=(),
        )
        for rank, distance_m in enumerate(distances_m, 1)
    ]


def request(of: Sequence[Candidate], plan: WavePlan, **values: Any) -> WaveRequest:
    """For one slot of an urgent task, without history."""
    usual = {"task": task(), "history": History(), "open_slots": 1, "now": NOW}
    return WaveRequest(candidates=of, plan=plan, **usual | values)


def ranks(wave: NextWave) -> list[int]:
    """Whom it asks."""
    return [one.rank for one in wave.candidates]
