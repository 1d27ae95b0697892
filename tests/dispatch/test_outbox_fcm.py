"""The outbox with FCM's sender, against the stand-in: from rows to the wire and back into rows."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.outbox import deliver_due
from kurir_api.dispatch.senders import SenderConfig
from kurir_api.dispatch.senders.fcm import FcmSender
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import AlertStatus, Device, Notification
from tests.dispatch.outgoing import alerted, ending, now_is, waiting
from tests.factories import NOW, make_alert, make_device, make_member, make_task, make_wave
from tests.fcm_stand_in import (
    ACCEPTED,
    BAD_GATEWAY,
    HANGS,
    INVALID_ARGUMENT,
    PERMISSION_DENIED,
    PROJECT,
    SENDER_ID_MISMATCH,
    UNAVAILABLE,
    UNREGISTERED,
    FcmStandIn,
    StandInCredentials,
    quota_exceeded,
)
from tests.ids import id_of

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def hasty_sender(url: str, credentials: StandInCredentials) -> AsyncIterator[FcmSender]:
    """Gives a message up after a quarter of a second."""
    sender = FcmSender(SenderConfig(credentials, PROJECT), endpoint=url, deadline=timedelta(seconds=0.25))
    yield sender
    await sender.close()


async def test_an_alert_reaches_the_phone_as_the_member_is_to_read_it(sender: FcmSender, fcm: FcmStandIn) -> None:
    task = await make_task(number=4821)
    member = await make_member(locale="en")
    await make_device(member, "phone")
    alert = await make_alert(await make_wave(task), member)
    await notify(
        NotificationKind.TASK_ALERT,
        [member.id],
        task,
        regency_code=task.regency_code,
        now=NOW,
        alert_ids={member.id: alert.id},
        distances_m={member.id: 2149.6},
        urgent=True,
    )

    await deliver_due(sender, NOW)

    message = fcm.received[0].json["message"]
    notification = await Notification.get()
    assert message["token"] == "phone"
    assert message["notification"] == {
        "title": "Urgent: Ambulance run needed · 2.1 km",
        "body": "Karangnangka, Kedungbanteng · Tue 24 Nov 07:00 WIB · No. 4821",
    }
    assert message["data"] == {
        "kind": "TASK_ALERT",
        "taskId": id_of(task),
        "alertId": id_of(alert),
        "notificationId": id_of(notification),
        "collapseKey": str(task.id),
    }
    assert (message["android"]["priority"], message["android"]["ttl"]) == ("high", "93600s")
    assert (await now_is(alert)) == (AlertStatus.SENT, NOW)


async def test_a_token_that_fcm_has_forgotten_takes_its_device_with_it(sender: FcmSender, fcm: FcmStandIn) -> None:
    notification = await waiting("old", "new")
    fcm.answers["old"] = UNREGISTERED

    await deliver_due(sender, NOW)

    assert await Device.all().values_list("token", flat=True) == ["new"]
    assert await ending(notification) == (None, NOW, None, 1)


async def test_a_message_that_fcm_refuses_fails_with_its_words(sender: FcmSender, fcm: FcmStandIn) -> None:
    alert, notification = await alerted("phone")
    fcm.answers["phone"] = INVALID_ARGUMENT

    await deliver_due(sender, NOW)

    assert await ending(notification) == (None, None, "INVALID_ARGUMENT: The message is malformed.", 1)
    assert await now_is(alert) == (AlertStatus.FAILED, None)


async def test_one_line_tells_how_many_were_not_sent_and_why(sender: FcmSender, fcm: FcmStandIn) -> None:
    fcm.answers = {"lost": SENDER_ID_MISMATCH, "strange": SENDER_ID_MISMATCH, "later": PERMISSION_DENIED}
    await waiting("lost", "phone")
    await waiting("strange", "later")

    with capture_logs() as logs:
        await deliver_due(sender, NOW)

    assert logs == [
        {
            "event": "not sent",
            "log_level": "warning",
            "channel": "push",
            "codes": {"SENDER_ID_MISMATCH": 2, "PERMISSION_DENIED": 1},
        }
    ]


async def test_when_fcm_says_how_long_to_wait_it_is_left_alone_so_long(sender: FcmSender, fcm: FcmStandIn) -> None:
    notification = await waiting("phone")
    fcm.answers["phone"] = [quota_exceeded("90"), ACCEPTED]

    await deliver_due(sender, NOW, chance=lambda: 0.5)
    assert await ending(notification) == (NOW + timedelta(seconds=92.5), None, None, 1)
    await deliver_due(sender, NOW + timedelta(seconds=92.5))

    assert await ending(notification) == (None, NOW + timedelta(seconds=92.5), None, 2)


async def test_a_message_that_hangs_is_sent_again(hasty_sender: FcmSender, fcm: FcmStandIn) -> None:
    notification = await waiting("phone")
    fcm.answers["phone"] = [HANGS]

    await deliver_due(hasty_sender, NOW, chance=lambda: 0.0)

    assert await ending(notification) == (NOW, None, None, 1)
    await deliver_due(hasty_sender, NOW)
    assert await ending(notification) == (None, NOW, None, 2)


async def test_a_missing_permission_or_credential_costs_neither_alerts_nor_devices(
    sender: FcmSender, fcm: FcmStandIn, credentials: StandInCredentials
) -> None:
    alert, notification = await alerted("phone")
    credentials.google.refuses = True
    await deliver_due(sender, NOW, chance=lambda: 0.0)
    credentials.google.refuses = False
    fcm.answers["phone"] = [PERMISSION_DENIED]
    await deliver_due(sender, NOW, chance=lambda: 0.0)

    assert await ending(notification) == (NOW, None, None, 2)
    assert await now_is(alert) == (AlertStatus.QUEUED, None)
    await deliver_due(sender, NOW)

    assert await ending(notification) == (None, NOW, None, 3)
    assert await Device.all().count() == 1


async def test_whatever_fcm_does_every_notification_is_sent_or_ends_with_a_reason(
    hasty_sender: FcmSender, fcm: FcmStandIn
) -> None:
    fate = random.Random(5)
    faults = [UNAVAILABLE, HANGS, BAD_GATEWAY, quota_exceeded("1")]
    for number in range(70):
        fcm.answers[f"phone {number}"] = fate.choices(faults, [6, 1, 6, 6], k=fate.randint(0, 2))
    fcm.answers |= {"gone": UNREGISTERED, "malformed": INVALID_ARGUMENT, "over quota": quota_exceeded()}
    rows = {token: await waiting(token) for token in fcm.answers}
    now = NOW
    while await Notification.filter(due_at__isnull=False).exists():
        if not await deliver_due(hasty_sender, now):
            now += timedelta(minutes=1)

    ends = {token: await ending(row) for token, row in rows.items()}
    assert {token: failure for token, (_, sent_at, failure, _) in ends.items() if sent_at is None} == {
        "gone": "no device",
        "malformed": "INVALID_ARGUMENT: The message is malformed.",
        "over quota": "QUOTA_EXCEEDED: Quota exceeded.",
    }
    assert ends["over quota"][3] == 12
    assert set(fcm.tokens()) == set(rows)
    assert not await Device.filter(token="gone").exists()
