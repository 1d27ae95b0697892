"""The desk says that a task comes again, and that it comes no more."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import InvalidTransition, NotAllowed, NotFound
from kurir_api.models import Case, Recurrence, Role, Task, Urgency
from kurir_api.services.recurrences.end_recurrence import EndRecurrence, end_recurrence
from kurir_api.services.recurrences.repeat_task import RepeatTask, repeat_task
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    add_membership,
    make_case,
    make_claim,
    make_facility,
    make_member,
    make_recurrence,
    make_task,
    principal_for,
)
from tests.services.refusals import problems, refused

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.usefixtures("monday")]

THURSDAY = datetime(2026, 11, 25, 23, tzinfo=UTC)
"""26 November 2026, 06.00 in Banyumas."""


@pytest.fixture
def monday() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
async def officer() -> Principal:
    return await principal_for(Role.DESK_OFFICER)


def dialysis(case: Case, **values: Any) -> RepeatTask:
    """The way to dialysis, on Mondays and Thursdays from 06.00, six hours with the wait."""
    given = {"kind": "AMBULANCE_RUN", "rule": "FREQ=WEEKLY;BYDAY=MO,TH", "starts_at": THURSDAY, "minutes": 360}
    return RepeatTask(case_id=case.id, **given | values)


async def test_is_written_down_as_it_is_said(officer: Principal) -> None:
    case, hospital = await make_case(), await make_facility()

    recurrence_id = await repeat_task(
        officer,
        dialysis(
            case,
            rule=" rrule:freq=weekly;byday=mo,th ",
            urgency=Urgency.NORMAL,
            slots=2,
            title=" Cuci darah ",
            instructions="Bawa kursi roda",
            destination_id=hospital.id,
        ),
    )

    recurrence = await Recurrence.get()
    assert (recurrence.id, recurrence.case_id, recurrence.kind) == (recurrence_id, case.id, "AMBULANCE_RUN")
    assert (recurrence.rule, recurrence.starts_at, recurrence.minutes) == ("FREQ=WEEKLY;BYDAY=MO,TH", THURSDAY, 360)
    assert (recurrence.urgency, recurrence.slots, recurrence.destination_id) == (Urgency.NORMAL, 2, hospital.id)
    assert (recurrence.title, recurrence.instructions) == ("Cuci darah", "Bawa kursi roda")
    assert (recurrence.created_by_id, recurrence.created_at) == (officer.member_id, NOW)
    assert (recurrence.due_at, recurrence.made_until, recurrence.ended_at) == (NOW, NOW, None)


async def test_a_retry_writes_nothing_more(officer: Principal) -> None:
    case = await make_case()

    first, again = [await repeat_task(officer, dialysis(case, idempotency_key="k1")) for _ in range(2)]

    assert (first, await Recurrence.all().count()) == (again, 1)


async def test_everything_that_cannot_be_used_is_named(officer: Principal) -> None:
    command = dialysis(
        await make_case(),
        kind="FLY",
        rule="FREQ=HOURLY",
        starts_at=THURSDAY.replace(tzinfo=None),
        minutes=0,
        slots=51,
        title="x" * 121,
        instructions="x" * 2_001,
        destination_id=uuid4(),
    )

    assert list(await problems(repeat_task(officer, command))) == [
        "kind",
        "minutes",
        "slots",
        "title",
        "instructions",
        "destinationId",
        "startsAt",
        "rule",
    ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"rule": "FREQ=DAILY;UNTIL=20261125"}, {"rule": "It has no time to come."}),
        ({"starts_at": NOW + timedelta(days=800)}, {"startsAt": "At most two years from now."}),
    ],
)
async def test_a_rule_has_times_to_come(values: dict[str, Any], said: dict[str, str], officer: Principal) -> None:
    assert await problems(repeat_task(officer, dialysis(await make_case(), **values))) == said


async def test_a_case_has_twenty_at_most(officer: Principal) -> None:
    case = await make_case()
    one = await make_recurrence(case)
    await make_recurrence(case, ended_at=NOW, created_by_id=one.created_by_id)
    row = (await Recurrence.filter(id=one.id).values())[0]
    await Recurrence.bulk_create([Recurrence(**row | {"id": uuid4()}) for _ in range(19)])

    assert await problems(repeat_task(officer, dialysis(case))) == {
        "caseId": "This case has 20 recurring tasks already; end one first."
    }


async def test_a_closed_case_gets_none(officer: Principal) -> None:
    case = await make_case(status="CLOSED", outcome="RECOVERED", closed_at=NOW)

    refusal = await refused(repeat_task(officer, dialysis(case)), InvalidTransition)

    assert (refusal.current, refusal.allowed) == ("CLOSED", ("OPEN", "ON_HOLD"))


async def test_it_is_the_desks_to_say() -> None:
    case, holder = await make_case(), await make_member()
    await make_claim(await make_task(case), holder)
    await add_membership(holder, Role.DESK_OFFICER, OTHER_REGENCY)
    elsewhere = await principal_for(Role.DESK_OFFICER, region=OTHER_REGENCY)

    await refused(repeat_task(elsewhere, dialysis(case)), NotFound)
    await refused(repeat_task(await principal_of_member(holder.id), dialysis(case)), NotAllowed)


async def test_ending_it_cancels_what_nobody_took_and_keeps_what_somebody_has(officer: Principal) -> None:
    case = await make_case()
    recurrence = await make_recurrence(case)
    made = {"recurrence_id": recurrence.id}
    begun = await make_task(case, starts_at=NOW - timedelta(hours=1), **made)
    free = await make_task(case, **made)
    taken = await make_task(case, starts_at=NOW + timedelta(days=3), slots=2, **made)
    await make_claim(taken, await make_member())
    other = await make_task(case)

    for _ in range(2):
        await end_recurrence(officer, EndRecurrence(recurrence_id=recurrence.id, reason="Pindah rumah sakit"))

    await recurrence.refresh_from_db()
    states = {task.id: task.status for task in await Task.all()}
    assert (recurrence.due_at, recurrence.ended_at) == (None, NOW)
    assert [states[task.id] for task in (begun, free, taken, other)] == ["OPEN", "CANCELLED", "OPEN", "OPEN"]


async def test_another_desks_is_not_found() -> None:
    recurrence = await make_recurrence()
    elsewhere = await principal_for(Role.COORDINATOR, region=OTHER_REGENCY)

    await refused(end_recurrence(elsewhere, EndRecurrence(recurrence_id=recurrence.id)), NotFound)
