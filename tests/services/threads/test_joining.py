"""A message joins its sender's open thread, or begins a report; in whatever order they come."""

import asyncio
from datetime import timedelta
from itertools import permutations

import pytest

from kurir_api.models import (
    Case,
    CaseStatus,
    Escalation,
    Notification,
    Outcome,
    ReferralStatus,
    Report,
    ReportStatus,
    Role,
    TransitionLog,
)
from kurir_api.models.report import Channel
from kurir_api.services.threads.inbox import take_in_messages
from kurir_api.services.threads.receiving import store
from tests.factories import REGENCY, VILLAGE, make_case, make_member, make_referral, make_report
from tests.services.threads.inbound import NOW, PHONE, arrive, conversation, message

pytestmark = pytest.mark.usefixtures("db")
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
async def office(db: None) -> None:
    """One office, in Banyumas."""
    await make_member(role=Role.COORDINATOR, name="Bu Koordinator")


async def a_thread(status: ReportStatus = ReportStatus.RECEIVED, minutes_ago: float = 60, **values) -> Report:
    """A report of the same sender, begun a while ago."""
    report = await make_report(status=status, waiting_since=NOW - minutes_ago * MINUTE, text="yang pertama", **values)
    report.via = "whatsapp"
    report.sender = PHONE
    await report.save()
    return report


class TestANewReport:
    async def test_the_first_message_begins_one_with_all_that_is_known(self) -> None:
        await arrive(message("Bapak saya jatuh", minutes_ago=2, name="Wahyuni", address="1055"), at=NOW)

        report = await Report.get()
        assert (report.channel, report.status, report.via) == (Channel.WHATSAPP, ReportStatus.RECEIVED, "whatsapp")
        assert (report.text, report.reporter_name) == ("Bapak saya jatuh", "Wahyuni")
        assert (report.sender, report.reporter_phone) == (PHONE, PHONE)
        assert (report.waiting_since, report.last_inbound_at) == (NOW - 2 * MINUTE, NOW - 2 * MINUTE)
        assert (report.received_at, report.number, report.separate) == (NOW, 1, False)
        assert (report.region_id, report.desk_id, report.taken_by_id) == (REGENCY, REGENCY, None)
        assert await conversation() == ["Bapak saya jatuh"]

    async def test_its_words_and_its_sender_are_sealed(self) -> None:
        await arrive(message("kata rahasia"))

        (row,) = await Report.all().values()
        assert not any("rahasia" in str(value) or PHONE in str(value) for value in row.values())

    async def test_it_waits_for_a_desk_is_in_the_log_and_its_reporter_reads_the_number(self) -> None:
        await arrive(message())

        report = await Report.get()
        assert (await Escalation.get()).report_id == report.id
        entry = await TransitionLog.get()
        assert (entry.action, entry.subject_id, entry.actor_id, entry.at) == ("receive", report.id, None, NOW)
        assert (await Notification.get(kind="REPORT_RECEIVED")).data["number"] == report.number

    async def test_a_picture_alone_begins_one_that_says_what_it_is(self) -> None:
        picture = {"kind": "image", "id": "7"}

        await arrive(message("", media=(picture, picture)))

        assert (await Report.get()).text == "[foto]"
        assert await conversation() == [""]

    async def test_what_we_have_no_word_for_is_an_attachment(self) -> None:
        await arrive(message("", media=({"kind": "unsupported"}, {"kind": "contacts"})))

        assert (await Report.get()).text == "[lampiran, kontak]"

    async def test_another_sender_and_another_channel_begin_others(self) -> None:
        await arrive(
            message(), message(sender="+6281211110000"), message(via="smsgate", channel=Channel.SMS), message()
        )

        assert await Report.all().count() == 3

    async def test_two_messages_of_one_sender_at_once_begin_one(self) -> None:
        for number in range(6):
            await store([message(f"pesan {number}", minutes_ago=6 - number)], NOW)

        await asyncio.gather(*(take_in_messages(NOW) for _ in range(3)))
        await take_in_messages(NOW)

        assert await conversation() == [f"pesan {number}" for number in range(6)]


class TestWhichThread:
    async def test_what_is_written_later_joins_it(self) -> None:
        await arrive(message("satu", 9), message("dua", 8), message("tiga", 7))

        report = await Report.get()
        assert await conversation(report) == ["satu", "dua", "tiga"]
        assert (report.text, report.last_inbound_at) == ("satu", NOW - 7 * MINUTE)
        assert await Notification.filter(kind="REPORT_RECEIVED").count() == 1

    async def test_in_any_order_they_end_in_one_thread_whose_text_and_waiting_are_the_firsts(self) -> None:
        sent = [("satu", 9), ("dua", 8), ("tiga", 7)]
        for place, order in enumerate(permutations(sent)):
            sender = f"+62812111100{place:02}"
            await arrive(*(message(text, ago, sender=sender) for text, ago in order))

            report = await Report.get(sender_index=Report.sender.index(sender))
            assert await conversation(report) == ["satu", "dua", "tiga"]
            assert (report.text, report.waiting_since) == ("satu", NOW - 9 * MINUTE)

    @pytest.mark.parametrize("word", ["BARU", "baru:", " Baru\n", "*BARU*"])
    async def test_baru_begins_another(self, word: str) -> None:
        await arrive(message("satu", 9), message(f"{word} tetangga saya juga sakit", 8), message("tiga", 7))

        first, second = await Report.all().order_by("number")
        assert (first.separate, second.separate) == (False, True)
        assert await conversation(first) == ["satu"]
        assert (await conversation(second))[1:] == ["tiga"]

    async def test_a_word_that_only_begins_so_does_not(self) -> None:
        await arrive(message("satu", 9), message("Barusan jatuh lagi", 8))

        assert await Report.all().count() == 1

    async def test_with_baru_too_the_order_in_which_they_come_does_not_matter(self) -> None:
        sent = [("satu", 9), ("BARU dua", 8), ("tiga", 7)]
        for place, order in enumerate(permutations(sent)):
            sender = f"+62812111100{place:02}"
            await arrive(*(message(text, ago, sender=sender) for text, ago in order))

            reports = await Report.filter(sender_index=Report.sender.index(sender)).order_by("waiting_since")
            assert [await conversation(report) for report in reports] == [["satu"], ["BARU dua", "tiga"]]
            assert [report.separate for report in reports] == [False, True]

    async def test_what_is_older_than_a_thread_moves_its_waiting_back_and_its_cases(self) -> None:
        case = await make_case(waiting_since=NOW - 60 * MINUTE)
        thread = await a_thread(ReportStatus.LINKED, case=case)

        await arrive(message("yang paling awal", minutes_ago=70))

        await thread.refresh_from_db()
        assert (thread.waiting_since, thread.text) == (NOW - 70 * MINUTE, "yang paling awal")
        assert (await Case.get(id=case.id)).waiting_since == NOW - 70 * MINUTE

    async def test_what_is_older_than_one_begun_with_baru_is_a_report_of_its_own(self) -> None:
        thread = await a_thread(separate=True)

        await arrive(message("lebih dulu", minutes_ago=70))

        other = await Report.get(waiting_since=NOW - 70 * MINUTE)
        assert await conversation(other) == ["lebih dulu"]
        assert await conversation(thread) == []

    async def test_of_several_the_newest_that_had_begun_by_then(self) -> None:
        older, newer = await a_thread(minutes_ago=90), await a_thread(minutes_ago=60)

        await arrive(message("untuk yang lama", minutes_ago=75), message("untuk yang baru", minutes_ago=5))

        assert await conversation(older) == ["untuk yang lama"]
        assert await conversation(newer) == ["untuk yang baru"]

    @pytest.mark.parametrize("minutes_ago", [None, -5, 60 * 24 * 31])
    async def test_a_clock_that_cannot_be_true_is_not_believed(self, minutes_ago: float | None) -> None:
        await arrive(message(minutes_ago=minutes_ago))

        assert (await Report.get()).waiting_since == NOW

    async def test_the_first_place_that_is_shared_is_the_reports(self) -> None:
        await arrive(
            message("satu", 9), message("Lokasi", 8, location=(-7.4, 109.2)), message("Lokasi", 7, location=(0, 0))
        )

        report = await Report.get()
        assert (report.latitude, report.longitude) == (-7.4, 109.2)


class TestAnswersByTelephone:
    @pytest.mark.parametrize("via", [None, "form", "webhook"])
    async def test_an_answer_to_what_was_texted_joins_the_report_that_came_otherwise(self, via: str | None) -> None:
        report = await make_report(via=via, sender=via and "f0rm", reporter_phone=PHONE)

        await arrive(message("Sudah saya kirim fotonya", via="smsgate", channel=Channel.SMS))

        assert await conversation(report) == ["Sudah saya kirim fotonya"]

    async def test_what_was_sent_before_does_not_replace_what_the_desk_wrote_down(self) -> None:
        report = await make_report(reporter_phone=PHONE, text="Ibunya sesak", waiting_since=NOW)

        await arrive(message("Halo", 5, via="smsgate", channel=Channel.SMS))

        await report.refresh_from_db()
        assert (report.text, report.waiting_since) == ("Ibunya sesak", NOW - 5 * MINUTE)

    async def test_a_number_that_another_system_typed_joins_nobody_elses(self) -> None:
        await make_report(reporter_phone=PHONE)

        await arrive(message("Halo", via="webhook", channel=Channel.PHONE))

        assert await Report.all().count() == 2


class TestWhatIsOpen:
    async def joined(self, thread: Report) -> bool:
        await arrive(message("ada kabar?"))
        return await conversation(thread) == ["ada kabar?"]

    @pytest.mark.parametrize("status", [ReportStatus.CASE_OPENED, ReportStatus.LINKED])
    async def test_a_report_is_as_open_as_its_case(self, status: ReportStatus) -> None:
        case = await make_case()
        thread = await a_thread(status, case=case)
        assert await self.joined(thread)

        await Case.filter(id=case.id).update(status=CaseStatus.CLOSED, outcome=Outcome.RECOVERED, closed_at=NOW)
        await arrive(message("masih sakit lagi"))

        assert await Report.all().count() == 2

    async def test_one_that_was_referred_while_the_programme_has_not_decided(self) -> None:
        thread = await a_thread(ReportStatus.REFERRED)
        referral = await make_referral(report=thread)
        assert await self.joined(thread)

        referral.status, referral.decided_at = ReferralStatus.GRANTED, NOW
        await referral.save()
        await arrive(message("ada masalah lain sekarang"))

        assert await Report.all().count() == 2

    async def test_one_that_was_rejected_is_not(self) -> None:
        thread = await a_thread(ReportStatus.REJECTED)

        assert not await self.joined(thread)
        assert await Report.all().count() == 2

    async def test_one_whose_reporter_was_not_reached_is_taken_up_again(self) -> None:
        thread = await a_thread(ReportStatus.UNREACHABLE)

        assert await self.joined(thread)

        await thread.refresh_from_db()
        assert thread.status == ReportStatus.RECEIVED
        assert (await TransitionLog.get(subject_id=thread.id)).actor_id is None
        assert (await Escalation.get()).report_id == thread.id

    async def test_a_duplicate_leads_to_its_original(self) -> None:
        original = await a_thread(minutes_ago=90)
        duplicate = await a_thread(ReportStatus.DUPLICATE, duplicate_of=original)

        assert await self.joined(original)
        assert await conversation(duplicate) == []

    async def test_but_not_into_somebody_elses_conversation_whom_the_desk_would_answer(self) -> None:
        original = await make_report(reporter_phone="+6281211110000")
        duplicate = await a_thread(ReportStatus.DUPLICATE, duplicate_of=original)

        assert await self.joined(duplicate)
        assert await conversation(original) == []

    async def test_a_duplicate_of_what_is_closed_is_closed(self) -> None:
        original = await make_report(status=ReportStatus.REJECTED)
        duplicate = await a_thread(ReportStatus.DUPLICATE, duplicate_of=original)

        assert not await self.joined(duplicate)


class TestTheDeskHears:
    async def told(self) -> list[tuple[str, object]]:
        rows = await Notification.filter(kind="MESSAGE_CAME").order_by("id").select_related("member")
        return [(row.member.name, row.data["number"]) for row in rows]

    async def test_the_cases_coordinator_of_a_new_message(self) -> None:
        coordinator = await make_member(role=Role.COORDINATOR, name="Pak Pendamping")
        thread = await a_thread(ReportStatus.CASE_OPENED, case=await make_case(coordinator=coordinator))

        await arrive(message("rahasia keluarga kami"))

        assert await self.told() == [("Pak Pendamping", thread.number)]
        assert "rahasia" not in str(await Notification.all().values())

    async def test_the_desk_where_the_cases_coordinator_is_none_any_more(self) -> None:
        await make_member(role=Role.DESK_OFFICER, region=VILLAGE, name="Meja Desa")
        await a_thread(ReportStatus.CASE_OPENED, case=await make_case(coordinator=await make_member()))

        await arrive(message())

        assert [name for name, _ in await self.told()] == ["Meja Desa"]

    async def test_without_one_the_desk_and_of_the_nearest_that_has_people(self) -> None:
        await make_member(role=Role.DESK_OFFICER, region=VILLAGE, name="Meja Desa")
        thread = await a_thread(ReportStatus.LINKED, case=await make_case())

        await arrive(message())

        assert await self.told() == [("Meja Desa", thread.number)]

    async def test_once_in_ten_minutes_for_a_thread(self) -> None:
        thread = await a_thread(ReportStatus.LINKED, case=await make_case())
        for minutes in (0, 1, 9, 11):
            await arrive(message(minutes_ago=None), at=NOW + minutes * MINUTE)

        assert await self.told() == [("Bu Koordinator", thread.number)] * 2

    async def test_not_while_the_report_waits_for_it_anyway(self) -> None:
        await arrive(message("satu", 9), message("dua", 8))

        assert await self.told() == []
