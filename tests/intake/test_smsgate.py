"""POST /intake/smsgate: only what the office's phone signed, lately, and each message once."""

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any

import httpx
import pytest

from kurir_api.models import Claim, InboundMessage, Notification
from kurir_api.settings import Settings
from tests.api import Api
from tests.factories import make_member, make_task
from tests.intake.conftest import SIGNING_KEY, nothing_was_taken, worked

URL = "/intake/smsgate"
PHONE = "+6281211112222"


@cache
def just_now() -> str:
    """When the phone got the SMS: the same, however often it delivers it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def event(text: str = "AMBIL 4821", **payload: Any) -> bytes:
    """What the phone posts when it gets an SMS."""
    message = {
        "messageId": "abc123",
        "message": text,
        "sender": PHONE,
        "recipient": None,
        "phoneNumber": PHONE,
        "simNumber": 1,
        "receivedAt": just_now(),
    }
    return json.dumps(
        {
            "deviceId": "ffffffffceb0b1db0000018e937c815b",
            "event": "sms:received",
            "id": "Ey6ECgOkVVFjz3CL48B8C",
            "payload": message | payload,
            "webhookId": "w1",
        }
    ).encode()


def signed(body: bytes, at: float | None = None, key: str = SIGNING_KEY) -> dict[str, str]:
    timestamp = str(int(time.time() if at is None else at))
    signature = hmac.new(key.encode(), body + timestamp.encode(), hashlib.sha256).hexdigest()
    return {"X-Signature": signature, "X-Timestamp": timestamp, "Content-Type": "application/json"}


async def post(intake: httpx.AsyncClient, body: bytes, headers: dict[str, str] | None = None) -> int:
    """The answer's status; a worker has done its part, too."""
    response = await intake.post(URL, content=body, headers=signed(body) if headers is None else headers)
    await worked()
    return response.status_code


async def test_a_members_reply_is_stored_done_and_answered_by_a_text(intake: httpx.AsyncClient) -> None:
    driver = await make_member(phone=PHONE, capabilities=("AMBULANCE_LICENCE",))
    await make_task(number=4821)

    assert await post(intake, event()) == 200

    assert (await Claim.get()).member_id == driver.id
    answer = await Notification.get(kind="REPLY_TAKEN")
    assert (answer.channel, answer.member_id) == ("fallback", driver.id)


async def test_a_redelivery_changes_nothing(intake: httpx.AsyncClient) -> None:
    await make_member(phone=PHONE, capabilities=("AMBULANCE_LICENCE",))
    await make_task(number=4821)

    # The phone signs every attempt anew, under another event id.
    assert [await post(intake, event()) for _ in range(10)] == [200] * 10

    assert await InboundMessage.all().count() == 1
    assert await Notification.filter(kind="REPLY_TAKEN").count() == 1


async def test_the_same_words_later_are_another_message(intake: httpx.AsyncClient) -> None:
    await make_member(phone=PHONE)

    await post(intake, event())
    await post(intake, event(receivedAt=datetime.now(UTC).isoformat(timespec="milliseconds")))

    assert await InboundMessage.all().count() == 2


@pytest.mark.parametrize("minutes", [31, 60 * 24 * 365])
async def test_a_text_that_waited_somewhere_for_too_long_is_not_done_and_its_member_hears_so(
    intake: httpx.AsyncClient, minutes: int
) -> None:
    await make_member(phone=PHONE, capabilities=("AMBULANCE_LICENCE",))
    await make_task(number=4821)
    then = datetime.now(timezone(timedelta(hours=7))) - timedelta(minutes=minutes)

    assert await post(intake, event(receivedAt=then.isoformat())) == 200

    assert await Claim.all().count() == 0
    assert await Notification.all().values_list("kind", flat=True) == ["REPLY_REFUSED"]


@pytest.mark.parametrize("received_at", [None, 7, "", "yesterday", "2026-11-23T09:00:00"])
async def test_without_a_time_that_can_be_read_it_counts_as_new(
    intake: httpx.AsyncClient, received_at: object
) -> None:
    await make_member(phone=PHONE, capabilities=("AMBULANCE_LICENCE",))
    await make_task(number=4821)

    await post(intake, event(receivedAt=received_at))

    assert await Claim.all().count() == 1


async def test_an_older_phone_says_the_sender_otherwise(intake: httpx.AsyncClient) -> None:
    driver = await make_member(phone=PHONE, capabilities=("AMBULANCE_LICENCE",))
    await make_task(number=4821)

    assert await post(intake, event(sender=None, phoneNumber="081211112222")) == 200

    assert (await Claim.get()).member_id == driver.id


@pytest.mark.parametrize("seconds", [-299, 0, 299])
async def test_five_minutes_of_delay_or_of_wrong_clock_are_fine(intake: httpx.AsyncClient, seconds: int) -> None:
    body = event()

    assert await post(intake, body, signed(body, time.time() + seconds)) == 200


@pytest.mark.parametrize("seconds", [-302, 302, -86_400])
async def test_a_stale_signature_is_refused(intake: httpx.AsyncClient, seconds: int) -> None:
    body = event()

    assert await post(intake, body, signed(body, time.time() + seconds)) == 401
    assert await nothing_was_taken()


@pytest.mark.parametrize(
    "change",
    [
        {"X-Signature": ""},
        {"X-Signature": "0" * 64},
        {"X-Signature": "sha256=" + "0" * 64},
        {"X-Timestamp": ""},
        {"X-Timestamp": "now"},
        {"X-Timestamp": "-1"},
        {"X-Timestamp": "9" * 400},
    ],
)
async def test_a_signature_or_time_that_is_none_is_refused(intake: httpx.AsyncClient, change: dict[str, str]) -> None:
    body = event()

    assert await post(intake, body, signed(body) | change) == 401
    assert await nothing_was_taken()


async def test_headers_of_other_bytes_are_refused_like_any_others(intake: httpx.AsyncClient) -> None:
    body = event()
    headers = [(b"X-Signature", "tanda tangan é".encode("latin-1")), (b"X-Timestamp", "١٢٣".encode())]

    response = await intake.post(URL, content=body, headers=headers)

    assert response.status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b'{"event": "sms:delivered", "payload": {"messageId": "x"}}',
        b'{"event": "system:ping", "payload": {"health": {}}}',
        event(sender="TELKOMSEL", phoneNumber="TELKOMSEL"),
        event(sender="3636", phoneNumber="3636"),
        event(" "),
    ],
    ids=["delivered", "ping", "an operator", "a short number", "no words"],
)
async def test_what_is_signed_but_no_message_is_passed_over(intake: httpx.AsyncClient, body: bytes) -> None:
    assert await post(intake, body) == 200
    assert await nothing_was_taken()


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"\xff\xfe", b'{"a": NaN}', b'{"message": "\\ud800"}', b"[" * 5_000, b"[]", b"null", b'"AMBIL"'),
        b'{"event": "sms:received"}',
        b'{"event": "sms:received", "payload": []}',
        b'{"event": "sms:received", "payload": {"message": 7}}',
        event(sender=None, phoneNumber=None),
    ],
)
async def test_what_is_not_what_the_phone_sends_is_refused(intake: httpx.AsyncClient, body: bytes) -> None:
    assert await post(intake, body) == 400
    assert await nothing_was_taken()


async def test_odd_words_break_nothing(intake: httpx.AsyncClient) -> None:
    await make_member(phone=PHONE)

    for number, words in enumerate(["\0", "😀" * 1_000, "'; DROP TABLE member; --"]):
        assert await post(intake, event(words, messageId=f"m{number}")) == 200

    kinds = await Notification.all().order_by("id").values_list("kind", flat=True)
    assert kinds == ["REPLY_HELP", "REPORT_RECEIVED"]


async def test_a_body_that_is_too_large_is_refused(intake: httpx.AsyncClient) -> None:
    assert await post(intake, event("a" * 64 * 1024)) == 413
    assert await nothing_was_taken()


async def test_it_answers_post_only(intake: httpx.AsyncClient) -> None:
    assert (await intake.get(URL)).status_code == 403
    assert (await intake.put(URL)).status_code == 405


async def test_a_channel_that_is_not_set_up_does_not_exist(api: Api, settings: Settings) -> None:
    async with httpx.AsyncClient(base_url=api.url) as client:
        for channel in ("smsgate", "whatsapp", "messenger", "webhook", "telegram"):
            body = event()
            assert (await client.post(f"/intake/{channel}", content=body, headers=signed(body))).status_code == 404
