"""Any moves in any order: after each the row stands where docs/states.md says, and the log tells the same story."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kurir_api.errors import InvalidInput, InvalidTransition, NotAllowed, Refusal
from tests.transitions.states_page import BEGINNINGS, STATES, read
from tests.transitions.world import WHO, Entry, World, make_world

Step = tuple[str, str, str | None]
"""An action, who tries it, and the reason they give."""

MOVES = read()
REASONS = (None, "  ", "Alasan")


class Model:
    """What the page says becomes of a row that begins in `state`."""

    def __init__(self, world: World, state: str) -> None:
        self.world = world
        self.state = state
        self.log: list[Entry] = []

    def take(self, action: str, caller: str, reason: str | None) -> type[Refusal] | None:
        """The kind of refusal; None for a move."""
        move = MOVES[self.world.machine][action]
        if move.who.isdisjoint(WHO[caller]):
            return NotAllowed
        if move.reason and not (reason or "").strip():
            return InvalidInput
        if self.state not in move.sources:
            return InvalidTransition
        source, self.state = self.state, move.target or self.state
        self.log += self.world.entry(source, action, self.state, caller)
        return None


def step_of(machine: str) -> st.SearchStrategy[Step]:
    """Half the steps by whom the page names, with a reason, so that sequences get somewhere; half by anybody."""
    moves = MOVES[machine]
    theirs = [
        (action, caller, "Alasan")
        for action, move in moves.items()
        for caller, who in WHO.items()
        if not move.who.isdisjoint(who)
    ]
    anybodys = st.tuples(st.sampled_from(list(moves)), st.sampled_from(list(WHO)), st.sampled_from(REASONS))
    return st.sampled_from(theirs) | anybodys


@pytest.fixture
async def world(db: None, machine: str) -> World:
    return await make_world(machine)


@pytest.mark.parametrize("machine", STATES)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_any_sequence_of_moves_goes_as_the_page_says(world: World, machine: str, data: st.DataObject) -> None:
    beginning = data.draw(st.sampled_from(list(BEGINNINGS[machine].values())), label="beginning")
    steps = data.draw(st.lists(step_of(machine), max_size=12), label="steps")
    await world.put(beginning)
    model = Model(world, beginning)

    for action, caller, reason in steps:
        refusal = await world.attempt(action, caller, reason)

        assert (type(refusal) if refusal else None) == model.take(action, caller, reason)
        assert world.row.status == model.state

    assert (await world.stored())[0]["status"] == model.state
    assert await world.log() == model.log
