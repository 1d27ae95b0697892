"""What goes out to who reported, and what keeps it from costing the office's money."""

from datetime import timedelta

import pytest

from kurir_api.models import Message, Notification, Report
from kurir_api.services.threads.saying import STRANGERS_AN_HOUR, UNASKED_A_DAY, acknowledge, say
from tests.factories import NOW, make_report, principal_for
from tests.services.refusals import problems

pytestmark = pytest.mark.usefixtures("db")

PHONE = "+6281298765432"


async def thread(sender: str = PHONE, via: str | None = "whatsapp", **values: object) -> Report:
    """A report that came by message."""
    values.setdefault("reporter_phone", sender if sender.startswith("+") else PHONE)
    return await make_report(via=via, sender=sender, **values)


async def test_words_become_part_of_the_conversation_and_are_queued_without_being_copied() -> None:
    report, officer = await thread(number=4711), await principal_for()

    message = await say(report, "Ambulans berangkat jam 7.", NOW, author=officer)

    assert (message.incoming, message.text, message.author_id, message.sent_at) == (
        False,
        "Ambulans berangkat jam 7.",
        officer.member_id,
        NOW,
    )
    row = await Notification.get()
    assert (row.kind, row.message_id, row.member_id, row.channel, row.due_at, row.regency_code) == (
        "THREAD_MESSAGE",
        message.id,
        None,
        "fallback",
        NOW,
        "33.02",
    )
    assert (row.data, row.silent) == ({}, True)


async def test_with_nobody_to_write_to_people_are_told_and_automatic_words_are_left_out() -> None:
    report = await make_report(reporter_phone=None)

    refused = await problems(say(report, "Halo", NOW, author=await principal_for()))

    assert refused == {"reportId": "The reporter can't be written to: no telephone number is known."}
    assert await say(report, "Halo", NOW) is None
    assert await Message.all().count() == 0


async def test_a_form_is_answered_at_the_telephone_that_was_written_into_it() -> None:
    assert await say(await thread("f0rm-1d", "form"), "Halo", NOW) is not None
    assert await say(await thread("f0rm-1d", "form", reporter_phone=None), "Halo", NOW) is None


async def test_a_new_report_is_acknowledged_by_its_number() -> None:
    await acknowledge(await thread(number=4711), NOW)

    assert (await Message.get()).text == (
        "Kurir: Laporan Anda kami terima, No. 4711. Petugas akan membacanya. Balas di sini bila ada tambahan. "
        "Gawat darurat: telepon 119"
    )
    row = await Notification.get()
    assert (row.kind, row.data) == ("REPORT_RECEIVED", {"number": 4711})


@pytest.mark.parametrize("phone", ["+6221123456", "+447700900123"])
async def test_a_number_that_costs_more_than_a_text_at_home_is_not_acknowledged(phone: str) -> None:
    await acknowledge(await thread(phone), NOW)

    assert await Notification.all().count() == 0


async def test_whoever_begins_many_reports_is_acknowledged_a_few_times_a_day() -> None:
    for hour in range(UNASKED_A_DAY + 1):
        await acknowledge(await thread(), NOW + timedelta(hours=hour))
    assert await Notification.all().count() == UNASKED_A_DAY

    await acknowledge(await thread(), NOW + timedelta(days=1, minutes=1))
    assert await Notification.all().count() == UNASKED_A_DAY + 1


async def test_a_number_that_anybody_types_into_forms_gets_no_more_of_them_than_its_owner() -> None:
    for number in range(UNASKED_A_DAY + 1):
        await acknowledge(await thread(f"f0rm-{number}", "form"), NOW)
    await acknowledge(await thread(PHONE, "smsgate"), NOW)

    assert await Notification.all().count() == UNASKED_A_DAY


async def test_made_up_numbers_are_acknowledged_so_many_times_an_hour_in_all() -> None:
    for number in range(STRANGERS_AN_HOUR + 1):
        await acknowledge(await thread(f"+62812{number:08}"), NOW)
    assert await Notification.all().count() == STRANGERS_AN_HOUR

    await acknowledge(await thread(), NOW + timedelta(hours=1, minutes=1))
    assert await Notification.all().count() == STRANGERS_AN_HOUR + 1


async def test_what_the_desk_writes_does_not_use_up_what_strangers_may_cause() -> None:
    officer, report = await principal_for(), await thread()
    for _ in range(STRANGERS_AN_HOUR):
        await say(report, "Halo", NOW, author=officer)

    await acknowledge(await thread("+6281200000001"), NOW)

    assert await Notification.filter(kind="REPORT_RECEIVED").count() == 1
