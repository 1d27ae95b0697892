"""A worker makes the tasks of recurrences a week ahead, each once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from structlog.testing import capture_logs

from kurir_api.auth import Principal
from kurir_api.models import Recurrence, Role, Task, TransitionLog, Urgency, Wave
from kurir_api.services.recurrences.making import LEASE, make_recurring_tasks
from tests.counting import faults_of
from tests.factories import NOW, make_case, make_claim, make_facility, make_member, make_recurrence, principal_for
from tests.services.cases.moving import CLOSED, ON_HOLD, OPEN, move

pytestmark = pytest.mark.usefixtures("db")

DAY = timedelta(days=1)
THURSDAY = datetime(2026, 11, 25, 23, tzinfo=UTC)
MONDAY = THURSDAY + 4 * DAY
"""06.00 in Banyumas, as the recurrence of the factory has it."""


async def starts() -> list[datetime]:
    return [task.starts_at for task in await Task.all().order_by("starts_at")]


async def test_makes_what_begins_within_a_week_and_publishes_it() -> None:
    hospital = await make_facility()
    recurrence = await make_recurrence(
        slots=2, title="Cuci darah", instructions="Bawa kursi roda", destination=hospital
    )

    assert await make_recurring_tasks(NOW) == 1

    first, second = await Task.all().order_by("starts_at")
    assert (first.starts_at, first.ends_at, second.starts_at) == (THURSDAY, THURSDAY + timedelta(hours=6), MONDAY)
    assert (first.case_id, first.recurrence_id, first.kind) == (recurrence.case_id, recurrence.id, "AMBULANCE_RUN")
    assert (first.status, first.urgency, first.slots) == ("OPEN", Urgency.NORMAL, 2)
    assert (first.title, first.instructions, first.destination_id) == ("Cuci darah", "Bawa kursi roda", hospital.id)
    assert (first.created_by_id, first.published_at) == (None, NOW)
    assert await Wave.all().count() == 2
    assert await TransitionLog.filter(action="publish", actor_id=None).count() == 2


async def test_then_waits_until_a_week_before_the_next() -> None:
    recurrence = await make_recurrence()
    await make_recurring_tasks(NOW)

    await recurrence.refresh_from_db()
    assert (recurrence.made_until, recurrence.due_at) == (THURSDAY + 7 * DAY, THURSDAY)
    assert await make_recurring_tasks(THURSDAY - timedelta(seconds=1)) == 0
    assert await make_recurring_tasks(THURSDAY) == 1
    assert await starts() == [THURSDAY, MONDAY, THURSDAY + 7 * DAY]


async def test_two_workers_make_each_task_once() -> None:
    await make_recurrence()

    done = await asyncio.gather(*(make_recurring_tasks(NOW) for _ in range(3)))

    assert sorted(done) == [0, 0, 1]
    assert await starts() == [THURSDAY, MONDAY]


async def test_what_a_worker_died_over_is_made_once_all_the_same() -> None:
    recurrence = await make_recurrence()
    await make_recurring_tasks(NOW)
    await Recurrence.all().update(due_at=NOW)

    await make_recurring_tasks(NOW)

    await recurrence.refresh_from_db()
    assert (await starts(), recurrence.due_at) == ([THURSDAY, MONDAY], THURSDAY)


async def test_one_that_fails_is_logged_and_counted_and_comes_up_again() -> None:
    recurrence, faults = await make_recurrence(kind="A_KIND_THAT_WAS_REMOVED"), faults_of("make_recurring_tasks")

    with capture_logs() as logs:
        assert await make_recurring_tasks(NOW) == 1
        assert await make_recurring_tasks(NOW + LEASE) == 1

    assert [(entry["event"], entry["recurrence_id"]) for entry in logs] == [
        ("recurrence failed", str(recurrence.id)),
        ("recurrence failed", str(recurrence.id)),
    ]
    assert faults_of("make_recurring_tasks") == faults + 2
    assert await Task.all().count() == 0


async def test_after_a_week_without_a_worker_what_is_over_is_left_out() -> None:
    await make_recurrence()

    await make_recurring_tasks(MONDAY + timedelta(hours=2))

    assert await starts() == [MONDAY, THURSDAY + 7 * DAY, MONDAY + 7 * DAY]


async def test_the_last_one_ends_it() -> None:
    recurrence = await make_recurrence(rule="FREQ=DAILY;COUNT=2")

    await make_recurring_tasks(NOW)

    await recurrence.refresh_from_db()
    assert await starts() == [THURSDAY, THURSDAY + DAY]
    assert (recurrence.due_at, recurrence.ended_at) == (None, NOW)


async def test_while_the_case_is_on_hold_nothing_is_made_and_resuming_it_makes_it_up() -> None:
    officer = await principal_for(Role.DESK_OFFICER)
    case = await make_case(status=ON_HOLD)
    await make_recurrence(case)
    assert await make_recurring_tasks(NOW) == 1
    assert (await starts(), (await Recurrence.get()).due_at) == ([], NOW + DAY)

    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        await move(officer, case, status=OPEN)
    await make_recurring_tasks(NOW + timedelta(hours=1))

    assert await starts() == [THURSDAY, MONDAY]


@pytest.mark.parametrize("outcome", ["RECOVERED", "DIED"])
async def test_closing_the_case_ends_it_and_cancels_what_nobody_took(outcome: str) -> None:
    officer: Principal = await principal_for(Role.DESK_OFFICER)
    case = await make_case()
    recurrence = await make_recurrence(case)
    await make_recurring_tasks(NOW)

    with time_machine.travel(NOW, tick=False):
        await move(officer, case, status=CLOSED, outcome=outcome)

    await recurrence.refresh_from_db()
    assert (recurrence.due_at, recurrence.ended_at) == (None, NOW)
    assert {task.status for task in await Task.all()} == {"CANCELLED"}
    assert await make_recurring_tasks(NOW + 7 * DAY) == 0


async def test_death_calls_off_what_somebody_took_too() -> None:
    officer: Principal = await principal_for(Role.DESK_OFFICER)
    case = await make_case()
    await make_recurrence(case)
    await make_recurring_tasks(NOW)
    task = await Task.all().order_by("starts_at").first()
    claim = await make_claim(task, await make_member())

    with time_machine.travel(NOW, tick=False):
        await move(officer, case, status=CLOSED, outcome="DIED")

    await claim.refresh_from_db()
    await task.refresh_from_db()
    assert (task.status, claim.status) == ("CANCELLED", "REVOKED")
