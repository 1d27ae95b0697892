"""After a claim or a cancellation: who said yes is noted, and everybody else's alert is withdrawn."""

import asyncio
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from kurir_api.auth import principal_of_member
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.settling import WITHDRAWN, settle_stale_alerts
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import (
    Alert,
    AlertStatus,
    ClaimStatus,
    Member,
    Notification,
    Role,
    Task,
    TaskStatus,
    Wave,
    WaveStatus,
)
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.release_claim import release_claim
from kurir_api.services.tasks.cancel_task import cancel_task
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from kurir_api.services.tasks.publish_task import TaskAction
from tests.factories import NOW, make_alert, make_claim, make_member, make_task, make_wave, principal_for

pytestmark = pytest.mark.usefixtures("db")
LICENCE = ("AMBULANCE_LICENCE",)
WITHDRAWABLE = (AlertStatus.SENT, AlertStatus.RECEIVED, AlertStatus.OPENED)


async def alerted(task: Task, status: AlertStatus, **values) -> Alert:
    """An alert in the task's wave; what is QUEUED has a notification waiting to be sent."""
    wave = await Wave.get_or_none(task_id=task.id) or await make_wave(task)
    alert = await make_alert(wave, await make_member(capabilities=LICENCE), status=status)
    if status == AlertStatus.QUEUED:
        await notify(
            NotificationKind.TASK_ALERT,
            [alert.member_id],
            task,
            regency_code=task.regency_code,
            now=NOW,
            alert_ids={alert.member_id: alert.id},
        )
        await Notification.filter(alert_id=alert.id).update(**values)
    return alert


async def claimed_by(member_id, task: Task) -> None:
    await claim_task(await principal_of_member(member_id), ClaimTask(task_id=task.id))


async def a_driver() -> Member:
    return await make_member(capabilities=LICENCE)


async def statuses(*alerts: Alert) -> list[AlertStatus]:
    return [(await Alert.get(id=alert.id)).status for alert in alerts]


async def told_to_withdraw() -> set[tuple[object, datetime, bool]]:
    """Alert, when due, and whether it is silent."""
    rows = await Notification.filter(kind=NotificationKind.TASK_TAKEN)
    return {(row.alert_id, row.due_at, row.silent) for row in rows}


async def test_the_losers_phones_are_told_silently_and_the_winner_is_noted() -> None:
    task = await make_task()
    won, *lost = [await alerted(task, status) for status in (AlertStatus.OPENED, *WITHDRAWABLE)]
    await claimed_by(won.member_id, task)

    assert await settle_stale_alerts(NOW) == 1

    assert await statuses(won, *lost) == [AlertStatus.ACCEPTED, *WITHDRAWABLE]
    assert await told_to_withdraw() == {(alert.id, NOW, True) for alert in lost}
    assert (await Wave.get(task_id=task.id)).status == WaveStatus.FILLED


async def test_an_alert_that_was_not_sent_yet_never_is() -> None:
    task = await make_task()
    queued = await alerted(task, AlertStatus.QUEUED)
    await claimed_by((await a_driver()).id, task)

    await settle_stale_alerts(NOW)

    assert await statuses(queued) == [AlertStatus.SUPPRESSED]
    notification = await Notification.get(alert_id=queued.id)
    assert (notification.due_at, notification.failure) == (None, WITHDRAWN)
    assert await told_to_withdraw() == set()


async def test_an_alert_that_is_being_sent_is_withdrawn_after_its_lease() -> None:
    lease = NOW + timedelta(seconds=40)
    task = await make_task()
    sending = await alerted(task, AlertStatus.QUEUED, attempts=1, leased_until=lease)
    await claimed_by((await a_driver()).id, task)

    await settle_stale_alerts(NOW)

    assert await statuses(sending) == [AlertStatus.SUPPRESSED]
    assert await told_to_withdraw() == {(sending.id, lease, True)}


async def test_an_alert_that_arrived_while_it_is_being_sent_is_withdrawn_like_any_other() -> None:
    lease = NOW + timedelta(seconds=40)
    task = await make_task()
    received = await alerted(task, AlertStatus.QUEUED, attempts=1, leased_until=lease)
    await Alert.filter(id=received.id).update(status=AlertStatus.RECEIVED)
    await claimed_by((await a_driver()).id, task)

    assert await settle_stale_alerts(NOW) == 1

    assert await statuses(received) == [AlertStatus.RECEIVED]
    assert await told_to_withdraw() == {(received.id, lease, True)}


async def test_who_declined_is_told_nothing() -> None:
    task = await make_task()
    declined = await alerted(task, AlertStatus.DECLINED)
    await claimed_by((await a_driver()).id, task)

    await settle_stale_alerts(NOW)

    assert (await statuses(declined), await told_to_withdraw()) == ([AlertStatus.DECLINED], set())


async def test_a_yes_is_noted_even_when_the_push_had_failed() -> None:
    task = await make_task()
    failed = await alerted(task, AlertStatus.FAILED)
    await claimed_by(failed.member_id, task)

    await settle_stale_alerts(NOW)

    assert await statuses(failed) == [AlertStatus.ACCEPTED]


async def test_while_slots_are_left_the_others_alerts_stand() -> None:
    task = await make_task(slots=2)
    first, second = await alerted(task, AlertStatus.SENT), await alerted(task, AlertStatus.SENT)
    await claimed_by(first.member_id, task)

    await settle_stale_alerts(NOW)

    assert await statuses(first, second) == [AlertStatus.ACCEPTED, AlertStatus.SENT]
    assert await told_to_withdraw() == set()
    assert (await Wave.get(task_id=task.id)).status == WaveStatus.WAITING


async def test_a_member_whom_the_task_was_offered_keeps_the_alert_unanswered() -> None:
    task = await make_task(status=TaskStatus.FILLED)
    offered = await alerted(task, AlertStatus.SENT)
    await make_claim(task, await Member.get(id=offered.member_id), ClaimStatus.OFFERED)

    await settle_stale_alerts(NOW)

    assert (await statuses(offered), await told_to_withdraw()) == ([AlertStatus.SENT], set())


async def test_a_cancelled_task_withdraws_every_alert_and_ends_its_wave() -> None:
    task = await make_task()
    sent = await alerted(task, AlertStatus.SENT)
    await cancel_task(await principal_for(Role.COORDINATOR), TaskAction(task_id=task.id))

    await settle_stale_alerts(NOW)

    assert await told_to_withdraw() == {(sent.id, NOW, True)}
    assert (await Wave.get(task_id=task.id)).status == WaveStatus.CANCELLED


async def test_a_task_released_before_it_was_settled_goes_on_looking() -> None:
    task = await make_task()
    sent = await alerted(task, AlertStatus.SENT)
    holder = await principal_of_member((await a_driver()).id)
    claim_id = await claim_task(holder, ClaimTask(task_id=task.id))
    await release_claim(holder, ClaimAction(claim_id=claim_id))

    await settle_stale_alerts(NOW)

    assert (await statuses(sent), await told_to_withdraw()) == ([AlertStatus.SENT], set())
    assert (await Wave.get(task_id=task.id)).status == WaveStatus.WAITING


async def test_a_phone_is_told_once_however_often_the_task_is_settled() -> None:
    task = await make_task()
    sent = await alerted(task, AlertStatus.SENT)
    await claimed_by((await a_driver()).id, task)
    await settle_stale_alerts(NOW)
    await Task.filter(id=task.id).update(alerts_stale=True)

    assert await settle_stale_alerts(NOW + timedelta(minutes=1)) == 1

    assert await told_to_withdraw() == {(sent.id, NOW, True)}
    assert await settle_stale_alerts(NOW) == 0


async def test_two_workers_settle_a_task_once() -> None:
    task = await make_task()
    await alerted(task, AlertStatus.SENT)
    await claimed_by((await a_driver()).id, task)

    assert sum(await asyncio.gather(settle_stale_alerts(NOW), settle_stale_alerts(NOW))) == 1

    assert await Notification.filter(kind=NotificationKind.TASK_TAKEN).count() == 1


async def test_a_task_that_fails_holds_up_no_other_and_comes_up_again() -> None:
    broken, sound = await make_task(kind="A_KIND_THAT_WAS_REMOVED", status=TaskStatus.CANCELLED), await make_task()
    await alerted(broken, AlertStatus.SENT)
    await Task.filter(id=broken.id).update(alerts_stale=True)
    await claimed_by((await a_driver()).id, sound)

    with capture_logs() as logs:
        assert await settle_stale_alerts(NOW) == 1

    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("settling failed", "error")]
    assert await Task.filter(alerts_stale=True).values_list("id", flat=True) == [broken.id]
