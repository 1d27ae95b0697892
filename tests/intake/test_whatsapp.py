"""/intake/whatsapp: Meta makes sure of us by GET, and delivers signed batches by POST."""

import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import pytest

from kurir_api.models import Claim, InboundMessage, Notification
from tests.factories import make_member, make_task
from tests.intake.conftest import APP_SECRET, VERIFY_TOKEN

URL = "/intake/whatsapp"
PHONE = "+6281211112222"


def text(
    words: str = "AMBIL 4821",
    message_id: str = "wamid.1",
    sender: str | None = "6281211112222",
    age_seconds: int = 0,
) -> dict:
    """One message, as Meta has it."""
    message = {
        "id": message_id,
        "timestamp": str(int(time.time()) - age_seconds),
        "type": "text",
        "text": {"body": words},
    }
    return message | ({"from": sender} if sender else {})


def batch(*messages: Any, **value: Any) -> bytes:
    """What Meta posts."""
    change = {
        "field": "messages",
        "value": {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "62281123456", "phone_number_id": "106540352242922"},
            "contacts": [{"profile": {"name": "Sri"}, "wa_id": "6281211112222"}],
            "messages": list(messages),
        }
        | value,
    }
    account = {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [change]}]}
    return json.dumps(account).encode()


def signed(body: bytes, secret: str = APP_SECRET) -> dict[str, str]:
    return {"X-Hub-Signature-256": f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"}


async def post(intake: httpx.AsyncClient, body: bytes, headers: dict[str, str] | None = None) -> int:
    response = await intake.post(URL, content=body, headers=signed(body) if headers is None else headers)
    return response.status_code


class TestVerification:
    QUESTION = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1158201444"}

    async def test_the_challenge_comes_back(self, intake: httpx.AsyncClient) -> None:
        response = await intake.get(URL, params=self.QUESTION)

        assert (response.status_code, response.text) == (200, "1158201444")
        assert response.headers["content-type"].startswith("text/plain")

    @pytest.mark.parametrize(
        "change", [{"hub.verify_token": "another"}, {"hub.verify_token": ""}, {"hub.mode": "unsubscribe"}]
    )
    async def test_with_another_token_it_does_not(self, intake: httpx.AsyncClient, change: dict[str, str]) -> None:
        assert (await intake.get(URL, params=self.QUESTION | change)).status_code == 403

    async def test_without_a_question_there_is_no_answer(self, intake: httpx.AsyncClient) -> None:
        assert (await intake.get(URL)).status_code == 403


class TestMessages:
    async def test_every_message_of_a_batch_is_done(self, intake: httpx.AsyncClient) -> None:
        driver = await make_member(phone=PHONE, capabilities=("AMBULANCE_LICENCE",))
        await make_task(number=4821)

        assert await post(intake, batch(text(), text("halo", "wamid.2", "6281233334444"))) == 200

        assert (await Claim.get()).member_id == driver.id
        kinds = await Notification.all().order_by("kind").values_list("kind", flat=True)
        assert kinds == ["REPLY_TAKEN", "REPLY_UNKNOWN"]
        assert {answer.data["answers"] for answer in await Notification.all()} == {"whatsapp"}

    async def test_a_redelivery_changes_nothing_even_in_another_batch(self, intake: httpx.AsyncClient) -> None:
        await make_member(phone=PHONE)

        await post(intake, batch(text("halo")))
        await post(intake, batch(text("halo", "wamid.2"), text("halo")))

        assert await InboundMessage.all().count() == 2

    async def test_a_button_says_what_is_written_on_it(self, intake: httpx.AsyncClient) -> None:
        await make_member(phone=PHONE, capabilities=("AMBULANCE_LICENCE",))
        await make_task(number=4821)
        pressed = text() | {"type": "button", "button": {"text": "AMBIL 4821", "payload": "x"}}
        del pressed["text"]

        await post(intake, batch(pressed))

        assert await Claim.all().count() == 1

    async def test_what_is_older_than_half_an_hour_is_not_done_and_its_member_hears_so(
        self, intake: httpx.AsyncClient
    ) -> None:
        await make_member(phone=PHONE, capabilities=("AMBULANCE_LICENCE",))
        await make_task(number=4821)

        await post(intake, batch(text(age_seconds=30 * 60 + 1)))

        assert await Claim.all().count() == 0
        assert await Notification.all().values_list("kind", flat=True) == ["REPLY_REFUSED"]

    @pytest.mark.parametrize("timestamp", [None, "", "soon", 10**30, {}])
    async def test_without_a_time_that_can_be_read_it_counts_as_new(
        self, intake: httpx.AsyncClient, timestamp: object
    ) -> None:
        await make_member(phone=PHONE, capabilities=("AMBULANCE_LICENCE",))
        await make_task(number=4821)

        assert await post(intake, batch(text() | {"timestamp": timestamp})) == 200

        assert await Claim.all().count() == 1

    async def test_a_picture_is_no_command(self, intake: httpx.AsyncClient) -> None:
        await make_member(phone=PHONE)

        await post(intake, batch({"id": "wamid.1", "from": "6281211112222", "type": "image", "image": {"id": "7"}}))

        assert await Notification.all().values_list("kind", flat=True) == ["REPLY_HELP"]

    async def test_somebody_without_a_number_is_passed_over(self, intake: httpx.AsyncClient) -> None:
        assert await post(intake, batch(text(sender=None))) == 200

        assert (await InboundMessage.all().count(), await Notification.all().count()) == (1, 0)

    @pytest.mark.parametrize(
        "body",
        [
            batch(7, None, {}, {"id": 5}),
            batch(messages=None, statuses=[{"id": "wamid.9", "status": "delivered"}]),
            b'{"entry": [{"changes": [{"value": []}, {}, null]}, "x"]}',
            b'{"entry": {}}',
            b"[]",
        ],
    )
    async def test_what_is_signed_but_no_message_is_passed_over(self, intake: httpx.AsyncClient, body: bytes) -> None:
        assert await post(intake, body) == 200
        assert await InboundMessage.all().count() == 0


class TestForgery:
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"X-Hub-Signature-256": ""},
            {"X-Hub-Signature-256": "sha256="},
            signed(batch(text()), "another secret"),
            signed(batch(text("LEPAS 4821"))),
            {"X-Hub-Signature-256": signed(batch(text()))["X-Hub-Signature-256"].removeprefix("sha256=")},
            {"X-Hub-Signature": "sha1=" + hmac.new(APP_SECRET.encode(), batch(text()), hashlib.sha1).hexdigest()},
        ],
        ids=["none", "empty", "no digest", "another secret", "another body", "no prefix", "sha1"],
    )
    async def test_without_the_apps_signature_nothing_is_taken(
        self, intake: httpx.AsyncClient, headers: dict[str, str]
    ) -> None:
        assert await post(intake, batch(text()), headers) == 401
        assert await InboundMessage.all().count() == 0

    async def test_the_bytes_are_signed_and_not_what_they_mean(self, intake: httpx.AsyncClient) -> None:
        body = batch(text())
        same = json.dumps(json.loads(body), indent=1).encode()

        assert await post(intake, same, signed(body)) == 401

    async def test_a_batch_larger_than_metas_limit_is_refused(self, intake: httpx.AsyncClient) -> None:
        large = batch(text("a" * 2 * 1024 * 1024))
        too_large = batch(text("a" * 3 * 1024 * 1024))

        assert [await post(intake, large), await post(intake, too_large)] == [200, 413]


async def test_one_that_cannot_be_taken_holds_up_no_other_and_is_asked_for_again(intake: httpx.AsyncClient) -> None:
    await make_member(phone=PHONE)
    await make_task(number=4821, kind="A_KIND_THAT_WAS_REMOVED")

    assert await post(intake, batch(text(), text("halo", "wamid.2"))) == 500

    assert await InboundMessage.all().count() == 1
    assert await Notification.all().values_list("kind", flat=True) == ["REPLY_HELP"]
