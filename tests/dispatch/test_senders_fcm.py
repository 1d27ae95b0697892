"""FCM: real requests to a stand-in, to the exact JSON on the wire."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import firebase_admin
import pytest
import time_machine

from kurir_api.dispatch.senders import Delivery, Outcome, Push, SenderConfig, retry_after, sender_named
from kurir_api.dispatch.senders.fcm import IN_FLIGHT, FcmSender, delivery_of
from tests.fcm_stand_in import (
    ACCEPTED,
    BAD_GATEWAY,
    HANGS,
    INVALID_ARGUMENT,
    NO_SUCH_PROJECT,
    PERMISSION_DENIED,
    PROJECT,
    SENDER_ID_MISMATCH,
    UNAVAILABLE,
    UNREGISTERED,
    Answer,
    FcmStandIn,
    StandInCredentials,
    quota_exceeded,
)

NOW = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
ALERT = Push(
    notification_id=UUID("0190a6c0-0000-7000-8000-000000000001"),
    token="phone-1:APA91b",
    title="Ambulans dibutuhkan · 2,1 km",
    body="Karangnangka, Kedungbanteng · Min 22 Nov 07.00 WIB · No. 4821",
    data={"kind": "TASK_ALERT", "taskId": "VGFzazo3"},
    collapse_key="task:7",
    ttl=timedelta(hours=2),
    urgent=True,
    silent=False,
)
NOTIFICATION_ID = "Tm90aWZpY2F0aW9uOjAxOTBhNmMwLTAwMDAtNzAwMC04MDAwLTAwMDAwMDAwMDAwMQ=="
"""As the API says it: base64 of "Notification:0190a6c0-0000-7000-8000-000000000001"."""

SENT = Delivery(Outcome.SENT)


@pytest.fixture
async def hasty_sender(url: str, credentials: StandInCredentials) -> AsyncIterator[FcmSender]:
    """Gives a message up after a fifth of a second."""
    sender = FcmSender(SenderConfig(credentials, PROJECT), endpoint=url, deadline=timedelta(seconds=0.2))
    yield sender
    await sender.close()


# ---------------------------------------------------------------- the wire


@time_machine.travel(NOW, tick=False)
async def test_an_urgent_alert_is_high_priority_and_expires_with_its_window(
    sender: FcmSender, fcm: FcmStandIn
) -> None:
    assert await sender.send([ALERT]) == [SENT]
    assert [(received.project, received.authorization) for received in fcm.received] == [(PROJECT, "Bearer access-1")]
    assert fcm.received[0].json == {
        "message": {
            "token": "phone-1:APA91b",
            "data": {
                "kind": "TASK_ALERT",
                "taskId": "VGFzazo3",
                "notificationId": NOTIFICATION_ID,
                "collapseKey": "task:7",
            },
            "notification": {
                "title": "Ambulans dibutuhkan · 2,1 km",
                "body": "Karangnangka, Kedungbanteng · Min 22 Nov 07.00 WIB · No. 4821",
            },
            "android": {
                "collapse_key": "task:7",
                "priority": "high",
                "ttl": "7200s",
                "notification": {"tag": "task:7"},
            },
            "apns": {
                "headers": {
                    "apns-collapse-id": "task:7",
                    "apns-expiration": "1795312800",
                    "apns-priority": "10",
                    "apns-push-type": "alert",
                },
                "payload": {"aps": {"sound": "default"}},
            },
        }
    }


@time_machine.travel(NOW, tick=False)
async def test_an_alert_that_is_not_urgent_is_normal_priority(sender: FcmSender, fcm: FcmStandIn) -> None:
    assert await sender.send([replace(ALERT, urgent=False, ttl=timedelta(days=2))]) == [SENT]
    message = fcm.received[0].json["message"]
    assert message["notification"] == {"title": ALERT.title, "body": ALERT.body}
    assert message["android"] == {
        "collapse_key": "task:7",
        "priority": "normal",
        "ttl": "172800s",
        "notification": {"tag": "task:7"},
    }
    assert message["apns"] == {
        "headers": {
            "apns-collapse-id": "task:7",
            "apns-expiration": "1795478400",
            "apns-priority": "5",
            "apns-push-type": "alert",
        },
        "payload": {"aps": {"sound": "default"}},
    }


@time_machine.travel(NOW, tick=False)
async def test_a_silent_withdrawal_carries_data_alone_and_is_never_high_priority(
    sender: FcmSender, fcm: FcmStandIn
) -> None:
    assert await sender.send([replace(ALERT, data={"kind": "TASK_TAKEN"}, silent=True)]) == [SENT]
    assert fcm.received[0].json == {
        "message": {
            "token": "phone-1:APA91b",
            "data": {
                "kind": "TASK_TAKEN",
                "notificationId": NOTIFICATION_ID,
                "collapseKey": "task:7",
            },
            "android": {"collapse_key": "task:7", "priority": "normal", "ttl": "7200s"},
            "apns": {
                "headers": {
                    "apns-collapse-id": "task:7",
                    "apns-expiration": "1795312800",
                    "apns-priority": "5",
                    "apns-push-type": "background",
                },
                "payload": {"aps": {"content-available": 1}},
            },
        }
    }


async def test_an_installation_id_is_addressed_as_one(sender: FcmSender, fcm: FcmStandIn) -> None:
    assert await sender.send([replace(ALERT, token="dPQ3kHkzRkmBb3-vQ_xYz1")]) == [SENT]
    message = fcm.received[0].json["message"]
    assert message["fid"] == "dPQ3kHkzRkmBb3-vQ_xYz1"
    assert "token" not in message


@pytest.mark.parametrize(
    ("ttl", "on_the_wire"),
    [(timedelta(seconds=-1), "0s"), (timedelta(days=28), "2419200s"), (timedelta(days=29), "2419200s")],
)
async def test_the_lifetime_stays_within_what_fcm_accepts(
    sender: FcmSender, fcm: FcmStandIn, ttl: timedelta, on_the_wire: str
) -> None:
    assert await sender.send([replace(ALERT, ttl=ttl)]) == [SENT]
    assert fcm.received[0].json["message"]["android"]["ttl"] == on_the_wire


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            UNREGISTERED,
            Delivery(Outcome.TOKEN_GONE, "UNREGISTERED: Requested entity was not found."),
        ),
        (SENDER_ID_MISMATCH, Delivery(Outcome.TOKEN_GONE, "SENDER_ID_MISMATCH: SenderId mismatch")),
        (INVALID_ARGUMENT, Delivery(Outcome.FAILED, "INVALID_ARGUMENT: The message is malformed.")),
        (quota_exceeded(), Delivery(Outcome.RETRY, "QUOTA_EXCEEDED: Quota exceeded.")),
        (
            quota_exceeded("90"),
            Delivery(Outcome.RETRY, "QUOTA_EXCEEDED: Quota exceeded.", timedelta(seconds=90)),
        ),
        (
            quota_exceeded("Sun, 22 Nov 2026 00:02:30 GMT"),
            Delivery(Outcome.RETRY, "QUOTA_EXCEEDED: Quota exceeded.", timedelta(seconds=150)),
        ),
        (
            BAD_GATEWAY,
            Delivery(Outcome.RETRY, "HTTP 502"),
        ),
        (UNAVAILABLE, Delivery(Outcome.RETRY, "UNAVAILABLE: The server is overloaded.")),
        # Our own faults, which must cost nobody a device.
        (PERMISSION_DENIED, Delivery(Outcome.RETRY, "PERMISSION_DENIED: Permission denied on the project.")),
        (NO_SUCH_PROJECT, Delivery(Outcome.RETRY, "NOT_FOUND: Requested entity was not found.")),
        (Answer(200, body=b"{}"), Delivery(Outcome.RETRY, "FCM's answer names no message")),
    ],
    ids=[
        "unregistered",
        "another project's token",
        "invalid",
        "quota",
        "quota, seconds",
        "quota, date",
        "bad gateway",
        "overloaded",
        "no permission",
        "no such project",
        "empty success",
    ],
)
@time_machine.travel(NOW, tick=False)
async def test_each_answer_says_what_to_do_next(
    sender: FcmSender, fcm: FcmStandIn, answer: Answer, expected: Delivery
) -> None:
    fcm.answers[ALERT.token] = answer
    assert await sender.send([ALERT]) == [expected]
    assert fcm.tokens() == [ALERT.token]


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"error": "?"}', b'{"error": {"details": 1}}'])
def test_an_answer_of_another_shape_is_tried_again(body: bytes) -> None:
    assert delivery_of(500, body, {"Retry-After": "7"}, NOW) == Delivery(
        Outcome.RETRY, "HTTP 500" + ": " * (b"details" in body), timedelta(seconds=7)
    )


def test_a_reason_fits_its_column() -> None:
    body = b'{"error": {"status": "UNKNOWN", "message": "%s"}}' % (b"x" * 300)
    assert delivery_of(500, body, {}, NOW).reason == "UNKNOWN: " + "x" * 191


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("0", timedelta(0)),
        (" 30 ", timedelta(seconds=30)),
        ("Sun, 22 Nov 2026 00:00:45 GMT", timedelta(seconds=45)),
        ("Sat, 21 Nov 2026 23:59:00 GMT", timedelta(0)),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_never_in_the_past(
    header: str | None, expected: timedelta | None
) -> None:
    assert retry_after(header, NOW) == expected


async def test_a_message_that_hangs_is_retried_and_costs_the_others_nothing(
    hasty_sender: FcmSender, fcm: FcmStandIn
) -> None:
    fcm.answers = {"hangs": HANGS, "gone": UNREGISTERED}
    deliveries = await hasty_sender.send([replace(ALERT, token=token) for token in ("hangs", "fine", "gone")])
    assert deliveries == [
        Delivery(Outcome.RETRY, "no answer within 0.2 s"),
        SENT,
        Delivery(Outcome.TOKEN_GONE, "UNREGISTERED: Requested entity was not found."),
    ]


async def test_a_fault_is_left_to_the_outbox_to_try_again(sender: FcmSender, fcm: FcmStandIn) -> None:
    fcm.answers[ALERT.token] = [UNAVAILABLE, ACCEPTED]
    assert await sender.send([ALERT]) == [Delivery(Outcome.RETRY, "UNAVAILABLE: The server is overloaded.")]
    assert await sender.send([ALERT]) == [SENT]


async def test_a_vendor_out_of_reach_is_tried_again(credentials: StandInCredentials) -> None:
    sender = FcmSender(SenderConfig(credentials, PROJECT), endpoint="http://127.0.0.1:1")
    assert await sender.send([ALERT]) == [Delivery(Outcome.RETRY, "ClientConnectorError")]
    await sender.close()


async def test_a_malformed_message_fails_alone_and_is_not_sent(sender: FcmSender, fcm: FcmStandIn) -> None:
    deliveries = await sender.send([replace(ALERT, token=""), ALERT])
    assert deliveries == [Delivery(Outcome.FAILED, "ValueError: Message.token must be a non-empty string."), SENT]
    assert fcm.tokens() == [ALERT.token]


# ---------------------------------------------------------------- many, credentials, closing


async def test_answers_keep_the_order_of_many_and_few_are_in_flight(sender: FcmSender, fcm: FcmStandIn) -> None:
    tokens = [f"phone-{number}" for number in range(450)]
    fcm.otherwise = lambda token: UNREGISTERED if int(token.removeprefix("phone-")) % 7 == 3 else ACCEPTED
    deliveries = await sender.send([replace(ALERT, token=token) for token in tokens])
    gone = [number for number, delivery in enumerate(deliveries) if delivery.outcome is Outcome.TOKEN_GONE]
    assert len(deliveries) == 450
    assert gone == list(range(3, 450, 7))
    assert sorted(fcm.tokens()) == sorted(tokens)
    assert fcm.most_in_flight <= IN_FLIGHT


async def test_nothing_to_send_asks_nobody(
    sender: FcmSender, fcm: FcmStandIn, credentials: StandInCredentials
) -> None:
    assert await sender.send([]) == []
    assert fcm.received == []
    assert credentials.google.refreshes == 0


async def test_a_refused_credential_makes_the_whole_batch_wait(
    sender: FcmSender, fcm: FcmStandIn, credentials: StandInCredentials
) -> None:
    credentials.google.refuses = True
    refused = Delivery(Outcome.RETRY, "RefreshError: invalid_grant: Invalid JWT Signature.")
    assert await sender.send([ALERT, ALERT, ALERT]) == [refused, refused, refused]
    assert fcm.received == []
    assert credentials.google.refreshes == 1

    credentials.google.refuses = False
    assert await sender.send([ALERT]) == [SENT]


async def test_a_credential_is_refreshed_once_for_all_messages(
    sender: FcmSender, credentials: StandInCredentials
) -> None:
    assert await sender.send([ALERT, ALERT]) == [SENT, SENT]
    assert await sender.send([ALERT]) == [SENT]
    assert credentials.google.refreshes == 1


async def test_a_credential_fcm_no_longer_takes_is_refreshed(
    sender: FcmSender, fcm: FcmStandIn, credentials: StandInCredentials
) -> None:
    fcm.answers[ALERT.token] = [Answer(401, "UNAUTHENTICATED", message="Request had invalid credentials."), ACCEPTED]
    assert await sender.send([ALERT]) == [SENT]
    assert [received.authorization for received in fcm.received] == ["Bearer access-1", "Bearer access-2"]


async def test_a_refresh_that_fails_midway_is_retried(
    sender: FcmSender, fcm: FcmStandIn, credentials: StandInCredentials
) -> None:
    assert await sender.send([ALERT]) == [SENT]
    credentials.google.refuses = True
    fcm.answers[ALERT.token] = Answer(401, "UNAUTHENTICATED", message="Request had invalid credentials.")
    refused = Delivery(Outcome.RETRY, "RefreshError: invalid_grant: Invalid JWT Signature.")
    assert await sender.send([ALERT]) == [refused]


async def test_a_credential_that_fcm_never_takes_is_ours_to_mend(sender: FcmSender, fcm: FcmStandIn) -> None:
    fcm.answers[ALERT.token] = Answer(401, "UNAUTHENTICATED", message="Request had invalid credentials.")
    assert await sender.send([ALERT]) == [Delivery(Outcome.RETRY, "UNAUTHENTICATED: FCM takes no credential of ours")]
    assert len(fcm.received) == 2


async def test_a_closed_sender_leaves_no_app_behind_and_loses_nothing(
    url: str, fcm: FcmStandIn, credentials: StandInCredentials
) -> None:
    sender = FcmSender(SenderConfig(credentials, PROJECT), endpoint=url)
    other = FcmSender(SenderConfig(credentials, PROJECT), endpoint=url)
    assert await sender.send([ALERT]) == [SENT]
    await sender.close()
    await sender.close()
    assert await sender.send([ALERT]) == [Delivery(Outcome.RETRY, "the sender is closed")]
    assert await other.send([ALERT]) == [SENT]
    await other.close()
    assert len(fcm.received) == 2


def test_no_app_exists_before_a_sender_is_made() -> None:
    with pytest.raises(ValueError, match="The default Firebase app does not exist"):
        firebase_admin.get_app()


def test_a_sender_without_a_project_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ValueError, match="FCM needs a project: set the project id"):
        sender_named("fcm", credentials=StandInCredentials())


async def test_the_sender_is_found_by_its_name(credentials: StandInCredentials) -> None:
    sender = sender_named("fcm", credentials=credentials, project_id=PROJECT)
    assert isinstance(sender, FcmSender)
    await sender.close()
