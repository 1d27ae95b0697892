"""How long a wave waits for answers."""

from datetime import datetime, timedelta

from kurir_api.dispatch.facts import TaskFacts
from kurir_api.task_kinds import WavePlan

SHORTEST_WAIT = timedelta(minutes=1)


def waiting_time(plan: WavePlan, task: TaskFacts, now: datetime) -> timedelta:
    """As planned, but at most a quarter of the time left until the task starts, so that near the window several waves
    still fit; at least a minute."""
    return min(plan.wait, max((task.starts_at - now) / 4, SHORTEST_WAIT))
