"""How long the simulator takes for a year, policy by policy."""

import time
from collections.abc import Sequence
from typing import Annotated

from bench.figures import Timing, table, title
from kurir_api.dispatch.candidates import ordered
from kurir_api.dispatch.facts import MemberFacts
from kurir_api.dispatch.policies import policies
from kurir_api.simulate.behaviour import usual
from kurir_api.simulate.demand import ZONE, Need
from kurir_api.simulate.people import Person
from kurir_api.simulate.playing import Invented, play

REGENCY = "33.02"
SEED = 1
USUAL = usual()


async def simulate(
    members: Annotated[int, "members, as many as the partners had in 2019"] = USUAL.members,
    tasks: Annotated[int, "tasks a week"] = int(USUAL.tasks_per_week),
    weeks: Annotated[int, "weeks"] = 52,
) -> bool:
    """Play a year under each policy; the ratio is an alert to one ranking of all members by the engine."""
    title("simulate", f"{weeks} weeks, {members:,} members, {tasks} tasks a week")
    scene = Invented(regency=REGENCY, members=members, tasks_per_week=tasks, weeks=weeks)
    one_ranking = _one_ranking(scene)
    rows: list[tuple[str, ...]] = [("", "seconds", "openings", "alerts", "ms an alert", "ratio")]
    for name in policies():
        began = time.perf_counter()
        outcome = play(scene, name, SEED)
        seconds = time.perf_counter() - began
        alerts = sum(opening.alerts for opening in outcome.openings)
        each = seconds / max(alerts, 1)
        counts = (f"{len(outcome.openings):,}", f"{alerts:,}")
        rows.append((name, f"{seconds:.1f}", *counts, f"{each * 1000:.3f}", f"{each / one_ranking:.2f}"))
    table(rows)
    return True


def _one_ranking(scene: Invented) -> float:
    """Seconds for one ranking of everybody, at the median over the needs."""
    cast, timing = scene.cast(SEED), Timing()
    for need in cast.needs:
        facts = _facts(cast.people, need)
        with timing.one():
            ordered(need, facts, need.published_at)
    return timing.within(50) if timing.seconds else 1.0


def _facts(people: Sequence[Person], need: Need) -> list[MemberFacts]:
    return [
        MemberFacts(
            member_id=person.id,
            task_id=need.id,
            name=person.name,
            place=person.place,
            fix_is_stale=False,
            available=True,
            shifts=(),
            quiet_from=None,
            quiet_to=None,
            zone=ZONE,
            capabilities=person.capabilities,
            regions=person.regions,
            conflicting_task_id=None,
            claimed=False,
            declined=False,
            last_alerted_at=None,
            alerts_this_week=0,
            weekly_alerts=4,
        )
        for person in people
    ]
