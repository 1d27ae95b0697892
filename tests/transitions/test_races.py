"""Two who move the same row at once: one wins, and the other learns where the row stands now."""

import asyncio
from contextlib import suppress

import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.errors import InvalidTransition
from kurir_api.transitions import move
from kurir_api.transitions.table import Stateful
from tests.transitions.world import World, make_world

pytestmark = pytest.mark.usefixtures("db")
ONCE_ONLY = {
    "Report": ("link", "a desk officer of the sub-district", "LINKED"),
    "Case": ("hold", "a coordinator of the regency", "ON_HOLD"),
    "Task": ("publish", "a desk officer of the sub-district", "OPEN"),
    "Claim": ("start", "the holder", "IN_PROGRESS"),
    "Wave": ("cancel", "Kurir itself", "CANCELLED"),
    "Alert": ("send", "Kurir itself", "SENT"),
}
"""By machine a move from its first state that can't be made twice, who makes it, and where it leads."""


class GivenUp(Exception):
    """Whoever made the move thought better of it."""


async def copy_of(world: World) -> Stateful:
    """The row as somebody else has it in memory."""
    row = await type(world.row).get(id=world.row.id)
    if hasattr(world.row, "task_id") and world.machine != "Task":
        row.task = await world.row.task
    return row


class Late:
    """Somebody who makes a move while a transaction of the test's is open; not within it, so begun before it."""

    def __init__(self, world: World, action: str, caller: str) -> None:
        self._may_go = asyncio.Event()
        self.outcome = asyncio.create_task(self._move(world, action, caller))

    async def _move(self, world: World, action: str, caller: str) -> None:
        row = await copy_of(world)
        await self._may_go.wait()
        await move(row, action, world.callers[caller])

    async def waits(self) -> None:
        """Let them move, and come back when they wait for what this transaction holds."""
        self._may_go.set()
        waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        while not await get_connection("default").execute_query_dict(waiting):
            pass


@pytest.mark.parametrize("machine", ONCE_ONLY)
async def test_of_many_who_make_the_same_move_at_once_one_wins(machine: str) -> None:
    action, caller, target = ONCE_ONLY[machine]
    world = await make_world(machine)
    source = str(world.row.status)
    rows = [await copy_of(world) for _ in range(8)]

    outcomes = await asyncio.gather(
        *(move(row, action, world.callers[caller], reason="Alasan") for row in rows), return_exceptions=True
    )

    refusals = [outcome for outcome in outcomes if outcome is not None]
    assert [(type(refusal), refusal.current) for refusal in refusals] == [(InvalidTransition, target)] * 7
    assert [row.status for row in rows] == [target] * 8
    assert await world.log() == world.entry(source, action, target, caller)


async def test_a_claim_is_started_or_released_never_both() -> None:
    world = await make_world("Claim")
    holder = world.callers["the holder"]
    rows = [await copy_of(world), await copy_of(world)]

    outcomes = await asyncio.gather(
        move(rows[0], "start", holder), move(rows[1], "release", holder), return_exceptions=True
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["InvalidTransition", "NoneType"]
    action, target = [("start", "IN_PROGRESS"), ("release", "RELEASED")][outcomes.index(None)]
    assert await world.log() == world.entry("HELD", action, target, "the holder")
    assert (await world.stored())[0]["status"] == target


async def test_a_move_waits_for_another_that_is_not_committed_and_then_finds_it_made() -> None:
    world = await make_world("Claim")
    late = Late(world, "start", "the holder")

    async with in_transaction():
        await move(world.row, "release", world.callers["the holder"])
        await late.waits()
    with pytest.raises(InvalidTransition) as refused:
        await late.outcome

    assert (refused.value.current, refused.value.allowed) == ("RELEASED", ("HELD",))
    assert await world.log() == world.entry("HELD", "release", "RELEASED", "the holder")


async def test_a_move_that_is_given_up_leaves_no_trace_and_the_one_that_waited_wins() -> None:
    world = await make_world("Claim")
    late = Late(world, "start", "the holder")

    with suppress(GivenUp):
        async with in_transaction():
            await move(world.row, "release", world.callers["the holder"])
            await late.waits()
            raise GivenUp
    await late.outcome

    assert (await world.stored())[0]["status"] == "IN_PROGRESS"
    assert await world.log() == world.entry("HELD", "start", "IN_PROGRESS", "the holder")


async def test_the_state_in_the_database_counts_and_not_the_one_remembered() -> None:
    world = await make_world("Task")
    officer = world.callers["a desk officer of the sub-district"]
    behind, ahead = await copy_of(world), await copy_of(world)
    await move(await copy_of(world), "cancel", world.callers["a coordinator of the regency"])

    with pytest.raises(InvalidTransition) as refused:
        await move(behind, "publish", officer)

    assert (refused.value.current, behind.status) == ("CANCELLED", "CANCELLED")
    await world.put("DRAFT")
    ahead.status = "CANCELLED"
    await move(ahead, "publish", officer)
    assert (await world.stored())[0]["status"] == "OPEN"
