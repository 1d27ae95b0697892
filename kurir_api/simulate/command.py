"""What `kurir simulate` does, without the command line: check what is asked for, play it, tell what came of it."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from kurir_api.dispatch.facts import WEEKLY_ALERTS
from kurir_api.dispatch.policies import DEFAULT, policies
from kurir_api.services.places.load_places import KNOWN_REGENCIES, regions
from kurir_api.simulate.behaviour import usual
from kurir_api.simulate.chart import chart
from kurir_api.simulate.compare import compared
from kurir_api.simulate.demand import ZONE
from kurir_api.simulate.measures import Outcome, pooled
from kurir_api.simulate.past import load_past
from kurir_api.simulate.playing import Invented, play_all
from kurir_api.simulate.replay import Past
from kurir_api.simulate.table import as_csv, as_text, comparison_as_text

USUAL_WEEKS = 26
REPLAYED = timedelta(days=30)
HAPPENED = "happened"
BOUND = "bound"
BROADCAST = "broadcast"
BETTER = "adaptive"
"""The policy that is to beat the default one."""

FORMATS = ("text", "csv")


class Refused(Exception):
    """What was asked for can't be done; says why, in a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """As typed. None: not given."""

    regency: str = "banyumas"
    policies: Sequence[str] = ()
    members: int | None = None
    tasks_per_week: float | None = None
    weeks: int | None = None
    weekly_alerts: int | None = None
    seed: int = 1
    seeds: int = 1
    processes: int | None = None
    format: str = "text"
    chart: Path | None = None
    bound: bool = False
    replay: bool = False
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was asked for, checked. `invented`: None for a past time, which is from `start` to `end`."""

    regency: str
    policies: tuple[str, ...]
    seeds: range
    processes: int
    csv: bool
    chart: Path | None
    bound: bool
    invented: Invented | None
    start: datetime
    end: datetime

    async def past(self, now: datetime) -> Past:
        """The past time that is to be replayed, from the database."""
        return await load_past(self.regency, self.start, self.end, now)


def checked(options: Options, now: datetime) -> Order:
    """What is to be done. Raises Refused."""
    regency = _regency(options.regency)
    if options.format not in FORMATS:
        raise Refused(f"There is no format {options.format!r}; there are {', '.join(FORMATS)}.")
    _within("--seeds", options.seeds, 1, 1000)
    processes = (os.cpu_count() or 1) if options.processes is None else options.processes
    _within("--processes", processes, 1, 1000)
    invented = None if options.replay else _invented(options, regency)
    start, end = _replayed(options, now) if options.replay else (now, now)
    if options.chart is not None:
        _try_to_write(options.chart)
    return Order(
        regency=regency,
        policies=_policies(options.policies),
        seeds=range(options.seed, options.seed + options.seeds),
        processes=processes,
        csv=options.format == "csv",
        chart=options.chart,
        bound=options.bound,
        invented=invented,
        start=start,
        end=end,
    )


def simulated(order: Order, scene: Invented | Past) -> str:
    """Play the scene, write the chart, and say what came of it."""
    title = _title(order, scene)
    if isinstance(scene, Past) and not scene.needs:
        return f"{title}: there is nothing to replay.\n"
    outcomes = play_all(scene, order.policies, order.seeds, processes=order.processes, tell=tell_progress)
    together = {name: pooled(every) for name, every in outcomes.items()}
    if order.bound:
        together[BOUND] = pooled(_bound(order, scene))
    if isinstance(scene, Past):
        together[HAPPENED] = scene.happened
    if order.chart is not None:
        order.chart.write_text(chart(title, together), encoding="utf-8")
    return _told(order, title, together, outcomes)


def _bound(order: Order, scene: Invented | Past) -> list[Outcome]:
    """Everybody asked at once, without limit, who never tires of it: about as soon as tasks can be claimed."""
    tireless = replace(scene.behaviour, inactive_days=0.0, muted_days=0.0)
    unlimited = replace(scene, behaviour=tireless, weekly_alerts=sys.maxsize)
    return play_all(unlimited, [BROADCAST], order.seeds, processes=order.processes, tell=tell_progress)[BROADCAST]


def tell_progress(done: int, of: int) -> None:
    """On a terminal only."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done} of {of} played{'' if done < of else chr(10)}")
        sys.stderr.flush()


def _told(
    order: Order, title: str, together: Mapping[str, Outcome], outcomes: Mapping[str, Sequence[Outcome]]
) -> str:
    sure = len(order.seeds) > 1 and DEFAULT in outcomes and BETTER in outcomes
    differences = compared(outcomes[DEFAULT], outcomes[BETTER]) if sure else []
    if order.csv:
        return as_csv(together, {f"{BETTER} - {DEFAULT}": differences})
    text = f"{title}\n\n{as_text(together)}"
    if sure:
        text += f"\n{BETTER} against {DEFAULT}, means over {len(order.seeds)} seeds, seed by seed\n\n"
        text += comparison_as_text(DEFAULT, BETTER, differences)
    return text


def _title(order: Order, scene: Invented | Past) -> str:
    name = regency_names()[order.regency]
    seeds = f"seed {order.seeds[0]}" if len(order.seeds) == 1 else f"seeds {order.seeds[0]} to {order.seeds[-1]}"
    if isinstance(scene, Invented):
        people, weeks = _many(scene.members, "member"), _many(scene.weeks, "week")
        return f"{name}: {people}, {scene.tasks_per_week:g} tasks a week, {weeks}, {seeds}"
    days = " to ".join(at.astimezone(ZONE).date().isoformat() for at in (scene.start, scene.end))
    slots, people = _many(len(scene.needs), "slot"), _many(len(scene.members), "member")
    left_out = f" ({_many(scene.left_out, 'task')} and {_many(scene.nowhere, 'member')} left out)"
    return f"{name}, {days}: {slots}, {people}, {seeds}{left_out if scene.left_out or scene.nowhere else ''}"


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def regency_names() -> dict[str, str]:
    """What the regencies whose places are known are called, by code."""
    return {code: next(one.name for one in regions(code) if one.code == code) for code in KNOWN_REGENCIES}


def _regency(typed: str) -> str:
    names = regency_names()
    wanted = typed.strip().lower()
    for code, name in names.items():
        if wanted in (code, name.lower(), name.lower().removeprefix("kabupaten ")):
            return code
    raise Refused(f"There is no regency {typed!r}; there are {', '.join(f'{n} ({c})' for c, n in names.items())}.")


def _policies(typed: Sequence[str]) -> tuple[str, ...]:
    """As typed, each once; all of them, the default one first, if none was."""
    for name in typed:
        if name not in policies():
            raise Refused(f"There is no policy {name!r}; there are {', '.join(policies())}.")
    return tuple(dict.fromkeys(typed or (DEFAULT, *policies())))


def _invented(options: Options, regency: str) -> Invented:
    if options.since is not None or options.until is not None:
        raise Refused("--since and --until are for --replay.")
    behaviour = usual()
    members = behaviour.members if options.members is None else options.members
    tasks_per_week = behaviour.tasks_per_week if options.tasks_per_week is None else options.tasks_per_week
    weeks = USUAL_WEEKS if options.weeks is None else options.weeks
    weekly_alerts = WEEKLY_ALERTS if options.weekly_alerts is None else options.weekly_alerts
    _within("--members", members, 1, 100_000)
    _within("--weeks", weeks, 1, 520)
    _within("--weekly-alerts", weekly_alerts, 1, 1000)
    if not 0 < tasks_per_week <= 100_000:
        raise Refused(f"--tasks-per-week must be more than 0 and at most 100,000, not {tasks_per_week:g}.")
    return Invented(
        regency=regency,
        members=members,
        tasks_per_week=tasks_per_week,
        weeks=weeks,
        weekly_alerts=weekly_alerts,
        behaviour=behaviour,
    )


def _replayed(options: Options, now: datetime) -> tuple[datetime, datetime]:
    invented = (options.members, options.tasks_per_week, options.weeks, options.weekly_alerts)
    if any(value is not None for value in invented):
        raise Refused("--members, --tasks-per-week, --weeks and --weekly-alerts are not for --replay.")
    end = now if options.until is None else _midnight("--until", options.until, now)
    start = end - REPLAYED if options.since is None else _midnight("--since", options.since, now)
    if start >= end:
        raise Refused("--since must be before --until and in the past.")
    return start, end


def _midnight(option: str, typed: str, now: datetime) -> datetime:
    """When that day begins in the regency, in the zone of `now`."""
    try:
        day = date.fromisoformat(typed)
    except ValueError as error:
        raise Refused(f"{option} must be a day such as 2026-11-01, not {typed!r}.") from error
    return datetime.combine(day, time(), ZONE).astimezone(now.tzinfo)


def _within(option: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise Refused(f"{option} must be from {least} to {most:,}, not {value:,}.")


def _try_to_write(file: Path) -> None:
    """Before hours of playing. An empty file stays there until the chart is drawn."""
    if file.suffix.lower() != ".svg":
        raise Refused(f"The chart is an SVG: call it something.svg, not {file}.")
    try:
        with file.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise Refused(f"{file} can't be written ({error.strerror}).") from error
