"""Distance alone: as many of the nearest as the plan says. The default, and the baseline for others."""

from kurir_api.dispatch.policies import NextWave, WaveRequest
from kurir_api.dispatch.timing import waiting_time

LEARNS = False
SHORT_LIST = 0
"""Those whom the wave takes are always given."""


def choose(request: WaveRequest) -> NextWave:
    """The first of the candidates."""
    return NextWave(
        list(request.candidates[: request.plan.size]), waiting_time(request.plan, request.task, request.now)
    )
