"""Text senders: what goes over the wire to SMSGate and to WhatsApp, and what their answers mean."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest
import respx
import time_machine
from structlog.testing import capture_logs

from kurir_api.dispatch.senders import Delivery, Outcome
from kurir_api.dispatch.text_senders import (
    IN_FLIGHT,
    HttpTextSender,
    TextMessage,
    TextSender,
    channel_senders,
    text_sender_named,
    text_sender_names,
)
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.settings import Settings, TextChannel, load_settings
from kurir_api.vault import vault

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MESSAGE = TextMessage(
    notification_id=UUID("0190a6c0-0000-7000-8000-000000000001"),
    phone="+6281211112222",
    locale="id",
    text="Kurir: Segera: Ambulans dibutuhkan. 2,1 km. Karangnangka. Balas AMBIL 4821 / TIDAK 4821",
    ttl=timedelta(hours=2),
    urgent=True,
)
SENT = Delivery(Outcome.SENT)
SMSGATE = "https://sms.example.go.id/3rdparty/v1"
MESSENGER = "https://graph.facebook.com/v24.0"
WHATSAPP = "https://graph.facebook.com/v24.0/106540352242922"


@pytest.fixture
def vendor() -> AsyncIterator[respx.MockRouter]:
    """What is asked of anywhere else fails."""
    with respx.mock(assert_all_called=False) as router:
        yield router


def settings_with(**values) -> Settings:
    return load_settings(**values)


@pytest.fixture
async def smsgate(tmp_path) -> AsyncIterator[TextSender]:
    settings = settings_with(data_dir=tmp_path, smsgate_url=SMSGATE, smsgate_user="kurir", smsgate_password="s3cret")
    sender = text_sender_named("smsgate", settings)
    yield sender
    await sender.close()


@pytest.fixture
async def whatsapp(tmp_path) -> AsyncIterator[TextSender]:
    settings = settings_with(
        data_dir=tmp_path,
        whatsapp_phone_number_id="106540352242922",
        whatsapp_token="EAAx",
        whatsapp_template="kurir_pesan",
    )
    sender = text_sender_named("whatsapp", settings)
    yield sender
    await sender.close()


@pytest.fixture
async def messenger(tmp_path) -> AsyncIterator[TextSender]:
    sender = text_sender_named("messenger", settings_with(data_dir=tmp_path, messenger_page_token="EAAp"))
    yield sender
    await sender.close()


class TestSmsGate:
    async def test_an_urgent_message_passes_the_phones_limits_and_lapses_with_its_window(
        self, smsgate: TextSender, vendor: respx.MockRouter
    ) -> None:
        route = vendor.post(f"{SMSGATE}/messages").respond(202, json={"id": "x", "state": "Pending"})

        assert await smsgate.send([MESSAGE]) == [SENT]

        request = route.calls.last.request
        assert request.headers["authorization"] == "Basic " + base64.b64encode(b"kurir:s3cret").decode()
        assert json.loads(request.content) == {
            "id": "0190a6c0-0000-7000-8000-000000000001",
            "textMessage": {"text": MESSAGE.text},
            "phoneNumbers": ["+6281211112222"],
            "ttl": 7200,
            "priority": 100,
            "withDeliveryReport": False,
        }

    @pytest.mark.parametrize(("ttl", "seconds"), [(timedelta(seconds=-1), 5), (timedelta(seconds=90.7), 90)])
    async def test_one_that_is_not_urgent_waits_its_turn(
        self, smsgate: TextSender, vendor: respx.MockRouter, ttl: timedelta, seconds: int
    ) -> None:
        route = vendor.post(f"{SMSGATE}/messages").respond(202)

        await smsgate.send([replace(MESSAGE, urgent=False, ttl=ttl)])

        asked = json.loads(route.calls.last.request.content)
        assert (asked["priority"], asked["ttl"]) == (0, seconds)

    async def test_a_message_it_has_already_counts_as_sent_so_that_nobody_reads_it_twice(
        self, smsgate: TextSender, vendor: respx.MockRouter
    ) -> None:
        vendor.post(f"{SMSGATE}/messages").respond(409, json={"message": "duplicate id"})

        assert await smsgate.send([MESSAGE]) == [SENT]

    @pytest.mark.parametrize(
        ("response", "expected"),
        [
            (httpx.Response(400), Delivery(Outcome.FAILED, "400: Bad Request")),
            (httpx.Response(401), Delivery(Outcome.RETRY, "401: Unauthorized")),
            (httpx.Response(404), Delivery(Outcome.RETRY, "404: Not Found")),
            (httpx.Response(500), Delivery(Outcome.RETRY, "500: Internal Server Error")),
            (
                httpx.Response(503, headers={"Retry-After": "30"}),
                Delivery(Outcome.RETRY, "503: Service Unavailable", timedelta(seconds=30)),
            ),
            (
                httpx.Response(429, headers={"Retry-After": "Mon, 23 Nov 2026 02:01:30 GMT"}),
                Delivery(Outcome.RETRY, "429: Too Many Requests", timedelta(seconds=90)),
            ),
        ],
        ids=lambda value: str(value.status_code) if isinstance(value, httpx.Response) else "",
    )
    @time_machine.travel(NOW, tick=False)
    async def test_each_answer_says_what_to_do_next(
        self, smsgate: TextSender, vendor: respx.MockRouter, response: httpx.Response, expected: Delivery
    ) -> None:
        vendor.post(f"{SMSGATE}/messages").mock(return_value=response)

        assert await smsgate.send([MESSAGE]) == [expected]


class TestWhatsApp:
    async def test_it_begins_with_the_template_in_the_members_language(
        self, whatsapp: TextSender, vendor: respx.MockRouter
    ) -> None:
        route = vendor.post(f"{WHATSAPP}/messages").respond(200, json={"messages": [{"id": "wamid.x"}]})

        assert await whatsapp.send([replace(MESSAGE, locale="en")]) == [SENT]

        request = route.calls.last.request
        assert request.headers["authorization"] == "Bearer EAAx"
        assert json.loads(request.content) == {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "6281211112222",
            "type": "template",
            "template": {
                "name": "kurir_pesan",
                "language": {"code": "en"},
                "components": [{"type": "body", "parameters": [{"type": "text", "text": MESSAGE.text}]}],
            },
        }

    async def test_it_answers_in_its_own_words_who_wrote_on_whatsapp(
        self, whatsapp: TextSender, vendor: respx.MockRouter
    ) -> None:
        route = vendor.post(f"{WHATSAPP}/messages").respond(200, json={"messages": [{"id": "wamid.x"}]})

        await whatsapp.send([replace(MESSAGE, answers="whatsapp"), replace(MESSAGE, answers="smsgate")])

        first, second = (json.loads(call.request.content) for call in route.calls)
        assert (first["type"], first["text"]) == ("text", {"body": MESSAGE.text})
        assert second["type"] == "template"

    async def test_who_shows_no_number_is_written_to_by_the_user_id(
        self, whatsapp: TextSender, vendor: respx.MockRouter
    ) -> None:
        route = vendor.post(f"{WHATSAPP}/messages").respond(200, json={"messages": [{"id": "wamid.x"}]})

        await whatsapp.send([replace(MESSAGE, phone="ID.13491208655302741918", answers="whatsapp")])

        assert json.loads(route.calls.last.request.content) == {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "recipient": "ID.13491208655302741918",
            "type": "text",
            "text": {"body": MESSAGE.text},
        }

    @pytest.mark.parametrize(
        ("status", "code", "outcome"),
        [
            (400, 131026, Outcome.FAILED),  # not on WhatsApp
            (400, 131047, Outcome.FAILED),  # after 24 hours
            (400, 100, Outcome.FAILED),
            (400, 130429, Outcome.RETRY),  # too many messages
            (400, 131056, Outcome.RETRY),  # too many to this number
            (401, 190, Outcome.RETRY),  # a lapsed token is ours to mend
            (404, 132001, Outcome.RETRY),  # so is a missing template
            (500, 131000, Outcome.RETRY),
        ],
    )
    async def test_the_error_code_says_whether_another_try_could_help(
        self, whatsapp: TextSender, vendor: respx.MockRouter, status: int, code: int, outcome: Outcome
    ) -> None:
        error = {"message": f"(#{code}) about +6281211112222", "code": code}
        vendor.post(f"{WHATSAPP}/messages").respond(status, json={"error": error})

        assert await whatsapp.send([MESSAGE]) == [Delivery(outcome, f"{status}: error {code}")]

    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("131026", Delivery(Outcome.FAILED, "400: error 131026")),
            ("soon", Delivery(Outcome.RETRY, "400: Bad Request")),
            ({"code": 131026}, Delivery(Outcome.RETRY, "400: Bad Request")),
            ([131026], Delivery(Outcome.RETRY, "400: Bad Request")),
            (True, Delivery(Outcome.RETRY, "400: Bad Request")),
            (-1, Delivery(Outcome.RETRY, "400: Bad Request")),
        ],
    )
    async def test_a_code_in_quotes_is_read_and_one_that_is_none_is_tried_again(
        self, whatsapp: TextSender, vendor: respx.MockRouter, code: object, expected: Delivery
    ) -> None:
        vendor.post(f"{WHATSAPP}/messages").respond(400, json={"error": {"code": code}})

        assert await whatsapp.send([MESSAGE]) == [expected]

    async def test_retry_after_is_honoured(self, whatsapp: TextSender, vendor: respx.MockRouter) -> None:
        vendor.post(f"{WHATSAPP}/messages").respond(
            429, json={"error": {"code": 80007}}, headers={"Retry-After": "60"}
        )

        assert await whatsapp.send([MESSAGE]) == [Delivery(Outcome.RETRY, "429: error 80007", timedelta(seconds=60))]

    @pytest.mark.parametrize(
        ("status", "body", "reason"),
        [
            (200, b"{}", "200: the answer names no message"),
            (200, b"[]", "200: the answer names no message"),
            (502, b"<html>", "502: Bad Gateway"),
            (500, b'{"error": "?"}', "500: Internal Server Error"),
        ],
    )
    async def test_an_answer_of_another_shape_is_tried_again(
        self, whatsapp: TextSender, vendor: respx.MockRouter, status: int, body: bytes, reason: str
    ) -> None:
        vendor.post(f"{WHATSAPP}/messages").respond(status, content=body)

        assert await whatsapp.send([MESSAGE]) == [Delivery(Outcome.RETRY, reason)]

    async def test_a_template_takes_one_line(self, whatsapp: TextSender, vendor: respx.MockRouter) -> None:
        route = vendor.post(f"{WHATSAPP}/messages").respond(200, json={"messages": [{"id": "wamid.x"}]})

        await whatsapp.send([replace(MESSAGE, text="Besok jam 7.\n\nBawa\tKTP    dan KK.")])

        (component,) = json.loads(route.calls.last.request.content)["template"]["components"]
        assert component["parameters"] == [{"type": "text", "text": "Besok jam 7. Bawa KTP dan KK."}]

    async def test_it_is_sent_from_the_number_that_was_written_to(
        self, whatsapp: TextSender, vendor: respx.MockRouter
    ) -> None:
        route = vendor.post("https://graph.facebook.com/v24.0/106540352242999/messages").respond(
            200, json={"messages": [{"id": "wamid.x"}]}
        )

        assert await whatsapp.send([replace(MESSAGE, origin="106540352242999")]) == [SENT]
        assert route.called


class TestMessenger:
    async def test_it_answers_within_a_day_by_the_page_wide_id(
        self, messenger: TextSender, vendor: respx.MockRouter
    ) -> None:
        route = vendor.post(f"{MESSENGER}/me/messages").respond(200, json={"recipient_id": "72", "message_id": "m_1"})

        assert await messenger.send([replace(MESSAGE, phone="7211", answers="messenger")]) == [SENT]

        request = route.calls.last.request
        assert request.headers["authorization"] == "Bearer EAAp"
        assert json.loads(request.content) == {
            "recipient": {"id": "7211"},
            "messaging_type": "RESPONSE",
            "message": {"text": MESSAGE.text},
        }

    async def test_later_it_fails_without_asking(self, messenger: TextSender, vendor: respx.MockRouter) -> None:
        route = vendor.post(f"{MESSENGER}/me/messages").respond(200, json={"message_id": "m_1"})

        deliveries = await messenger.send([replace(MESSAGE, phone="7211")])

        assert deliveries == [Delivery(Outcome.FAILED, "more than 24 hours since they wrote")]
        assert not route.called

    @pytest.mark.parametrize(
        ("status", "code", "outcome"),
        [
            (400, 100, Outcome.FAILED),
            (400, 551, Outcome.FAILED),
            (400, 613, Outcome.RETRY),
            (401, 190, Outcome.RETRY),
        ],
    )
    async def test_the_error_code_says_whether_another_try_could_help(
        self, messenger: TextSender, vendor: respx.MockRouter, status: int, code: int, outcome: Outcome
    ) -> None:
        vendor.post(f"{MESSENGER}/me/messages").respond(status, json={"error": {"code": code}})

        deliveries = await messenger.send([replace(MESSAGE, phone="7211", answers="messenger")])

        assert deliveries == [Delivery(outcome, f"{status}: error {code}")]


class TestChannels:
    async def test_while_the_office_has_none_everything_goes_to_the_log(self, tmp_path) -> None:
        settings, log = settings_with(data_dir=tmp_path), MemoryTextSender()

        assert channel_senders(settings, log) == dict.fromkeys(text_sender_names(), log)

    async def test_else_the_offices_own_and_those_that_are_set_up_are_opened(self, tmp_path) -> None:
        settings = settings_with(
            data_dir=tmp_path,
            text_sender="smsgate",
            smsgate_url=SMSGATE,
            smsgate_user="kurir",
            smsgate_password="s3cret",
            smsgate_signing_key="k3y",
            messenger_page_token="EAAp",
        )
        office = MemoryTextSender()

        senders = channel_senders(settings, office)

        assert sorted(senders) == ["messenger", "smsgate"]
        assert senders["smsgate"] is office
        await senders["messenger"].close()


class TestBoth:
    async def test_a_vendor_out_of_reach_is_tried_again(self, smsgate: TextSender, vendor: respx.MockRouter) -> None:
        vendor.post(f"{SMSGATE}/messages").mock(side_effect=httpx.ConnectError("refused"))

        assert await smsgate.send([MESSAGE]) == [Delivery(Outcome.RETRY, "ConnectError")]

    async def test_a_vendor_that_hangs_is_given_up_and_costs_the_others_nothing(self) -> None:
        async def ask(client: httpx.AsyncClient, message: TextMessage) -> httpx.Response:
            if message.phone == "+1":
                await asyncio.Event().wait()
            return httpx.Response(202)

        sender = HttpTextSender(httpx.AsyncClient(), ask, lambda _: SENT, deadline=timedelta(seconds=0.05))

        deliveries = await sender.send([replace(MESSAGE, phone="+1"), MESSAGE])

        assert deliveries == [Delivery(Outcome.RETRY, "no answer within 0.05 s"), SENT]
        await sender.close()

    async def test_few_are_in_flight_and_answers_keep_their_order(self) -> None:
        in_flight, most = 0, 0

        async def ask(client: httpx.AsyncClient, message: TextMessage) -> httpx.Response:
            nonlocal in_flight, most
            in_flight += 1
            most = max(most, in_flight)
            await asyncio.sleep(0)
            in_flight -= 1
            return httpx.Response(200, text=message.phone)

        sender = HttpTextSender(httpx.AsyncClient(), ask, lambda response: Delivery(Outcome.SENT, response.text))

        deliveries = await sender.send([replace(MESSAGE, phone=f"+{number}") for number in range(50)])

        assert [delivery.reason for delivery in deliveries] == [f"+{number}" for number in range(50)]
        assert most == IN_FLIGHT
        await sender.close()

    async def test_a_closed_sender_asks_to_try_again(self, smsgate: TextSender) -> None:
        await smsgate.close()

        assert await smsgate.send([MESSAGE]) == [Delivery(Outcome.RETRY, "the sender is closed")]


class TestTheOthers:
    @pytest.mark.usefixtures("db")
    async def test_the_log_names_the_number_only_by_a_blind_index(self, tmp_path) -> None:
        sender = text_sender_named("log", settings_with(data_dir=tmp_path))

        with capture_logs() as logs:
            assert await sender.send([MESSAGE]) == [SENT]

        await sender.close()
        assert logs == [
            {
                "event": "text message",
                "log_level": "info",
                "notification_id": "0190a6c0-0000-7000-8000-000000000001",
                "phone_hash": vault().index("log.phone", MESSAGE.phone)[:12],
                "text": MESSAGE.text,
            }
        ]

    @pytest.mark.usefixtures("db")
    async def test_the_log_keeps_private_words_to_itself(self, tmp_path) -> None:
        with capture_logs() as logs:
            await text_sender_named("log", settings_with(data_dir=tmp_path)).send([replace(MESSAGE, private=True)])

        assert [entry["text"] for entry in logs] == [f"({len(MESSAGE.text)} characters)"]

    async def test_the_twin_keeps_what_it_was_given_and_answers_as_told(self) -> None:
        sender, busy = MemoryTextSender(), Delivery(Outcome.RETRY, "busy")
        sender.answers["+6281211112222"] = busy
        other = replace(MESSAGE, phone="+62812")

        assert await sender.send([MESSAGE, other]) == [busy, SENT]
        await sender.close()
        assert await sender.send([MESSAGE]) == [Delivery(Outcome.RETRY, "the sender is closed")]

        assert sender.messages == [MESSAGE, other]

    def test_senders_are_the_files_of_their_folder(self) -> None:
        assert text_sender_names() == ["log", "memory", "messenger", "smsgate", "whatsapp"]

    def test_the_offices_own_is_any_that_writes_to_telephones(self) -> None:
        assert {*TextChannel} == {*text_sender_names()} - {"memory", "messenger"}

    def test_an_unknown_sender_is_refused_with_the_known_names(self, tmp_path) -> None:
        with pytest.raises(
            ValueError, match=r"^no text sender is called 'fax'; known are log, memory, messenger, smsgate, whatsapp$"
        ):
            text_sender_named("fax", settings_with(data_dir=tmp_path))
