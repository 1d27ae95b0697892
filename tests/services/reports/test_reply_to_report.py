"""The desk writes to who reported."""

import pytest

from kurir_api.errors import NotAllowed, NotFound
from kurir_api.models import Message, Notification, Role
from kurir_api.services.reports.reply_to_report import LONGEST_REPLY, ReplyToReport, reply_to_report
from tests.factories import OTHER_REGENCY, make_report, principal_for
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")


async def test_a_reply_is_queued_and_the_report_stays_as_it_is() -> None:
    report, officer = await make_report(number=4711, status="REJECTED"), await principal_for(Role.DESK_OFFICER)

    message_id = await reply_to_report(officer, ReplyToReport(report_id=report.id, text="  Kami ke sana besok.\n"))

    message = await Message.get(id=message_id)
    assert (message.text, message.author_id) == ("Kami ke sana besok.", officer.member_id)
    assert (await Notification.get()).data == {"number": 4711}
    await report.refresh_from_db()
    assert report.status == "REJECTED"


async def test_a_retry_with_its_key_sends_nothing_again() -> None:
    report, officer = await make_report(), await principal_for(Role.DESK_OFFICER)
    command = ReplyToReport(report_id=report.id, text="Kami ke sana besok.", idempotency_key="k1")

    assert await reply_to_report(officer, command) == await reply_to_report(officer, command)

    assert await Notification.all().count() == 1


async def test_a_text_too_long_or_missing_is_refused() -> None:
    report, officer = await make_report(), await principal_for(Role.DESK_OFFICER)

    for text, words in (("x" * (LONGEST_REPLY + 1), "At most 900 characters."), ("  ", "Must not be empty.")):
        command = ReplyToReport(report_id=report.id, text=text)
        assert await problems(reply_to_report(officer, command)) == {"text": words}


async def test_another_regencys_report_is_missing_and_who_took_it_down_may_not_answer_it() -> None:
    volunteer = await principal_for()
    report = await make_report(taken_by_id=volunteer.member_id)
    command = ReplyToReport(report_id=report.id, text="Halo")

    await refused(reply_to_report(volunteer, command), NotAllowed)
    await refused(reply_to_report(await principal_for(Role.DESK_OFFICER, region=OTHER_REGENCY), command), NotFound)
