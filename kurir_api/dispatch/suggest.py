"""Who could take all the open tasks at once: an assignment with the least travel, beside what taking the tasks one by
one gives. Only suggested: nothing is written.

What is optimal. Filled slots come first, then the least travel time. A member may take several tasks, but not two at
overlapping times, and never two slots of one task. Tasks that all run at one moment are a linear assignment problem,
which SciPy solves exactly (Crouse 2016, https://doi.org/10.1109/TAES.2016.140952). Where windows only overlap in
chains (A with B, B with C, but not A with C), the whole is NP-hard (Arkin and Silverberg 1987,
https://doi.org/10.1016/0166-218X(87)90037-0). So the assignment starts as the one made task by task; then for every
moment the tasks of that moment are assigned anew, exactly, with all others as they are, until no moment gets better.
The result is never worse than task by task. It is exact where tasks that overlap all do so at one moment; elsewhere
no change among the tasks of any one moment betters it.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kurir_api.dispatch.candidates import Candidate
from kurir_api.dispatch.choosing import by_road
from kurir_api.dispatch.ranking import rank_many
from kurir_api.dispatch.travel import Roads
from kurir_api.models import Task

LONGEST_LIST = 200
"""Of the nearest eligible members, for each task. More can matter only where more slots are open at the same time."""

FURTHER_BY_ROAD = 20
"""So many more with a router, since the nearest by road may be further as the crow flies. A guess."""

ROADS_AT_ONCE = 8
"""Questions to the router side by side."""

Rows: TypeAlias = NDArray[np.intp]
"""Numbers of openings."""

MILLISECOND = timedelta(milliseconds=1)
"""Travel is compared in whole ones: exact in floating point, whatever the sum."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A task, how many `slots` of it are open, and the eligible members for them, nearest first."""

    task: Task
    slots: int
    candidates: Sequence[Candidate]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """This member for one slot of this task."""

    task: Task
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Assignment:
    """Suggestions that can all be followed together, by the start of the task, nearest first."""

    suggestions: tuple[Suggestion, ...]

    @property
    def filled(self) -> int:
        """Slots."""
        return len(self.suggestions)

    @property
    def distance_m(self) -> float:
        """Metres along the ellipsoid, one way, of all together."""
        return sum(one.candidate.distance_m or 0.0 for one in self.suggestions)

    @property
    def travel_time(self) -> timedelta:
        """One way, of all together."""
        return sum((one.candidate.travel_time for one in self.suggestions), timedelta())


@dataclass(frozen=True, slots=True)
class Suggested:
    """The `best` assignment found of the `slots` open, and the `greedy` one. `unfilled`: the tasks, by start, of
    which so many slots stay open in the best.
    """

    slots: int
    best: Assignment
    greedy: Assignment
    unfilled: tuple[tuple[Task, int], ...]


async def suggest(tasks: Collection[Task], now: datetime, roads: Roads | None = None) -> Suggested:
    """Assign the open slots of the tasks to members who are eligible `now`. Usually one statement for all tasks.

    With `roads` it asks the router: call it outside of any transaction. Solved in a thread of its own.
    """
    return await asyncio.to_thread(solve, await load_openings(tasks, now, roads))


async def load_openings(tasks: Collection[Task], now: datetime, roads: Roads | None = None) -> list[Opening]:
    """The tasks by start, with as many of the nearest eligible members as an assignment can need, at most 200."""
    in_order = sorted(tasks, key=lambda task: (task.starts_at, task.id))
    limit = min(_most_needed(in_order) + (FURTHER_BY_ROAD if roads else 0), LONGEST_LIST)
    ranked = await rank_many(in_order, limit=limit, now=now, exclude_alerted=False)
    if roads is not None:
        turn = asyncio.Semaphore(ROADS_AT_ONCE)

        async def timed(task: Task) -> list[Candidate]:
            async with turn:
                return await by_road(task, ranked[task.id], now, roads)

        timed_lists = await asyncio.gather(*(timed(task) for task in in_order))
        ranked = {task.id: candidates for task, candidates in zip(in_order, timed_lists, strict=True)}
    return [Opening(task, _open_slots(task), ranked[task.id]) for task in in_order]


def solve(openings: Sequence[Opening]) -> Suggested:
    """The best assignment found, and the greedy one. The openings are in order of their start."""
    board = _Board(openings)
    board.fill_one_by_one()
    greedy = board.assignment()
    board.improve()
    left = [int(slots) for slots in board.slots - board.holds.sum(axis=1)]
    return Suggested(
        slots=sum(opening.slots for opening in openings),
        best=board.assignment(),
        greedy=greedy,
        unfilled=tuple((opening.task, slots) for opening, slots in zip(openings, left, strict=True) if slots),
    )


class _Board:
    """Openings and members as rows and columns. `costs`: milliseconds of travel, infinite for who isn't eligible.
    `overlaps`: whether the windows of two openings do; each with itself, too. `holds`: who takes what.
    """

    def __init__(self, openings: Sequence[Opening]) -> None:
        self.openings = openings
        self.slots = np.array([opening.slots for opening in openings], dtype=int)
        members = dict.fromkeys(one.member_id for opening in openings for one in opening.candidates)
        self.columns = {member_id: column for column, member_id in enumerate(members)}
        self.costs = np.full((len(openings), len(members)), np.inf)
        for row, opening in enumerate(openings):
            for one in opening.candidates:
                self.costs[row, self.columns[one.member_id]] = round(one.travel_time / MILLISECOND)
        self.starts, self.overlaps = _windows([opening.task for opening in openings])
        self.holds = np.zeros(self.costs.shape, dtype=bool)

    def fill_one_by_one(self) -> None:
        """Each opening in turn takes its nearest free eligible members."""
        for row, slots in enumerate(self.slots):
            costs = self._costs_beside(np.array([row]))[0]
            nearest = np.argsort(costs, kind="stable")[:slots]
            self.holds[row, nearest] = np.isfinite(costs[nearest])

    def improve(self) -> None:
        """Assign the openings of each moment anew, as long as that betters anything."""
        moments = self._moments()
        touching = [{number for number, rows in enumerate(moments) if near[rows].any()} for near in self.overlaps]
        stale = set(range(len(moments)))
        while stale:
            for number in sorted(stale):
                stale.discard(number)
                for row in self._assign_anew(moments[number]):
                    stale |= touching[row] - {number}

    def assignment(self) -> Assignment:
        """What is taken now."""
        return Assignment(
            tuple(
                Suggestion(opening.task, one)
                for opening, held in zip(self.openings, self.holds, strict=True)
                for one in opening.candidates
                if held[self.columns[one.member_id]]
            )
        )

    def _moments(self) -> list[Rows]:
        """The openings that run at one moment, for every moment whose openings don't all run at another, too."""
        found: list[Rows] = []
        for start in np.unique(self.starts):
            at = int(np.argmax(self.starts == start))
            running = np.flatnonzero(self.overlaps[at] & (self.starts <= start))
            if found and np.isin(found[-1], running).all():
                found.pop()
            found.append(running)
        return found

    def _assign_anew(self, rows: Rows) -> Rows:
        """The best for openings that all overlap, with all others as they are. Returns those that changed."""
        from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - half a second of every process's start

        costs = self._costs_beside(rows)
        able = np.flatnonzero(np.isfinite(costs).any(axis=0))
        slots = np.repeat(np.arange(len(rows)), self.slots[rows])
        table = costs[slots][:, able]
        # A column of its own for each slot to stay open, which costs more than all the travel there can be.
        open_costs = len(slots) * (table[np.isfinite(table)].max(initial=0) + 1)
        to_stay_open = np.where(np.eye(len(slots), dtype=bool), open_costs, np.inf)
        slot, place = linear_sum_assignment(np.hstack([table, to_stay_open]))
        filled = place < len(able)
        anew = np.zeros_like(costs, dtype=bool)
        anew[slots[slot[filled]], able[place[filled]]] = True
        if _worth(anew, costs) >= _worth(self.holds[rows], costs):
            return rows[:0]
        changed: Rows = rows[(anew != self.holds[rows]).any(axis=1)]
        self.holds[rows] = anew
        return changed

    def _costs_beside(self, rows: Rows) -> NDArray[np.float64]:
        """The costs of these openings, infinite for members whom others keep busy meanwhile."""
        costs = self.costs[rows]
        others, members = np.nonzero(self.holds)
        beside = ~np.isin(others, rows)
        row, other = np.nonzero(self.overlaps[np.ix_(rows, others[beside])])
        costs[row, members[beside][other]] = np.inf
        return costs


def _worth(holds: NDArray[np.bool_], costs: NDArray[np.float64]) -> tuple[int, float]:
    """Less is better: filled slots, negative, then milliseconds of travel."""
    return -int(holds.sum()), float(costs[holds].sum())


def _open_slots(task: Task) -> int:
    count: int = task.slots - task.slots_taken
    return count


def _windows(tasks: Sequence[Task]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """When each task starts, in seconds, and which overlap: windows that only touch don't."""
    starts = np.array([task.starts_at.timestamp() for task in tasks])
    ends = np.array([task.ends_at.timestamp() for task in tasks])
    return starts, (starts[:, None] < ends) & (starts < ends[:, None])


def _most_needed(tasks: Sequence[Task]) -> int:
    """The longest list that an assignment can need: the open slots of all tasks that overlap one.

    All but one of so many members can be busy elsewhere; whoever is further away is never better than that one.
    """
    _, overlaps = _windows(tasks)
    slots = np.array([_open_slots(task) for task in tasks], dtype=int)
    needed: NDArray[np.int_] = overlaps @ slots
    return int(needed.max(initial=0))
