"""docs/states.md: the table of moves as people read it. The tests here take it as their specification.

`python -m tests.transitions.states_page` writes the page anew after the table was changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kurir_api.models import (
    Alert,
    AlertStatus,
    Case,
    CaseStatus,
    Claim,
    ClaimStatus,
    Cost,
    CostStatus,
    Referral,
    ReferralStatus,
    Report,
    ReportStatus,
    Task,
    TaskStatus,
    Wave,
    WaveStatus,
)
from kurir_api.transitions import MACHINES, Transition

PAGE = Path(__file__).parents[2] / "docs" / "states.md"
COLUMNS = ("machine", "from", "action", "to", "who", "reason")

STATES: Mapping[str, type[StrEnum]] = {
    Report.__name__: ReportStatus,
    Case.__name__: CaseStatus,
    Task.__name__: TaskStatus,
    Claim.__name__: ClaimStatus,
    Cost.__name__: CostStatus,
    Referral.__name__: ReferralStatus,
    Wave.__name__: WaveStatus,
    Alert.__name__: AlertStatus,
}
"""The states of each machine, by its name."""

BEGINNINGS: Mapping[str, Mapping[str, StrEnum]] = {
    "Report": {"receive": ReportStatus.RECEIVED},
    "Case": {"open": CaseStatus.OPEN},
    "Task": {"draft": TaskStatus.DRAFT},
    "Claim": {"claim": ClaimStatus.HELD, "offer": ClaimStatus.OFFERED, "offer_hand_over": ClaimStatus.OFFERED},
    "Cost": {"submit": CostStatus.SUBMITTED},
    "Referral": {"send": ReferralStatus.SENT},
    "Wave": {"plan": WaveStatus.PLANNED},
    "Alert": {"queue": AlertStatus.QUEUED},
}
"""How the rows of each machine begin: the action and the first state. Those of waves and alerts aren't logged."""

INTRODUCTION = """\
# States

Every row of these tables moves from state to state by the actions below and in no other way; one function,
`kurir_api.transitions.move`, makes every move. A caller who is none of those under *who* is refused with
`NotAllowed`; then, where *reason* says yes, a move without one with `InvalidInput`; then an action from any other
state with `InvalidTransition`. Each move leaves a row in the transition log, which is the case's timeline; those of
waves and alerts leave none, as their rows are a history themselves.

- **HOLDER**: the member the claim, cost or alert belongs to.
- **DESK**: a desk officer or coordinator whose region the row lies in. **COORDINATOR**: only a coordinator.
- **REVIEWER**: a reviewer of the partner for which the cost's member acted.
- **OFFICER**: an officer of the referral's programme whose region the patient lives in.
- **SYSTEM**: Kurir itself, as a consequence of something else or of time.

Nobody endorses, returns, rejects, approves, records, pays or voids a cost of their own, whatever their roles.

A row begins by the action with an empty *from*; an empty *to* leaves the state as it is.

This page is written from `kurir_api/transitions/table.py` by `python -m tests.transitions.states_page`, and a test
fails while the two differ.
"""


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the page: an action from one or more states."""

    sources: frozenset[str]
    target: str | None
    who: frozenset[str]
    reason: bool


def page() -> str:
    """The page as it has to be."""
    sections = (_section(model.__name__, machine) for model, machine in MACHINES.items())
    return "\n".join([INTRODUCTION, *sections])


def read() -> Mapping[str, Mapping[str, Move]]:
    """The moves that the page in the repository shows, by machine and action; beginnings left out."""
    moves: dict[str, dict[str, Move]] = {}
    for line in PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if len(cells) == len(COLUMNS) and cells[0] in STATES and cells[1]:
            machine, sources, action, target, who, reason = cells
            move = Move(_split(sources), target or None, _split(who), reason == "yes")
            moves.setdefault(machine, {})[action] = move
    return moves


def _split(cell: str) -> frozenset[str]:
    return frozenset(cell.split(", "))


def _section(name: str, machine: Mapping[str, Transition]) -> str:
    """The machine's table, and the states that clients know though no action leads there yet."""
    begun = [(name, "", action, state, "", "") for action, state in BEGINNINGS[name].items()]
    moved = [(name, *_cells(action, move)) for action, move in machine.items()]
    section = f"## {name}\n\n{_table([*begun, *moved])}"
    reached = {*BEGINNINGS[name].values(), *(move.target for move in machine.values())}
    unused = ", ".join(state for state in STATES[name] if state not in reached)
    return f"{section}\nNo action leads to {unused} yet.\n" if unused else section


def _cells(action: str, move: Transition) -> tuple[str, ...]:
    reason = "yes" if move.reason else ""
    return ", ".join(move.sources), action, move.target or "", ", ".join(sorted(move.who)), reason


def _table(rows: list[tuple[str, ...]]) -> str:
    """The rows as a Markdown table, its columns in line for those who read it as text."""
    lines = [COLUMNS, *rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(COLUMNS))]
    padded = [" | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    rule = "|".join("-" * (width + 2) for width in widths)
    return "\n".join([f"| {padded[0]} |", f"|{rule}|", *(f"| {line} |" for line in padded[1:])]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
