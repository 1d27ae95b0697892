"""Work that is done is verified within a day, or the coordinators hear of it."""

from datetime import timedelta

import pytest
import time_machine

from kurir_api.auth import principal_of_member
from kurir_api.dispatch.alarming import tell_due_alarms
from kurir_api.dispatch.alarms import arm_not_verified
from kurir_api.models import Alarm, AlarmReason, Notification, Role, Task, TaskStatus, Urgency
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.complete_claim import complete_claim
from kurir_api.services.claims.start_claim import start_claim
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from kurir_api.services.tasks.publish_task import TaskAction
from kurir_api.services.tasks.verify_task import verify_task
from tests.factories import NOW, make_alarm, make_member, make_task, principal_for

pytestmark = pytest.mark.usefixtures("db")
MINUTE = timedelta(minutes=1)
WINDOW_PASSED, NOT_VERIFIED = AlarmReason.WINDOW_PASSED, AlarmReason.NOT_VERIFIED


async def done() -> Task:
    """A task whose only member says that it is done, twenty minutes after it was."""
    task = await make_task(starts_at=NOW)
    await make_alarm(task, WINDOW_PASSED, raised_at=NOW + 50 * MINUTE)
    holder = await principal_of_member((await make_member(capabilities=("AMBULANCE_LICENCE",))).id)
    with time_machine.travel(NOW, tick=False):
        claim_id = await claim_task(holder, ClaimTask(task_id=task.id))
        await start_claim(holder, ClaimAction(claim_id=claim_id))
    with time_machine.travel(NOW + 60 * MINUTE, tick=False):
        await complete_claim(holder, ClaimAction(claim_id=claim_id, at=NOW + 40 * MINUTE))
    return task


async def test_an_alarm_is_armed_for_a_day_later_and_none_ends_before_it_was_raised() -> None:
    await done()

    alarms = {(one.reason, one.due_at, one.raised_at, one.ended_at) for one in await Alarm.all()}
    assert alarms == {
        (WINDOW_PASSED, None, NOW + 50 * MINUTE, NOW + 60 * MINUTE),
        (NOT_VERIFIED, NOW + 25 * 60 * MINUTE, None, None),
    }


async def test_it_is_told_every_day_and_is_never_urgent() -> None:
    await make_member(role=Role.COORDINATOR)
    task = await make_task(status=TaskStatus.DONE, urgency=Urgency.EMERGENCY)
    await arm_not_verified(task, NOW)

    for hours in (24, 36, 48, 71, 72):
        await tell_due_alarms(NOW + timedelta(hours=hours))

    assert [(one.kind, one.created_at) for one in await Notification.all().order_by("created_at")] == [
        ("NOT_VERIFIED", NOW + timedelta(days=days)) for days in (1, 2, 3)
    ]
    assert {one.urgent for one in await Notification.all()} == {False}


async def test_it_ends_when_a_coordinator_verifies_it() -> None:
    task = await done()

    await verify_task(await principal_for(Role.COORDINATOR), TaskAction(task_id=task.id))

    assert [one.reason for one in await Alarm.all()] == [WINDOW_PASSED]
