"""Everybody at once: for disasters, and to compare with. Within weeks most people mute what calls them so often."""

from kurir_api.dispatch.policies import NextWave, WaveRequest
from kurir_api.dispatch.timing import waiting_time

LEARNS = False
SHORT_LIST = 10_000
"""Everybody of a regency, with a bound all the same: what is chosen is one transaction's work."""


def choose(request: WaveRequest) -> NextWave:
    """All of the candidates."""
    return NextWave(list(request.candidates), waiting_time(request.plan, request.task, request.now))
