"""/intake/whatsapp: Meta makes sure of us by GET, and delivers signed batches by POST."""

import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import pytest

from kurir_api.models import Claim, InboundMessage, Message, Notification, Report, Role
from tests.factories import make_member, make_task
from tests.intake.conftest import APP_SECRET, VERIFY_TOKEN, nothing_was_taken, payload, worked

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
    """The answer's status; a worker has done its part, too."""
    response = await intake.post(URL, content=body, headers=signed(body) if headers is None else headers)
    await worked()
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
        assert (await Notification.get(kind="REPLY_TAKEN")).data["answers"] == "whatsapp"
        assert (await Report.get()).sender == "+6281233334444"

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
        await make_member(role=Role.COORDINATOR, phone=PHONE)

        await post(intake, batch({"id": "wamid.1", "from": "6281211112222", "type": "image", "image": {"id": "7"}}))

        assert (await Report.get()).text == "[foto]"

    async def test_somebody_who_shows_no_number_is_known_by_the_user_id(self, intake: httpx.AsyncClient) -> None:
        await make_member(role=Role.COORDINATOR)

        assert await post(intake, json.dumps(payload("whatsapp_no_number")).encode()) == 200

        report = await Report.get()
        assert (report.sender, report.reporter_phone) == ("ID.13491208655302741918", None)
        assert (report.reporter_name, report.text) == ("Mbak Tini", "Ayah saya stroke, di Berkoh, butuh ambulans")

    async def test_what_is_sent_along_is_kept_as_a_reference(self, intake: httpx.AsyncClient) -> None:
        await make_member(role=Role.COORDINATOR)

        assert await post(intake, json.dumps(payload("whatsapp_media")).encode()) == 200

        report = await Report.get()
        messages = await Message.filter(report=report, incoming=True).order_by("sent_at")
        assert [(message.text, message.media) for message in messages] == [
            ("surat rujukan ibu", [{"kind": "image", "id": "1003383421387256", "type": "image/jpeg"}]),
            ("", [{"kind": "audio", "id": "1908647269898587", "type": "audio/ogg; codecs=opus"}]),
            ("rujukan.pdf", [{"kind": "document", "id": "1376223850470843", "type": "application/pdf"}]),
            ("Lokasi: Warung Bu Sri, Berkoh, -7.4397, 109.26285", []),
            ("", [{"kind": "unsupported"}]),
        ]
        assert (report.text, report.latitude, report.longitude) == ("surat rujukan ibu", -7.4397, 109.26285)

    @pytest.mark.parametrize(
        "body",
        [
            batch(messages=[]),
            batch(messages=[], statuses=[{"id": "wamid.9", "status": "delivered"}]),
            batch(text() | {"type": "reaction", "reaction": {"message_id": "wamid.8", "emoji": "👍"}}),
            batch(text(" ")),
            b'{"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "x", "value": {}}]}]}',
        ],
        ids=["nothing", "a status", "a reaction", "no words", "another field"],
    )
    async def test_what_is_signed_but_no_message_is_passed_over(self, intake: httpx.AsyncClient, body: bytes) -> None:
        assert await post(intake, body) == 200
        assert await nothing_was_taken()

    @pytest.mark.parametrize(
        "body",
        [
            batch(7, None, {}, {"id": 5}),
            batch(messages=None),
            batch(messages={}),
            batch(text(sender=None), contacts=[]),
            batch(text() | {"text": {"body": 5}}),
            batch(text() | {"type": "\0"}),
            b'{"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": []}]}]}',
            b'{"object": "page", "entry": [{"changes": []}]}',
            b'{"entry": {}}',
            b"[]",
        ],
    )
    async def test_what_is_not_as_meta_documents_it_is_refused(self, intake: httpx.AsyncClient, body: bytes) -> None:
        assert await post(intake, body) == 400
        assert await nothing_was_taken()

    async def test_one_message_that_cannot_be_read_holds_up_no_other(self, intake: httpx.AsyncClient) -> None:
        await make_member(role=Role.COORDINATOR)

        assert await post(intake, batch({"id": 5}, text("Ibu saya sakit di Berkoh", "wamid.2"))) == 200

        assert (await Report.get()).text == "Ibu saya sakit di Berkoh"

    @pytest.mark.parametrize("contact", [{"wa_id": []}, {"user_id": {}}, {"wa_id": 7}])
    async def test_nor_does_somebody_whose_name_cannot(self, intake: httpx.AsyncClient, contact: dict) -> None:
        known = {"wa_id": "6281211112222", "profile": {"name": "Sri"}}

        assert await post(intake, batch(text(), contacts=[contact, known])) == 200
        assert await InboundMessage.all().count() == 1


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
