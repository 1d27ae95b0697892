"""The family answers by text, from a telephone that may speak of the task."""

from datetime import timedelta
from typing import Any

import pytest

from kurir_api.models import Channel, Message, Notification, Report, Task, TaskStatus
from kurir_api.services.family.saying_by_text import take_family_word
from kurir_api.services.threads.receiving import Inbound
from kurir_api.services.threads.saying import UNASKED_A_DAY
from tests.factories import NOW, make_report
from tests.services.family.scene import PATIENT, REPORTER, Help, family, help_in
from tests.services.refusals import everything

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.time_machine(NOW, tick=False)]

STRANGER = "+6281300000001"
CHANNELS = {"whatsapp": Channel.WHATSAPP, "smsgate": Channel.SMS, "messenger": Channel.FACEBOOK}


async def take(via: str, sender: str, text: str, **values: Any) -> bool:
    """Whether it was the family's word."""
    values.setdefault("channel", CHANNELS.get(via))
    return await take_family_word(Inbound(via=via, sender=sender, text=text, provider_id="1", **values), NOW, NOW)


async def done(*, thread: bool = True) -> Help:
    """Help that a volunteer says is done."""
    case, _ = await family(thread=thread)
    return await help_in(TaskStatus.DONE, case)


async def answers() -> list[tuple[str, str | None]]:
    """The kinds of texts that go out, and what stands in the conversation."""
    rows = await Notification.filter(member_id__isnull=True).order_by("id").select_related("message")
    return [(row.kind, row.message.text if row.message else None) for row in rows]


async def test_the_reporter_says_that_it_came_in_the_conversation() -> None:
    it = await done()

    assert await take("whatsapp", REPORTER, "Sudah datang 4821, terima kasih")

    assert await it.states() == ("VERIFIED", "VERIFIED", "CAME")
    assert await answers() == [
        ("FAMILY_THANKED", "Kurir: Terima kasih, No. 4821. Kami catat bahwa bantuan sudah datang")
    ]


async def test_the_words_are_kept_in_it_and_it_may_be_answered_freely_again() -> None:
    await done()
    await Report.all().update(last_inbound_at=NOW - timedelta(days=2))

    await take("whatsapp", REPORTER, "BELUM 4821")

    first, second = await Message.all().order_by("id")
    assert (first.incoming, first.text, second.incoming) == (True, "BELUM 4821", False)
    assert (await Report.get()).last_inbound_at == NOW


async def test_the_reporter_says_from_another_channel_that_it_did_not_come() -> None:
    it = await done()
    await Report.all().update(last_inbound_at=NOW - timedelta(days=2))

    assert await take("smsgate", REPORTER, "BELUM 4821")

    assert await it.states() == ("OPEN", "DISPUTED", "DID_NOT_COME")
    assert (await Message.get(incoming=True)).text == "BELUM 4821"
    assert (await Report.get()).last_inbound_at == NOW - timedelta(days=2)
    assert await answers() == [
        ("FAMILY_HEARD", "Kurir: Kami catat, No. 4821. Koordinator diberi tahu. Gawat darurat: telepon 119")
    ]


async def test_the_patient_is_answered_on_the_own_telephone() -> None:
    it = await done(thread=False)

    assert await take("smsgate", PATIENT, "SUDAH 4821")

    assert (await it.states())[0] == "VERIFIED"
    row = await Notification.get(kind="FAMILY_THANKED")
    assert (row.phone, row.data) == (PATIENT, {"number": 4821, "answers": "smsgate"})


async def test_once_verified_who_says_otherwise_hears_whom_to_call() -> None:
    case, _ = await family()
    await help_in(TaskStatus.VERIFIED, case)

    assert await take("whatsapp", REPORTER, "BELUM 4821")

    assert await answers() == [
        (
            "FAMILY_REFUSED",
            "Kurir: No. 4821. Bantuan ini sudah tercatat datang. "
            "Bila tidak benar, hubungi kantor atau koordinator Anda",
        )
    ]


@pytest.mark.parametrize("number", [4821, 4822], ids=["another's task", "no task"])
async def test_to_anybody_else_there_is_no_such_task(number: int) -> None:
    it = await done()
    await make_report(via="whatsapp", sender=STRANGER, status="REJECTED")

    assert await take("whatsapp", STRANGER, f"BELUM {number}")

    assert (await it.states())[0] == "DONE"
    row = await Notification.get()
    assert (row.kind, row.phone, row.data) == ("FAMILY_UNKNOWN", STRANGER, {"number": number, "answers": "whatsapp"})


async def test_who_is_in_a_conversation_answers_the_desk_by_another_number() -> None:
    await done()
    before = await everything()

    assert not await take("whatsapp", REPORTER, "Sudah 12")

    assert await everything() == before


async def test_a_draft_is_no_task() -> None:
    it = await done(thread=False)
    await Task.filter(id=it.task.id).update(status="DRAFT")

    assert await take("whatsapp", PATIENT, "SUDAH 4821")

    assert (await Notification.get()).kind == "FAMILY_UNKNOWN"


@pytest.mark.parametrize("channel", [Channel.WEB, Channel.PHONE])
@pytest.mark.parametrize("number", [REPORTER, PATIENT])
async def test_a_number_that_somebody_typed_proves_nothing(channel: Channel, number: str) -> None:
    await done()
    before = await everything()

    assert not await take("webhook", number, "BELUM 4821", channel=channel)

    assert await everything() == before


async def test_strangers_beyond_the_limit_and_those_without_a_number_are_left_to_people() -> None:
    for _ in range(UNASKED_A_DAY):
        assert await take("smsgate", STRANGER, "SUDAH 4821")
    before = await everything()

    assert not await take("smsgate", STRANGER, "SUDAH 4821")
    assert not await take("messenger", "7211223344556677", "SUDAH 4821")

    assert await everything() == before


async def test_other_words_are_left_to_people() -> None:
    await done()
    before = await everything()

    assert not await take("whatsapp", REPORTER, "Ibu saya pingsan lagi")

    assert await everything() == before
    assert await Message.all().count() == 0
