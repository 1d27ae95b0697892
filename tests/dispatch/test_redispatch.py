"""A slot opens again: who is asked once more, and who isn't."""

from datetime import timedelta

import pytest
import time_machine

from kurir_api.auth import Principal, principal_of_member
from kurir_api.dispatch.outbox import deliver_due
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.settling import settle_stale_alerts
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.dispatch.waves import OVERTAKEN, plan_wave, run_due_waves
from kurir_api.models import Alert, AlertStatus, Member, Notification, Role, Task, Wave, WaveStatus
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.decline_offer import decline_offer
from kurir_api.services.claims.expiry import expire_claims
from kurir_api.services.claims.release_claim import release_claim
from kurir_api.services.claims.report_no_show import report_no_show
from kurir_api.services.claims.revoke_claim import revoke_claim
from kurir_api.services.notifications.answer_alert import AnswerAlert, answer_alert
from kurir_api.services.tasks.assign_task import AssignTask, assign_task
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from tests.factories import NOW, make_device, make_member, make_task, principal_for

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.time_machine(NOW, tick=False)]
PLACE = (-7.3825, 109.2215)
"""Where the factory's tasks are."""


async def drivers(count: int) -> list[Member]:
    """Drivers ever further north of the task, each with a phone."""
    found = [
        await make_member(capabilities=("AMBULANCE_LICENCE",), home=(PLACE[0] + step * 0.01, PLACE[1]))
        for step in range(1, count + 1)
    ]
    for member in found:
        await make_device(member)
    return found


async def asked_for(**values) -> Task:
    """A task whose first wave went out to phones."""
    task = await make_task(**values)
    await plan_wave(task, NOW)
    await run_due_waves(NOW)
    await deliver_due(MemorySender(), NOW)
    return task


async def claimed(task: Task, member: Member) -> tuple[Principal, ClaimAction]:
    holder = await principal_of_member(member.id)
    claim_id = await claim_task(holder, ClaimTask(task_id=task.id))
    return holder, ClaimAction(claim_id=claim_id, note="x")


async def asked_in(run: int, task: Task) -> list[Member]:
    alerts = await Alert.filter(task_id=task.id, wave__run=run).order_by("rank").select_related("member")
    return [alert.member for alert in alerts]


async def waves(task: Task) -> list[tuple[int, int, WaveStatus]]:
    return [(one.number, one.run, one.status) for one in await Wave.filter(task_id=task.id).order_by("number")]


async def test_after_a_release_everybody_but_the_one_who_gave_it_back_is_asked_again() -> None:
    first, second, third = await drivers(3)
    task = await asked_for()
    holder, action = await claimed(task, second)
    await settle_stale_alerts(NOW)

    await release_claim(holder, action)
    assert await run_due_waves(NOW) == 1

    assert await waves(task) == [(1, 1, WaveStatus.FILLED), (2, 2, WaveStatus.WAITING)]
    assert await asked_in(1, task) == [first, second, third]
    assert await asked_in(2, task) == [first, third]


async def test_who_declined_is_not_asked_again() -> None:
    first, second = await drivers(2)
    task = await asked_for()
    alert = await Alert.get(task_id=task.id, member_id=first.id)
    await answer_alert(
        await principal_of_member(first.id), AnswerAlert(alert_id=alert.id, status=AlertStatus.DECLINED)
    )
    holder, action = await claimed(task, second)
    await settle_stale_alerts(NOW)

    await release_claim(holder, action)
    await run_due_waves(NOW)

    assert await asked_in(2, task) == []


@pytest.mark.parametrize("take_away", [revoke_claim, report_no_show])
async def test_who_lost_the_task_is_not_asked_again(take_away) -> None:
    first, second = await drivers(2)
    task = await asked_for()
    _, action = await claimed(task, first)
    await settle_stale_alerts(NOW)

    await take_away(await principal_for(Role.COORDINATOR), action)
    await run_due_waves(NOW)

    assert await asked_in(2, task) == [second]


async def test_who_let_a_claim_expire_is_not_asked_again() -> None:
    first, second = await drivers(2)
    task = await asked_for(starts_at=NOW)
    await claimed(task, first)
    await settle_stale_alerts(NOW)
    half_an_hour_later = NOW + timedelta(minutes=30)

    assert await expire_claims(half_an_hour_later) == 1
    await run_due_waves(half_an_hour_later)

    assert await asked_in(2, task) == [second]


async def test_after_a_declined_offer_those_who_were_asked_before_it_are_asked_again() -> None:
    first, second = await drivers(2)
    task = await asked_for()
    claim_id = await assign_task(
        await principal_for(Role.COORDINATOR), AssignTask(task_id=task.id, member_id=second.id)
    )
    await settle_stale_alerts(NOW)

    await decline_offer(await principal_of_member(second.id), ClaimAction(claim_id=claim_id))
    await run_due_waves(NOW)

    assert await asked_in(2, task) == [first]


async def test_a_release_before_the_alerts_were_withdrawn_asks_nobody_twice() -> None:
    first, second = await drivers(2)
    task = await asked_for()
    holder, action = await claimed(task, first)

    await release_claim(holder, action)
    while await settle_stale_alerts(NOW) + await run_due_waves(NOW):
        pass

    assert await waves(task) == [(1, 1, WaveStatus.WAITING)]
    assert await asked_in(1, task) == [first, second]


async def test_a_slot_of_several_that_opens_again_goes_on_with_the_wave_that_waits() -> None:
    first, *_ = await drivers(3)
    task = await asked_for(slots=2)
    holder, action = await claimed(task, first)
    await settle_stale_alerts(NOW)

    await release_claim(holder, action)
    assert await run_due_waves(NOW) == 0

    assert await waves(task) == [(1, 1, WaveStatus.WAITING)]


async def test_a_slot_of_several_that_opens_again_after_everybody_was_asked_is_a_new_reason() -> None:
    first, second = await drivers(2)
    task = await asked_for(slots=3)
    holder, action = await claimed(task, first)
    later = NOW + timedelta(minutes=10)
    while await run_due_waves(later):
        pass

    await release_claim(holder, action)
    await run_due_waves(later)

    assert await waves(task) == [(1, 1, WaveStatus.EXHAUSTED), (2, 2, WaveStatus.WAITING)]
    assert await asked_in(2, task) == [second]


async def test_nobody_is_asked_twice_for_one_reason_however_often_the_waves_go_on() -> None:
    everybody = await drivers(7)
    task = await asked_for()
    for minutes in (10, 20, 30, 40):
        while await run_due_waves(NOW + timedelta(minutes=minutes)):
            pass

    assert await asked_in(1, task) == everybody
    assert await Alert.filter(task_id=task.id).count() == 7


async def test_only_the_last_alert_counts_as_answered_with_yes() -> None:
    first, second = await drivers(2)
    task = await asked_for()
    holder, action = await claimed(task, first)
    await settle_stale_alerts(NOW)
    await release_claim(holder, action)
    await run_due_waves(NOW)

    await claimed(task, second)
    await settle_stale_alerts(NOW)

    alerts = await Alert.filter(member_id=second.id).order_by("rank")
    assert [(one.status, one.answered_at) for one in alerts] == [
        (AlertStatus.SENT, None),
        (AlertStatus.ACCEPTED, NOW),
    ]


async def test_a_withdrawal_still_on_its_way_does_not_take_back_the_new_alert() -> None:
    first, second = await drivers(2)
    task = await asked_for()
    holder, action = await claimed(task, first)
    await settle_stale_alerts(NOW)
    assert await Notification.filter(kind=NotificationKind.TASK_TAKEN, due_at=NOW).count() == 1

    await release_claim(holder, action)
    await run_due_waves(NOW)
    sender = MemorySender()
    await deliver_due(sender, NOW)

    withdrawal = await Notification.get(kind=NotificationKind.TASK_TAKEN)
    assert (withdrawal.member_id, withdrawal.due_at, withdrawal.failure) == (second.id, None, OVERTAKEN)
    assert [push.data["kind"] for push in sender.pushes] == ["TASK_ALERT"]


async def test_after_the_window_nobody_is_asked() -> None:
    (only,) = await drivers(1)
    task = await asked_for(starts_at=NOW)
    holder, action = await claimed(task, only)
    await settle_stale_alerts(NOW)

    with time_machine.travel(task.ends_at, tick=False):
        await release_claim(holder, action)

    await task.refresh_from_db()
    assert (task.status, await waves(task)) == ("OPEN", [(1, 1, WaveStatus.FILLED)])
