"""Messages of reports' conversations on their way out: by which sender, freely or by template, and what if not."""

from datetime import timedelta

import pytest

from kurir_api.dispatch.senders import Delivery, Outcome
from kurir_api.dispatch.text_outbox import deliver_due_texts
from kurir_api.dispatch.text_senders import TextMessage
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.models import Hotline, Notification, Report, Role
from kurir_api.services.threads.saying import say
from tests.counting import Statements
from tests.factories import NOW, REGENCY, make_report, principal_for

pytestmark = pytest.mark.usefixtures("db")

PHONE, PAGE_USER = "+6281298765432", "7211223344556677"
HOUR = timedelta(hours=1)


async def sent(report: Report, **channels: MemoryTextSender) -> tuple[TextMessage | None, TextMessage | None]:
    """What the office's own sender sent, and what the others did."""
    office = MemoryTextSender()
    await say(report, "Ambulans berangkat\njam 7.", NOW)
    await deliver_due_texts(office, NOW, channels=channels)
    others = [message for sender in channels.values() for message in sender.messages]
    return next(iter(office.messages), None), next(iter(others), None)


@pytest.mark.parametrize(
    ("ago", "answers"), [(23 * HOUR, "whatsapp"), (24 * HOUR, None)], ids=["within a day", "after a day"]
)
async def test_goes_back_the_way_it_came_freely_for_a_day(ago: timedelta, answers: str | None) -> None:
    report = await make_report(via="whatsapp", sender=PHONE, last_inbound_at=NOW - ago)

    office, message = await sent(report, whatsapp=MemoryTextSender())

    assert office is None
    assert message is not None
    assert (message.phone, message.text, message.answers, message.origin) == (
        PHONE,
        "Ambulans berangkat\njam 7.",
        answers,
        None,
    )
    assert (message.locale, message.private, message.urgent) == ("id", True, False)


async def test_is_sent_from_the_hotline_that_was_written_to() -> None:
    hotline = await Hotline.create(regency_code=REGENCY, channel="whatsapp", address="106540352242999")
    report = await make_report(via="whatsapp", sender=PHONE, hotline=hotline, last_inbound_at=NOW)

    _, message = await sent(report, whatsapp=MemoryTextSender())

    assert message is not None
    assert message.origin == "106540352242999"


@pytest.mark.parametrize(
    ("via", "sender"),
    [(None, None), ("form", "f0rm-1d"), ("webhook", "lapor-77"), ("whatsapp", PHONE)],
    ids=["taken down", "form", "webhook", "a channel that is not set up"],
)
async def test_else_goes_to_the_telephone_by_the_offices_sender(via: str | None, sender: str | None) -> None:
    report = await make_report(via=via, sender=sender, reporter_phone=PHONE)

    office, _ = await sent(report, smsgate=MemoryTextSender())

    assert office is not None
    assert office.phone == PHONE


async def test_without_any_way_it_fails_and_its_author_is_told() -> None:
    officer = await principal_for(Role.DESK_OFFICER)
    report = await make_report(via="messenger", sender=PAGE_USER, number=4711)
    await say(report, "Halo", NOW, author=officer, number=4711)

    await deliver_due_texts(MemoryTextSender(), NOW)

    message, told = await Notification.all().order_by("id")
    assert (message.failure, message.failed_at) == ("messenger is not set up", NOW)
    assert (told.kind, told.member_id, told.data["number"]) == ("MESSAGE_FAILED", officer.member_id, 4711)
    assert told.data["report_id"] == str(report.id)


async def test_what_the_vendor_refuses_fails_and_what_nobody_wrote_is_told_to_nobody() -> None:
    report, page = await make_report(via="messenger", sender=PAGE_USER), MemoryTextSender()
    page.answers[PAGE_USER] = Delivery(Outcome.FAILED, "551")

    await sent(report, messenger=page)

    assert [(row.kind, row.failure) for row in await Notification.all()] == [("THREAD_MESSAGE", "551")]


async def test_many_are_addressed_in_as_many_statements_as_one() -> None:
    counts = []
    for many in (1, 4):
        for _ in range(many):
            await say(await make_report(via="whatsapp", sender=PHONE), "Halo", NOW)
        with Statements() as statements:
            await deliver_due_texts(MemoryTextSender(), NOW, channels={"whatsapp": MemoryTextSender()})
        counts.append(len(statements) - many)  # each is recorded by itself

    assert counts[0] == counts[1]
