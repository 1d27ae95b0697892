"""What a row of the transition log says: who did what, to what, when, why; and what it leaves out."""

from datetime import UTC, datetime, timedelta

import pytest
from tortoise.connection import get_connection

from kurir_api.models import Case, Claim, Cost, Referral, Report, Task, TransitionLog
from kurir_api.transitions import LIVE_EVENTS, move, record
from tests.factories import NOW, REGENCY
from tests.transitions.states_page import BEGINNINGS, read
from tests.transitions.world import make_world

pytestmark = pytest.mark.usefixtures("db")
COORDINATOR = "a coordinator of the regency"
MOVES = {
    Report: ("reject", COORDINATOR),
    Case: ("hold", COORDINATOR),
    Task: ("cancel", COORDINATOR),
    Claim: ("revoke", COORDINATOR),
    Cost: ("edit", "the holder"),
    Referral: ("revoke", "a desk officer of the sub-district"),
}


@pytest.mark.parametrize("model", MOVES)
async def test_a_row_names_its_subject_and_the_case_and_task_it_belongs_to(model: type) -> None:
    action, caller = MOVES[model]
    world = await make_world(model.__name__)
    task = await Task.get()

    await world.attempt(action, caller)

    entry = await TransitionLog.get()
    assert (entry.machine, entry.subject_id) == (model.__name__.lower(), world.row.id)
    assert entry.case_id == task.case_id
    assert entry.task_id == (None if model in {Report, Case, Referral} else task.id)
    assert entry.regency_code == REGENCY


async def test_a_row_keeps_the_reason_sealed() -> None:
    world = await make_world("Report")

    await move(world.row, "reject", world.callers[COORDINATOR], reason="Sutinah sudah dibantu kemarin.")

    assert (await TransitionLog.get()).reason == "Sutinah sudah dibantu kemarin."
    rows = await get_connection("default").execute_query_dict("SELECT reason_sealed FROM transition_log")
    assert b"Sutinah" not in bytes(rows[0]["reason_sealed"])


async def test_a_move_without_a_reason_has_none_in_the_log() -> None:
    world = await make_world("Case")

    await move(world.row, "hold", world.callers[COORDINATOR])

    assert await TransitionLog.all().values_list("reason_sealed", flat=True) == [None]


async def test_what_happened_offline_keeps_its_own_time_beside_that_of_the_record() -> None:
    world, started = await make_world("Claim"), datetime.now(UTC)

    await move(world.row, "start", world.callers["the holder"], at=NOW - timedelta(minutes=20))

    entry = await TransitionLog.get()
    assert entry.at == NOW - timedelta(minutes=20)
    assert started <= entry.recorded_at <= datetime.now(UTC)


async def test_a_move_made_now_happened_when_it_was_recorded() -> None:
    world = await make_world("Claim")

    await move(world.row, "start", world.callers["the holder"])

    entry = await TransitionLog.get()
    assert entry.at == entry.recorded_at


@pytest.mark.parametrize(
    ("machine", "action", "state"),
    [
        (machine, action, state)
        for machine, states in BEGINNINGS.items()
        for action, state in states.items()
        if machine not in {"Wave", "Alert"}
    ],
)
async def test_a_beginning_comes_from_no_state(machine: str, action: str, state: str) -> None:
    world = await make_world(machine)
    await world.put(state)

    await record(world.row, action, world.callers[COORDINATOR], reason="Alasan")

    actor = world.callers[COORDINATOR].member_id
    assert await world.log() == [(None, action, state, actor)]
    assert (await TransitionLog.get()).reason == "Alasan"


async def test_rows_are_in_the_order_of_the_moves() -> None:
    world = await make_world("Case")
    actions = ["hold", "resume", "change_phase", "close", "reopen"]

    for action in actions:
        await world.attempt(action, COORDINATOR)

    assert await TransitionLog.all().order_by("id").values_list("action", flat=True) == actions


def test_subscribers_hear_of_all_that_tasks_and_claims_go_through_but_drafts_and_verified_claims() -> None:
    told = {
        (machine.lower(), action)
        for machine in ("Task", "Claim")
        for action in (*BEGINNINGS[machine], *read()[machine])
    }
    assert set(LIVE_EVENTS) == told - {("task", "draft"), ("claim", "verify")}
