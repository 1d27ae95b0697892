"""How long a wave waits for answers, and when people are looked for again where nobody was left to ask."""

from datetime import datetime, timedelta

from kurir_api.dispatch.facts import TaskFacts
from kurir_api.task_kinds import WavePlan, task_kinds

SHORTEST_WAIT = timedelta(minutes=1)

SHORTEST_REST = timedelta(minutes=5)
"""Where nobody was left to ask, people aren't looked for again sooner than that as the window nears; guessed."""


def plan_of(task: TaskFacts) -> WavePlan:
    """How waves for the task alert."""
    return task_kinds()[task.kind].waves[task.urgency]


def waiting_time(plan: WavePlan, task: TaskFacts, now: datetime) -> timedelta:
    """As planned, but at most a quarter of the time left until the task starts, so that near the window several waves
    still fit; at least a minute. Once the window is open, as planned again."""
    return _sooner_near_the_window(plan.wait, task, now, SHORTEST_WAIT)


def look_again_at(task: TaskFacts, now: datetime) -> datetime:
    """When to look for people again if nobody is left to ask `now`: meanwhile quiet hours may end, or shifts begin.
    After the time that a wave of the kind and urgency waits, sooner as the window nears, and before it ends.
    """
    rest = _sooner_near_the_window(plan_of(task).wait, task, now, SHORTEST_REST)
    return min(now + rest, task.ends_at)


def _sooner_near_the_window(usual: timedelta, task: TaskFacts, now: datetime, shortest: timedelta) -> timedelta:
    left = task.starts_at - now
    return min(usual, max(left / 4, shortest)) if left > timedelta() else usual
