"""Whatever a provider delivers, however often and in whatever order, becomes one report; what is forged, nothing."""

import asyncio
import copy
import random
import time
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from kurir_api.models import InboundMessage, Message, Report, Role
from kurir_api.models.report import Channel
from tests.conftest import Figures
from tests.counting import Statements
from tests.factories import make_member
from tests.intake.conftest import nothing_was_taken, payload, worked
from tests.intake.deliveries import SECRETS, body_of, signed

THREE = [
    "Ibu saya harus cuci darah besok di Margono",
    "Tidak ada kendaraan, rumah di Karangnangka RT 2",
    "Pagi jam 6 sudah harus sampai",
]


async def post(intake: httpx.AsyncClient, channel: str, body: bytes, headers: dict[str, str] | None = None) -> int:
    headers = signed(channel, body) if headers is None else headers
    return (await intake.post(f"/intake/{channel}", content=body, headers=headers)).status_code


def one_by_one(channel: str) -> list[Any]:
    """Three deliveries, of one message each, of one sender."""
    whole = payload(channel)
    if channel == "whatsapp":
        messages = whole["entry"][0]["changes"][0]["value"]["messages"]
    elif channel == "messenger":
        messages = [event for entry in whole["entry"] for event in entry["messaging"]]
    else:
        messages = THREE
    deliveries = []
    for place, message in enumerate(messages):
        delivery = copy.deepcopy(whole)
        if channel == "whatsapp":
            delivery["entry"][0]["changes"][0]["value"]["messages"] = [message]
        elif channel == "messenger":
            delivery["entry"] = [delivery["entry"][0] | {"messaging": [message]}]
        elif channel == "smsgate":
            received_at = later(delivery["payload"]["receivedAt"], place)
            delivery["payload"] |= {"message": message, "receivedAt": received_at}
        else:
            sent_at = later(delivery["sentAt"], place)
            delivery |= {"text": message, "id": f"call-{place}", "sentAt": sent_at, "media": []}
        deliveries.append(delivery)
    return deliveries


def later(moment: str, minutes: int) -> str:
    return (datetime.fromisoformat(moment) + timedelta(minutes=minutes)).isoformat()


@pytest.mark.parametrize(
    ("channel", "came_by", "sender", "name"),
    [
        ("whatsapp", Channel.WHATSAPP, "+6281298765432", "Wahyuni"),
        ("messenger", Channel.FACEBOOK, "24871234567890123", None),
        ("smsgate", Channel.SMS, "+6281298765432", None),
        ("webhook", Channel.PHONE, "+6281298765432", "Wahyuni"),
    ],
)
async def test_ten_times_in_any_order_it_is_one_report_with_its_messages_in_order(
    intake: httpx.AsyncClient, channel: str, came_by: Channel, sender: str, name: str | None
) -> None:
    await make_member(role=Role.COORDINATOR)
    chance = random.Random(channel)
    deliveries = one_by_one(channel) * 10
    chance.shuffle(deliveries)

    for number, delivery in enumerate(deliveries):
        assert await post(intake, channel, body_of(delivery)) == 200
        if number % 7 == 0:
            await worked()
    await worked()

    report = await Report.get()
    assert (report.via, report.channel, report.sender) == (channel, came_by, sender)
    assert (report.reporter_name, report.reporter_phone) == (name, sender if sender.startswith("+") else None)
    assert report.text == THREE[0]
    messages = await Message.filter(report=report, incoming=True).order_by("sent_at")
    assert [message.text for message in messages] == THREE
    assert await InboundMessage.all().count() == 3


@pytest.mark.parametrize("channel", ["whatsapp", "messenger"])
async def test_several_messages_of_a_delivery_are_stored_and_dealt_with(
    intake: httpx.AsyncClient, channel: str
) -> None:
    await make_member(role=Role.COORDINATOR)

    assert await post(intake, channel, body_of(payload(channel))) == 200

    assert (await InboundMessage.all().count(), await Report.all().count()) == (3, 0)
    await worked()
    assert await Message.filter(incoming=True).count() == 3


async def test_storing_ten_messages_takes_as_many_statements_as_one(intake: httpx.AsyncClient) -> None:
    counts = []
    for size in (1, 10):
        delivery = payload("whatsapp")
        (value,) = [change["value"] for change in delivery["entry"][0]["changes"]]
        value["messages"] = [value["messages"][0] | {"id": f"wamid.{size}.{number}"} for number in range(size)]
        with Statements() as statements:
            assert await post(intake, "whatsapp", body_of(delivery)) == 200
        counts.append(len(statements))

    assert counts == [1, 1]
    assert await InboundMessage.all().count() == 11


async def test_of_what_is_stored_nothing_can_be_read(intake: httpx.AsyncClient) -> None:
    await post(intake, "whatsapp", body_of(payload("whatsapp")))

    for row in await InboundMessage.all().values():
        assert len(row["provider_id"]) == len(row["sender_index"]) == 64
        assert not any(word in str(row) for word in ("cuci", "62812", "Wahyuni"))


def forged(channel: str, way: int, chance: random.Random) -> tuple[bytes, dict[str, str]]:
    """A delivery that the provider never made: of another key, altered, cut off, stale, or of another shape."""
    genuine = body_of(payload(channel) | {"x": chance.random()})
    timed = channel in {"smsgate", "webhook"}
    body, headers = genuine, signed(channel, genuine)
    match way % 6:
        case 0:
            headers = signed(channel, genuine, key="another key, just as long as the right one")
        case 1:
            place = chance.randrange(len(genuine))
            body = genuine[:place] + bytes([genuine[place] ^ 1 << chance.randrange(7)]) + genuine[place + 1 :]
        case 2:
            body = genuine[: chance.randrange(1, len(genuine))]
        case 3:
            stale = signed(channel, genuine, at=time.time() + chance.choice([-301, -86_400, 900]))
            headers = stale if timed else {}
        case 4:
            body = genuine[: chance.randrange(1, len(genuine))]
            headers = signed(channel, body)
        case _:
            body = body_of(wrongly_typed(payload(channel), chance))
            headers = signed(channel, body)
    return body, headers


def wrongly_typed(delivery: Any, chance: random.Random) -> Any:
    """With something in place of what the channel can't do without."""
    odd = chance.choice([7, None, [], {"a": 1}, True, [1], 1.5])
    if "entry" not in delivery:
        needed = ["event", "payload"] if "event" in delivery else ["id", "channel", "from", "text"]
        return delivery | {chance.choice(needed): odd if odd != {"a": 1} else []}
    if chance.random() < 0.5:
        return delivery | {"entry": odd if odd != [] else 7}
    return delivery | {"entry": [entry | {"changes": 7, "messaging": 7} for entry in delivery["entry"]]}


async def test_of_a_thousand_forged_cut_off_stale_or_wrongly_typed_ones_none_is_taken(
    intake: httpx.AsyncClient, figure: Figures
) -> None:
    chance = random.Random(4821)
    slots = asyncio.Semaphore(40)

    async def attempt(number: int) -> int:
        channel = list(SECRETS)[number % 4]
        body, headers = forged(channel, number // 4, chance)
        async with slots:
            return await post(intake, channel, body, headers)

    statuses = await asyncio.gather(*(attempt(number) for number in range(1_000)))

    assert set(statuses) == {400, 401}
    assert await nothing_was_taken()
    taken = sum(status == 200 for status in statuses)
    figure("webhooks: 0 of 1,000 forged, truncated or stale ones accepted", f"{taken} of {len(statuses):,} accepted")


async def test_deliveries_are_stored_and_answered_within_a_second_under_load(
    intake: httpx.AsyncClient, figure: Figures, full: bool
) -> None:
    count, at_once = (2_000, 20) if full else (100, 4)
    slots = asyncio.Semaphore(at_once)

    async def deliver(number: int) -> float:
        body = body_of(payload("webhook") | {"id": f"load-{number}", "from": f"caller-{number % 50}"})
        async with slots:
            began = time.perf_counter()
            assert await post(intake, "webhook", body) == 200
            return time.perf_counter() - began

    took = sorted(await asyncio.gather(*(deliver(number) for number in range(count))))

    assert await InboundMessage.all().count() == count
    p99 = took[count * 99 // 100]
    assert p99 <= 1
    told = f"p99 {p99 * 1000:.0f} ms of {count:,}, {at_once} at a time"
    figure("webhooks: stored first, answered p99 <= 1 s", told)


async def test_a_replay_within_its_time_is_nothing_new_and_after_it_is_refused(intake: httpx.AsyncClient) -> None:
    body = body_of(payload("webhook"))
    now = time.time()

    statuses = [
        await post(intake, "webhook", body, signed("webhook", body, at=now - age)) for age in (0, 0, 240, 301)
    ]

    assert statuses == [200, 200, 200, 401]
    assert await InboundMessage.all().count() == 1


class TestMessenger:
    async def test_echoes_deliveries_reads_and_arrivals_are_no_messages(self, intake: httpx.AsyncClient) -> None:
        assert await post(intake, "messenger", body_of(payload("messenger_events"))) == 200
        assert await nothing_was_taken()

    async def test_a_button_says_what_is_written_on_it_and_pictures_are_kept_without_their_addresses(
        self, intake: httpx.AsyncClient
    ) -> None:
        await make_member(role=Role.COORDINATOR)

        assert await post(intake, "messenger", body_of(payload("messenger_media"))) == 200
        await worked()

        messages = await Message.filter(incoming=True).order_by("sent_at")
        assert [(message.text, message.media) for message in messages] == [
            ("Minta bantuan", []),
            ("", [{"kind": "image", "id": f"m_AbCd0012#{number}"} for number in (0, 1)]),
        ]

    async def test_it_answers_metas_question_with_its_own_token(self, intake: httpx.AsyncClient) -> None:
        question = {"hub.mode": "subscribe", "hub.challenge": "7"}
        answers = [
            await intake.get("/intake/messenger", params=question | {"hub.verify_token": token})
            for token in ("the verify token", "another")
        ]

        assert [(answer.status_code, answer.text) for answer in answers] == [(200, "7"), (403, "")]


class TestWebhook:
    @pytest.mark.parametrize(
        "change",
        [
            {"channel": "TELEGRAM"},
            {"sentAt": "yesterday"},
            {"sentAt": "2026-11-23T09:00:00"},
            {"text": " ", "media": []},
            {"text": "a" * 10_001},
            {"media": [{"kind": "audio"}]},
            {"media": [{"kind": " \0", "id": "1"}]},
            {"from": ""},
            {"extra": 1},
        ],
    )
    async def test_what_is_not_as_documented_is_refused(self, intake: httpx.AsyncClient, change: dict) -> None:
        assert await post(intake, "webhook", body_of(payload("webhook") | change)) == 400
        assert await nothing_was_taken()

    async def test_whoever_has_the_key_is_told_what_to_mend_and_nothing_of_what_was_written(
        self, intake: httpx.AsyncClient
    ) -> None:
        async def answer(body: bytes, **changes: Any) -> str:
            headers = signed("webhook", body) | changes
            return (await intake.post("/intake/webhook", content=body, headers=headers)).text

        wrong = {"id": 7, "channel": "rahasia", "text": None, "rahasia": 1, "media": [{"kind": " ", "id": "1"}]}
        assert (await answer(body_of(wrong))).splitlines() == [
            "id: Input should be a valid string",
            "from: Field required",
            "text: Input should be a valid string",
            "media.0.kind: must not be blank",
            "There is a field that isn't documented.",
        ]
        genuine = payload("webhook")
        assert await answer(body_of(genuine | {"channel": "rahasia"})) == f"channel: one of {', '.join(Channel)}"
        assert await answer(b"{") == "body: not JSON"
        assert (await answer(body_of(genuine), **{"X-Kurir-Signature": "0"})).startswith("The signature isn't right")

    async def test_what_was_recorded_is_kept_as_a_reference(self, intake: httpx.AsyncClient) -> None:
        await make_member(role=Role.COORDINATOR)

        await post(intake, "webhook", body_of(payload("webhook")))
        await worked()

        assert (await Message.get(incoming=True)).media == [{"kind": "audio", "id": "rec-0001", "type": "audio/wav"}]
