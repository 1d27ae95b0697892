"""Every action, from every state, by everybody: what docs/states.md shows happens, and nothing else does."""

from collections.abc import Iterable
from itertools import groupby, product
from operator import attrgetter
from typing import NamedTuple

import pytest

from kurir_api.errors import InvalidInput, InvalidTransition, NotAllowed
from tests.transitions.states_page import STATES, Move, read
from tests.transitions.world import COLUMNS, WHO, World, make_world

pytestmark = pytest.mark.usefixtures("db")

MOVES = read()
every_machine = pytest.mark.parametrize("machine", STATES)


class Attempt(NamedTuple):
    """Somebody tries an action while the row is in a state."""

    state: str
    action: str
    caller: str
    move: Move

    @property
    def may(self) -> bool:
        return not self.move.who.isdisjoint(WHO[self.caller])

    @property
    def can(self) -> bool:
        return self.state in self.move.sources


def attempts(machine: str) -> Iterable[Attempt]:
    for state, (action, move), caller in product(STATES[machine], MOVES[machine].items(), WHO):
        yield Attempt(state, action, caller, move)


async def refusals(world: World, tried: list[Attempt], reason: str | None = "Alasan") -> dict[Attempt, object]:
    """What each attempt was refused with. Fails when one of them changed anything."""
    refused: dict[Attempt, object] = {}
    for state, among in groupby(tried, key=attrgetter("state")):
        await world.put(state)
        before = await world.stored()
        for attempt in among:
            refused[attempt] = await world.attempt(attempt.action, attempt.caller, reason)
            assert (attempt, world.row.status) == (attempt, state)
        assert await world.stored() == before
    return refused


@every_machine
async def test_each_move_changes_the_state_and_writes_one_row_to_the_log(machine: str) -> None:
    world = await make_world(machine)
    legal = [attempt for attempt in attempts(machine) if attempt.may and attempt.can]
    assert {attempt.action for attempt in legal} == set(MOVES[machine])

    for attempt in legal:
        await world.put(attempt.state)
        assert (attempt, await world.attempt(attempt.action, attempt.caller)) == (attempt, None)

        target = attempt.move.target or attempt.state
        changed = {"status": target, **COLUMNS.get((machine, attempt.action), {})}
        stored = (await world.stored())[0]
        assert (attempt, {column: stored[column] for column in changed}) == (attempt, changed)
        assert {column: getattr(world.row, column) for column in changed} == changed
        assert await world.log() == world.entry(attempt.state, attempt.action, target, attempt.caller)


@every_machine
async def test_a_move_from_another_state_is_refused_and_changes_nothing(machine: str) -> None:
    world = await make_world(machine)
    illegal = [attempt for attempt in attempts(machine) if attempt.may and not attempt.can]

    refused = await refusals(world, illegal)

    assert {attempt.action for attempt in refused} == set(MOVES[machine])
    for attempt, refusal in refused.items():
        assert (attempt, type(refusal)) == (attempt, InvalidTransition)
        assert (attempt, refusal.current, frozenset(refusal.allowed)) == (
            attempt,
            attempt.state,
            attempt.move.sources,
        )


@every_machine
async def test_nobody_makes_a_move_that_is_not_theirs(machine: str) -> None:
    world = await make_world(machine)
    illegal = [attempt for attempt in attempts(machine) if not attempt.may]

    refused = await refusals(world, illegal)

    assert {attempt.caller for attempt in refused} >= {name for name, who in WHO.items() if not who}
    assert {attempt: type(refusal) for attempt, refusal in refused.items()} == dict.fromkeys(refused, NotAllowed)


@pytest.mark.parametrize(
    ("machine", "action"),
    [(machine, action) for machine, moves in MOVES.items() for action, move in moves.items() if move.reason],
)
async def test_a_move_that_needs_a_reason_is_refused_without_one(machine: str, action: str) -> None:
    world = await make_world(machine)
    silent = [attempt for attempt in attempts(machine) if attempt.action == action and attempt.may]

    for reason in (None, "", " \n"):
        refused = await refusals(world, silent, reason)

        assert {attempt: type(refusal) for attempt, refusal in refused.items()} == dict.fromkeys(silent, InvalidInput)
        assert {problem.path for refusal in refused.values() for problem in refusal.problems} == {("reason",)}


@every_machine
async def test_any_other_move_is_made_without_a_reason(machine: str) -> None:
    world = await make_world(machine)
    reasonless = [attempt for attempt in attempts(machine) if attempt.may and attempt.can and not attempt.move.reason]

    for attempt in reasonless:
        await world.put(attempt.state)
        assert (attempt, await world.attempt(attempt.action, attempt.caller, None)) == (attempt, None)
