"""The in-memory twin, the log sender, and how senders are found."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from kurir_api.dispatch.senders import Delivery, Outcome, Push, sender_named, sender_names
from kurir_api.dispatch.senders.memory import MemorySender

ALERT = Push(
    notification_id=UUID("0190a6c0-0000-7000-8000-000000000001"),
    token="phone-1",
    title="Ambulans dibutuhkan · 2,1 km",
    body="Karangnangka, Kedungbanteng · Min 22 Nov 07.00 WIB · No. 4821",
    data={"kind": "TASK_ALERT"},
    collapse_key="task:7",
    ttl=timedelta(hours=2),
    urgent=True,
    silent=False,
)
WITHDRAWAL = replace(ALERT, data={"kind": "TASK_TAKEN"}, silent=True)
SENT = Delivery(Outcome.SENT)
AT = ("phone-1", "task:7")


async def test_a_phone_shows_what_it_was_sent() -> None:
    sender = MemorySender()
    assert await sender.send([ALERT]) == [SENT]
    assert sender.pushes == [ALERT]
    assert sender.shown == {AT: ALERT}


async def test_a_later_push_with_the_same_collapse_key_replaces_the_shown_one() -> None:
    sender = MemorySender()
    later = replace(ALERT, title="Ambulans dibutuhkan · 2,2 km")
    await sender.send([ALERT, later])
    assert sender.shown == {AT: later}


async def test_a_silent_push_withdraws_that_notification_on_that_phone_alone() -> None:
    sender = MemorySender()
    another_task = replace(ALERT, collapse_key="task:8")
    another_phone = replace(ALERT, token="phone-2")
    assert await sender.send([ALERT, another_task, another_phone, WITHDRAWAL]) == [SENT, SENT, SENT, SENT]
    assert sender.shown == {("phone-1", "task:8"): another_task, ("phone-2", "task:7"): another_phone}
    assert sender.pushes == [ALERT, another_task, another_phone, WITHDRAWAL]


async def test_a_silent_push_for_nothing_shown_is_harmless() -> None:
    sender = MemorySender()
    assert await sender.send([WITHDRAWAL]) == [SENT]
    assert sender.shown == {}


async def test_answers_are_given_per_token_in_order_and_a_failed_push_shows_nothing() -> None:
    sender = MemorySender()
    gone = Delivery(Outcome.TOKEN_GONE, "unregistered")
    later = Delivery(Outcome.RETRY, "busy", timedelta(seconds=30))
    sender.answers = {"phone-2": gone, "phone-3": later}
    pushes = [replace(ALERT, token=token) for token in ("phone-3", "phone-1", "phone-2")]
    assert await sender.send(pushes) == [later, SENT, gone]
    assert sender.shown == {AT: ALERT}
    assert sender.pushes == pushes


async def test_a_withdrawal_that_fails_leaves_the_notification_shown() -> None:
    sender = MemorySender()
    await sender.send([ALERT])
    sender.answers["phone-1"] = Delivery(Outcome.RETRY, "busy")
    await sender.send([WITHDRAWAL])
    assert sender.shown == {AT: ALERT}


async def test_a_closed_sender_asks_to_try_again() -> None:
    sender = MemorySender()
    await sender.close()
    assert await sender.send([ALERT]) == [Delivery(Outcome.RETRY, "the sender is closed")]
    assert sender.pushes == []
    assert sender.shown == {}


async def test_the_log_names_the_phone_only_by_a_hash() -> None:
    sender = sender_named("log")
    with capture_logs() as logs:
        assert await sender.send([ALERT, WITHDRAWAL]) == [SENT, SENT]
    await sender.close()
    assert logs[0] == {
        "event": "push",
        "log_level": "info",
        "notification_id": "0190a6c0-0000-7000-8000-000000000001",
        "kind": "TASK_ALERT",
        "collapse_key": "task:7",
        "token_hash": "aba4c53b97d1",
        "urgent": True,
        "silent": False,
        "title": "Ambulans dibutuhkan · 2,1 km",
        "body": "Karangnangka, Kedungbanteng · Min 22 Nov 07.00 WIB · No. 4821",
    }
    assert [(log["kind"], log["silent"]) for log in logs] == [("TASK_ALERT", False), ("TASK_TAKEN", True)]
    assert "phone-1" not in str(logs)


def test_senders_are_the_files_of_their_folder() -> None:
    assert sender_names() == ["fcm", "log", "memory"]
    assert isinstance(sender_named("memory"), MemorySender)


def test_an_unknown_sender_is_refused_with_the_known_names() -> None:
    with pytest.raises(ValueError, match=r"^no push sender is called 'sms'; known are fcm, log, memory$"):
        sender_named("sms")
