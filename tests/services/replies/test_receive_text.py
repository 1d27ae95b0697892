"""Text messages from members: they do what the app does, with the same refusals, once; others are calls for help."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tortoise.connection import get_connection

from kurir_api.dispatch.text_outbox import deliver_due_texts
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.models import (
    Alert,
    AlertStatus,
    Claim,
    ClaimStatus,
    Drill,
    InboundMessage,
    Member,
    Message,
    Notification,
    Report,
    Task,
    TaskStatus,
)
from kurir_api.models.report import Channel
from kurir_api.services.claims.expiry import expire_claims
from kurir_api.services.replies.receive_text import help_given
from kurir_api.services.threads.inbox import take_in_messages
from kurir_api.services.threads.receiving import Inbound, store
from tests.factories import (
    OTHER_REGENCY,
    REGENCY,
    make_alert,
    make_claim,
    make_member,
    make_task,
    make_wave,
)

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime.now(UTC)
"""The use cases look at the clock themselves."""

PHONE = "+6281211112222"
UNDER_WAY = (
    "Kurir: Tugas No. 4821. Anda sedang mengerjakannya. Balas SELESAI 4821 bila selesai. "
    "Ada halangan: hubungi koordinator"
)
LICENCE = ("AMBULANCE_LICENCE",)


async def a_driver(**values) -> Member:
    return await make_member(phone=PHONE, capabilities=LICENCE, **values)


async def a_task(**values) -> Task:
    return await make_task(**{"number": 4821, "starts_at": NOW + timedelta(hours=20)} | values)


def message(text: str, provider_id: str = "1", phone: str = PHONE) -> Inbound:
    return Inbound(via="smsgate", channel=Channel.SMS, provider_id=provider_id, sender=phone, text=text)


async def receive(*messages: Inbound) -> None:
    """They are delivered at once, and two workers deal with them."""
    await asyncio.gather(*(store([one], NOW) for one in messages))
    while any(await asyncio.gather(take_in_messages(NOW), take_in_messages(NOW))):
        pass


async def said(text: str, **values) -> list[str]:
    """The message comes in; what Kurir answers."""
    return await answers_to(message(text, **values))


async def answers_to(received: Inbound) -> list[str]:
    await receive(received)
    sender = MemoryTextSender()
    await deliver_due_texts(sender, NOW)
    return [answer.text for answer in sender.messages if answer.phone == received.sender]


async def claims() -> list[tuple[str, ClaimStatus]]:
    return [(str(claim.member_id), claim.status) for claim in await Claim.all().order_by("id")]


class TestTaking:
    async def test_ambil_claims_the_task(self) -> None:
        driver, task = await a_driver(), await a_task(starts_at=datetime(2099, 11, 24, tzinfo=UTC))

        answers = await said("AMBIL 4821")

        assert await claims() == [(str(driver.id), ClaimStatus.HELD)]
        assert (await Task.get(id=task.id)).status == TaskStatus.FILLED
        assert answers == [
            "Kurir: No. 4821 milik Anda. Antar jemput ambulans. Karangnangka, Kedungbanteng. "
            "Sel 24 Nov 07.00 WIB. Balas MULAI 4821 bila berangkat, LEPAS 4821 bila batal"
        ]

    async def test_ambil_takes_what_was_offered(self) -> None:
        driver, task = await a_driver(), await a_task(status=TaskStatus.FILLED)
        await make_claim(task, driver, ClaimStatus.OFFERED)

        await said("ambil no 4821")

        assert await claims() == [(str(driver.id), ClaimStatus.HELD)]

    async def test_who_has_it_already_is_told_how_to_go_on(self) -> None:
        driver, task = await a_driver(), await a_task(status=TaskStatus.FILLED)
        claim = await make_claim(task, driver)

        assert await said("AMBIL 4821", provider_id="1") == [
            "Kurir: Tugas No. 4821. Tugas ini sudah milik Anda. Balas MULAI 4821 bila berangkat, "
            "LEPAS 4821 bila batal"
        ]
        await Claim.filter(id=claim.id).update(status=ClaimStatus.IN_PROGRESS)
        assert await said("AMBIL 4821", provider_id="2") == [UNDER_WAY]

    @pytest.mark.parametrize(
        ("status", "why"),
        [
            (TaskStatus.CANCELLED, "Tugas ini dibatalkan. Tidak perlu berangkat"),
            (TaskStatus.EXPIRED, "Waktunya sudah lewat. Tidak perlu berangkat"),
            (TaskStatus.DONE, "Tugas ini sudah selesai. Tidak perlu berangkat"),
            (TaskStatus.VERIFIED, "Tugas ini sudah selesai. Tidak perlu berangkat"),
        ],
    )
    async def test_what_nobody_is_wanted_for_any_more_is_said_to_be_over(self, status: TaskStatus, why: str) -> None:
        driver, task = await a_driver(), await a_task(status=status)
        await make_alert(await make_wave(task), driver, status=AlertStatus.SENT)

        assert await said("AMBIL 4821") == [f"Kurir: Tugas No. 4821. {why}"]
        assert await claims() == []

    async def test_an_offer_whose_time_is_over_is_said_to_be_over(self) -> None:
        driver, task = await a_driver(), await a_task(status=TaskStatus.FILLED)
        await make_claim(task, driver, ClaimStatus.OFFERED, expires_at=NOW)

        assert await said("AMBIL 4821") == ["Kurir: Tugas No. 4821. Waktunya sudah lewat. Tidak perlu berangkat"]
        assert await claims() == [(str(driver.id), ClaimStatus.OFFERED)]

    async def test_who_is_too_late_reads_the_apps_refusal(self) -> None:
        await a_driver()
        task = await a_task(status=TaskStatus.FILLED)
        await make_claim(task, await make_member())
        before = await claims()

        answers = await said("AMBIL 4821")

        assert answers == [
            "Kurir: Tugas No. 4821. Tugas ini sudah diambil relawan lain. Terima kasih atas kesediaan Anda."
        ]
        assert await claims() == before

    async def test_the_refusal_is_in_the_members_language(self) -> None:
        await make_member(phone=PHONE, locale="en")
        await a_task()

        assert await said("AMBIL 4821") == [
            "Kurir: Task No. 4821. You can't take this task: a required capability is missing."
        ]
        assert await claims() == []

    @pytest.mark.parametrize("region", [OTHER_REGENCY, REGENCY])
    async def test_a_task_elsewhere_looks_like_none(self, region: str) -> None:
        await a_driver(region=region)
        if region == OTHER_REGENCY:
            await a_task()

        assert await said("AMBIL 4821") == [
            "Kurir: Tugas No. 4821. Nomor ini tidak ada di wilayah Anda. Periksa nomornya"
        ]
        assert await claims() == []

    async def test_two_members_who_text_at_once_share_one_slot_like_any_others(self) -> None:
        await a_task()
        phones = [f"+62812111122{number}" for number in range(10, 18)]
        for phone in phones:
            await make_member(phone=phone, capabilities=LICENCE)

        await receive(*(message("AMBIL 4821", provider_id=phone, phone=phone) for phone in phones))

        assert [status for _, status in await claims()] == [ClaimStatus.HELD]
        kinds = await Notification.filter(kind__startswith="REPLY").values_list("kind", flat=True)
        assert sorted(kinds) == ["REPLY_REFUSED"] * 7 + ["REPLY_TAKEN"]


class TestDeclining:
    async def test_tidak_declines_the_alert(self) -> None:
        driver, task = await a_driver(), await a_task()
        alert = await make_alert(await make_wave(task), driver, status=AlertStatus.SENT, fallback_due_at=NOW)

        answers = await said("TIDAK 4821")

        alert = await Alert.get(id=alert.id)
        assert (alert.status, alert.fallback_due_at) == (AlertStatus.DECLINED, None)
        assert alert.answered_at is not None
        assert answers == ["Kurir: Tugas No. 4821 bukan untuk Anda. Terima kasih sudah menjawab"]

    async def test_tidak_declines_what_was_offered_and_the_slot_opens(self) -> None:
        driver, task = await a_driver(), await a_task(status=TaskStatus.FILLED)
        await make_claim(task, driver, ClaimStatus.OFFERED)

        await said("tidak bisa 4821")

        assert await claims() == [(str(driver.id), ClaimStatus.DECLINED)]
        assert (await Task.get(id=task.id)).status == TaskStatus.OPEN

    async def test_who_was_never_asked_has_nothing_to_decline(self) -> None:
        await a_driver()
        await a_task()

        assert await said("TIDAK 4821") == [
            "Kurir: Tugas No. 4821. Anda tidak dihubungi untuk tugas ini. Periksa nomornya"
        ]

    @pytest.mark.parametrize("alert_status", [AlertStatus.SENT, AlertStatus.ACCEPTED])
    async def test_who_has_the_task_is_told_to_give_it_back_instead(self, alert_status: AlertStatus) -> None:
        driver, task = await a_driver(), await a_task(status=TaskStatus.FILLED)
        await make_claim(task, driver)
        alert = await make_alert(await make_wave(task), driver, status=alert_status)

        assert await said("TIDAK 4821") == [
            "Kurir: Tugas No. 4821. Tugas ini milik Anda. Balas LEPAS 4821 untuk melepasnya"
        ]
        assert await claims() == [(str(driver.id), ClaimStatus.HELD)]
        assert (await Alert.get(id=alert.id)).status == alert_status

    async def test_a_no_to_what_was_given_back_is_known_already(self) -> None:
        driver, task = await a_driver(), await a_task()
        await make_claim(task, driver, ClaimStatus.RELEASED)
        await make_alert(await make_wave(task), driver, status=AlertStatus.ACCEPTED)

        assert await said("TIDAK 4821") == ["Kurir: Tugas No. 4821. Jawaban Anda sudah tercatat"]


class TestStarting:
    @pytest.mark.parametrize("word", ["MULAI", "berangkat", "Jalan"])
    async def test_mulai_starts_what_is_held_so_that_it_does_not_expire(self, word: str) -> None:
        driver, task = await a_driver(), await a_task(status=TaskStatus.FILLED, starts_at=NOW)
        await make_claim(task, driver, claimed_at=NOW)

        answers = await said(f"{word} 4821")

        claim = await Claim.get()
        assert (claim.status, claim.expires_at) == (ClaimStatus.IN_PROGRESS, None)
        assert (await Task.get(id=task.id)).status == TaskStatus.IN_PROGRESS
        assert answers == [
            "Kurir: Tugas No. 4821 dimulai. Balas SELESAI 4821 bila selesai. Ada halangan: hubungi koordinator"
        ]

    async def test_by_text_alone_a_task_is_taken_started_and_completed(self) -> None:
        driver = await a_driver()
        await a_task(starts_at=NOW)

        for number, text in enumerate(["AMBIL 4821", "MULAI 4821"]):
            await said(text, provider_id=str(number))
        assert await expire_claims(NOW + timedelta(minutes=31)) == 0
        await said("SELESAI 4821", provider_id="last")

        assert await claims() == [(str(driver.id), ClaimStatus.COMPLETED)]

    async def test_what_is_only_offered_is_to_be_taken_first(self) -> None:
        driver, task = await a_driver(), await a_task(status=TaskStatus.FILLED, starts_at=NOW)
        await make_claim(task, driver, ClaimStatus.OFFERED)

        for number, verb in enumerate(["MULAI", "SELESAI"]):
            assert await said(f"{verb} 4821", provider_id=str(number)) == [
                "Kurir: Tugas No. 4821. Tugas ini baru ditawarkan. Balas AMBIL 4821 untuk mengambilnya, "
                "TIDAK 4821 bila tidak bisa"
            ]
        assert await claims() == [(str(driver.id), ClaimStatus.OFFERED)]

    @pytest.mark.parametrize("verb", ["MULAI", "LEPAS", "TIDAK"])
    async def test_who_is_at_work_is_told_how_it_ends(self, verb: str) -> None:
        driver, task = await a_driver(), await a_task(status=TaskStatus.IN_PROGRESS)
        await make_claim(task, driver, ClaimStatus.IN_PROGRESS)

        assert await said(f"{verb} 4821") == [UNDER_WAY]
        assert await claims() == [(str(driver.id), ClaimStatus.IN_PROGRESS)]


class TestGivingBackAndFinishing:
    async def test_lepas_gives_the_slot_back(self) -> None:
        driver, task = await a_driver(), await a_task(status=TaskStatus.FILLED)
        await make_claim(task, driver, claimed_at=NOW)

        answers = await said("LEPAS 4821")

        assert await claims() == [(str(driver.id), ClaimStatus.RELEASED)]
        assert (await Task.get(id=task.id)).status == TaskStatus.OPEN
        assert answers == ["Kurir: Tugas No. 4821 dilepas. Relawan lain akan dihubungi"]

    async def test_lepas_on_an_offer_declines_it(self) -> None:
        driver, task = await a_driver(), await a_task(status=TaskStatus.FILLED)
        await make_claim(task, driver, ClaimStatus.OFFERED)

        answers = await said("LEPAS 4821")

        assert await claims() == [(str(driver.id), ClaimStatus.DECLINED)]
        assert answers == ["Kurir: Tugas No. 4821 bukan untuk Anda. Terima kasih sudah menjawab"]

    @pytest.mark.parametrize(
        ("status", "task_status"),
        [(ClaimStatus.HELD, TaskStatus.FILLED), (ClaimStatus.IN_PROGRESS, TaskStatus.IN_PROGRESS)],
    )
    async def test_selesai_before_the_window_opens_ends_nothing_and_says_when_it_can(
        self, status: ClaimStatus, task_status: TaskStatus
    ) -> None:
        driver = await a_driver()
        task = await a_task(status=task_status, starts_at=datetime(2099, 11, 24, tzinfo=UTC))
        await make_claim(task, driver, status)

        assert await said("SELESAI 4821") == [
            "Kurir: Tugas No. 4821 baru mulai Sel 24 Nov 07.00 WIB. Balas SELESAI 4821 sesudah itu, bila selesai. "
            "Bila batal, LEPAS 4821"
        ]
        assert await claims() == [(str(driver.id), status)]
        assert (await Task.get(id=task.id)).status == task_status

    async def test_selesai_starts_and_completes_what_was_only_held(self) -> None:
        driver, task = await a_driver(), await a_task(status=TaskStatus.FILLED, starts_at=NOW)
        await make_claim(task, driver, claimed_at=NOW)

        answers = await said("SELESAI 4821")

        claim = await Claim.get()
        assert claim.status == ClaimStatus.COMPLETED
        assert claim.started_at is not None
        assert claim.completed_at is not None
        assert (await Task.get(id=task.id)).status == TaskStatus.DONE
        assert answers == ["Kurir: Tugas No. 4821 selesai. Terima kasih atas bantuan Anda"]

    async def test_selesai_completes_what_is_in_progress(self) -> None:
        driver, task = await a_driver(), await a_task(status=TaskStatus.IN_PROGRESS, starts_at=NOW)
        await make_claim(task, driver, ClaimStatus.IN_PROGRESS, claimed_at=NOW)

        await said("selesai 4821")

        assert await claims() == [(str(driver.id), ClaimStatus.COMPLETED)]

    async def test_a_licence_that_lapsed_stops_it_before_anything_has_changed(self) -> None:
        driver, task = await make_member(phone=PHONE), await a_task(status=TaskStatus.FILLED, starts_at=NOW)
        await make_claim(task, driver, claimed_at=NOW)

        assert await said("SELESAI 4821") == [
            "Kurir: Tugas No. 4821. Anda belum memenuhi syarat tugas ini: keahlian yang diperlukan belum tercatat."
        ]
        assert await claims() == [(str(driver.id), ClaimStatus.HELD)]

    @pytest.mark.parametrize("verb", ["MULAI", "LEPAS", "SELESAI"])
    @pytest.mark.parametrize("before", [None, ClaimStatus.RELEASED, ClaimStatus.EXPIRED, ClaimStatus.REVOKED])
    async def test_without_a_claim_there_is_nothing_to_end(self, verb: str, before: ClaimStatus | None) -> None:
        driver, task = await a_driver(), await a_task()
        if before:
            await make_claim(task, driver, before)

        assert await said(f"{verb} 4821") == [
            "Kurir: Tugas No. 4821. Anda tidak memegang tugas ini. Periksa nomornya. "
            "Untuk mengambilnya balas AMBIL 4821"
        ]

    @pytest.mark.parametrize("verb", ["AMBIL", "TIDAK", "MULAI", "LEPAS", "SELESAI"])
    async def test_what_is_done_needs_nothing_more(self, verb: str) -> None:
        driver, task = await a_driver(), await a_task(status=TaskStatus.DONE)
        await make_claim(task, driver, ClaimStatus.COMPLETED, claimed_at=NOW)

        assert await said(f"{verb} 4821") == ["Kurir: Tugas No. 4821. Sudah Anda selesaikan. Terima kasih"]
        assert await claims() == [(str(driver.id), ClaimStatus.COMPLETED)]


class TestLate:
    async def text_of(self, age: timedelta) -> list[str]:
        return await answers_to(replace(message("AMBIL 4821"), sent_at=NOW - age))

    async def test_what_was_sent_more_than_half_an_hour_ago_is_not_done_and_its_sender_hears_so(self) -> None:
        await a_driver()
        await a_task()

        assert await self.text_of(timedelta(minutes=30, seconds=1)) == [
            "Kurir: Tugas No. 4821. Pesan Anda terlambat sampai, jadi tidak dijalankan. Kirim lagi bila masih berlaku"
        ]
        assert await claims() == []

    @pytest.mark.parametrize("minutes", [30, 5, 0, -5])
    async def test_a_gateway_whose_clock_is_off_by_minutes_does_no_harm(self, minutes: int) -> None:
        await a_driver()
        await a_task()

        await self.text_of(timedelta(minutes=minutes))

        assert len(await claims()) == 1


class TestOnce:
    async def test_a_message_that_is_delivered_ten_times_is_done_and_answered_once(self) -> None:
        await a_driver()
        await a_task()

        answers = [await said("AMBIL 4821") for _ in range(10)]

        assert [len(answer) for answer in answers] == [1] + [0] * 9
        assert len(await claims()) == 1
        assert await InboundMessage.all().count() == 1

    async def test_also_when_the_deliveries_come_at_once(self) -> None:
        await a_driver()
        await a_task()

        await receive(*(message("AMBIL 4821") for _ in range(10)))

        assert await Notification.filter(kind__startswith="REPLY").values_list("kind", flat=True) == ["REPLY_TAKEN"]


class TestWhatIsNoCommand:
    HELP = (
        "Kurir: Pesan ini tidak terbaca. Kirim AMBIL, TIDAK, MULAI, SELESAI atau LEPAS dan nomor tugas, "
        "misalnya AMBIL 4821. Hal lain: tulis lagi di sini"
    )

    async def test_a_member_is_told_what_can_be_read_once_a_day(self) -> None:
        await a_driver()

        assert await said("halo", provider_id="1") == [self.HELP]
        await Notification.all().update(created_at=NOW - timedelta(days=1))
        assert await said("halo?", provider_id="2") == [self.HELP]

    async def test_whoever_was_told_and_writes_a_few_words_again_calls_for_help(self) -> None:
        await a_driver()
        await said("halo", provider_id="1")

        await said("Tolong ada kecelakaan", provider_id="2")

        assert (await Report.get()).text == "Tolong ada kecelakaan"

    async def test_what_is_sent_without_words_is_a_call_for_help(self) -> None:
        await a_driver()

        await receive(replace(message(""), media=({"kind": "audio", "id": "7"},)))

        assert (await Report.get()).text == "[pesan suara]"
        assert not await Notification.filter(kind="REPLY_HELP").exists()

    @pytest.mark.parametrize("text", ["AMBIL 48a1 ya pak, saya siap", "lepas tugas no 4 8 2 1 besok", "Siap pak"])
    async def test_what_was_probably_meant_as_a_command_is_no_report(self, text: str) -> None:
        await a_driver()

        assert await said(text) == [self.HELP]
        assert await Report.all().count() == 0

    @pytest.mark.parametrize("text", ["Tidak ada kendaraan untuk ibu saya", "Tetangga saya di Berkoh jatuh sakit"])
    async def test_a_member_can_call_for_help_like_anybody(self, text: str) -> None:
        await a_driver()

        answers = await said(text)

        report = await Report.get()
        assert (report.text, report.sender) == (text, PHONE)
        assert [str(report.number) in answer for answer in answers] == [True]

    async def test_and_then_a_few_words_are_part_of_that_conversation(self) -> None:
        await a_driver()
        await said("Tetangga saya di Berkoh jatuh sakit")

        assert await said("Rumah cat hijau", provider_id="2") == []
        assert await Message.filter(incoming=True).count() == 2

    async def test_a_stranger_commands_nothing_and_is_in_need_of_help(self) -> None:
        await make_member()
        await a_task()

        await said("AMBIL 4821")

        assert (await claims(), (await Report.get()).text) == ([], "AMBIL 4821")

    async def test_what_a_member_was_told_is_found_by_his_own_notifications(self) -> None:
        driver = await a_driver()
        connection = get_connection("default")
        await connection.execute_query(
            "INSERT INTO notification (id, regency_code, member_id, kind, data, expires_at, created_at, attempts,"
            " silent, urgent) SELECT gen_random_uuid(), '33.02', $1, 'TASK_ALERT', '{}', now(), now(), 1, false,"
            " false FROM generate_series(1, 2000)",
            [(await make_member()).id],
        )
        await connection.execute_query("ANALYZE notification")

        plan = await connection.execute_query_dict(f"EXPLAIN {help_given(driver.id, NOW).sql(params_inline=True)}")

        assert "notification_member" in str(plan)

    async def test_somebody_who_left_the_network_is_a_stranger(self) -> None:
        await a_driver(active=False)
        await a_task()

        await said("AMBIL 4821")

        assert (await claims(), await Report.all().count()) == ([], 1)


class TestDrills:
    async def drill(self, sent_at: datetime) -> Drill:
        member = await Member.get_or_none(phone_index=Member.phone.index(PHONE)) or await a_driver()
        return await Drill.create(regency_code=REGENCY, member=member, sent_at=sent_at)

    async def test_ok_answers_the_drills_of_the_last_hour_without_another_text(self) -> None:
        long_ago = await self.drill(NOW - timedelta(days=7))
        here, elsewhere = await self.drill(NOW - timedelta(minutes=50)), await self.drill(NOW - timedelta(minutes=50))
        await Drill.filter(id=elsewhere.id).update(regency_code=OTHER_REGENCY)

        assert await said("OK") == []

        assert (await Drill.get(id=long_ago.id)).received_at is None
        assert {(await Drill.get(id=drill.id)).received_at for drill in (here, elsewhere)} == {NOW}

    async def test_the_first_answer_counts(self) -> None:
        drill = await self.drill(NOW - timedelta(minutes=2))
        await Drill.filter(id=drill.id).update(received_at=NOW - timedelta(minutes=1))

        assert await said("ok") == []

        assert (await Drill.get(id=drill.id)).received_at == NOW - timedelta(minutes=1)

    async def test_after_its_hour_ok_means_nothing(self) -> None:
        drill = await self.drill(NOW - timedelta(hours=1))

        assert await said("OK") == [TestWhatIsNoCommand.HELP]

        assert (await Drill.get(id=drill.id)).received_at is None
