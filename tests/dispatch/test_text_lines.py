"""What text messages say, to the letter, and that one is usually enough to say it."""

import csv
import re
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kurir_api.dispatch.texts import NotificationKind, render_line
from kurir_api.errors import (
    REASON_WORDS,
    InvalidInput,
    InvalidTransition,
    NotAllowed,
    NotEligible,
    NotFound,
    Refusal,
    ScheduleConflict,
    TaskAlreadyClaimed,
)
from kurir_api.models import ClaimStatus, TaskStatus
from kurir_api.services import places
from kurir_api.services.replies.reading import Verb
from kurir_api.services.replies.refusing import TOO_LATE, instead, said, said_by
from kurir_api.task_kinds import task_kinds

TASK: dict[str, Any] = {
    "kind_name": {"id": "Ambulans", "en": "Ambulance"},
    "village": "Karangnangka",
    "subdistrict": "Kedungbanteng",
    "distance_m": 2149.6,
    "starts_at": "2026-11-22T00:00:00+00:00",
    "time_zone": "Asia/Jakarta",
    "number": 4821,
    "urgency": "URGENT",
}
REFUSED = {
    "number": 4821,
    "said": {"id": "Tugas ini sudah diambil relawan lain.", "en": "This task has been taken by another volunteer."},
}
SMS = 160
GSM = set(
    "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà\n\r"
)
"""The default alphabet of 3GPP TS 23.038, without its escapes: 160 characters fit into one SMS; of others 70."""


@pytest.mark.parametrize(
    ("kind", "data", "indonesian", "english"),
    [
        (
            NotificationKind.TASK_ALERT,
            TASK,
            "Kurir: Segera: Ambulans dibutuhkan. 2,1 km. Karangnangka, Kedungbanteng. Min 22 Nov 07.00 WIB. "
            "Balas AMBIL 4821 / TIDAK 4821",
            "Kurir: Urgent: Ambulance needed. 2.1 km. Karangnangka, Kedungbanteng. Sun 22 Nov 07:00 WIB. "
            "Reply AMBIL 4821 to take it, TIDAK 4821 if not",
        ),
        (
            NotificationKind.DRILL,
            {},
            "Kurir: Uji coba: bukan tugas. Balas OK, supaya kami tahu pesan ini sampai",
            "Kurir: Test: this is not a task. Reply OK, so that we know this message reached you",
        ),
        (
            NotificationKind.REPLY_TAKEN,
            TASK,
            "Kurir: No. 4821 milik Anda. Ambulans. Karangnangka, Kedungbanteng. Min 22 Nov 07.00 WIB. "
            "Balas MULAI 4821 bila berangkat, LEPAS 4821 bila batal",
            "Kurir: No. 4821 is yours. Ambulance. Karangnangka, Kedungbanteng. Sun 22 Nov 07:00 WIB. "
            "Reply MULAI 4821 when you set off, LEPAS 4821 if you can't",
        ),
        (
            NotificationKind.REPLY_STARTED,
            TASK,
            "Kurir: Tugas No. 4821 dimulai. Balas SELESAI 4821 bila selesai. Ada halangan: hubungi koordinator",
            "Kurir: Task No. 4821 has begun. Reply SELESAI 4821 when done. In trouble: call your coordinator",
        ),
        (
            NotificationKind.REPLY_EARLY,
            TASK,
            "Kurir: Tugas No. 4821 baru mulai Min 22 Nov 07.00 WIB. Balas SELESAI 4821 sesudah itu, bila selesai. "
            "Bila batal, LEPAS 4821",
            "Kurir: Task No. 4821 begins only on Sun 22 Nov 07:00 WIB. Reply SELESAI 4821 after that, when done. "
            "If you can't, LEPAS 4821",
        ),
        (
            NotificationKind.OFFER,
            TASK,
            "Kurir: Segera: Tugas untuk Anda: Ambulans. 2,1 km. Karangnangka, Kedungbanteng. Min 22 Nov 07.00 WIB. "
            "Balas AMBIL 4821 / TIDAK 4821",
            "Kurir: Urgent: Assigned to you: Ambulance. 2.1 km. Karangnangka, Kedungbanteng. Sun 22 Nov 07:00 WIB. "
            "Reply AMBIL 4821 to take it, TIDAK 4821 if not",
        ),
        (
            NotificationKind.CLAIM_REMINDER,
            TASK | {"deadline": "2026-11-22T00:30:00Z"},
            "Kurir: Sudah berangkat? Ambulans. Karangnangka, Kedungbanteng. "
            "Balas MULAI 4821 sebelum Min 22 Nov 07.30 WIB, atau LEPAS 4821",
            "Kurir: On your way? Ambulance. Karangnangka, Kedungbanteng. "
            "Reply MULAI 4821 before Sun 22 Nov 07:30 WIB, or LEPAS 4821 to give it back",
        ),
        (
            NotificationKind.FAMILY_COMING,
            TASK | {"village": None, "subdistrict": None},
            "Kurir: Sudah ada relawan: Ambulans. Min 22 Nov 07.00 WIB. No. 4821",
            "Kurir: A volunteer is coming: Ambulance. Sun 22 Nov 07:00 WIB. No. 4821",
        ),
        (
            NotificationKind.FAMILY_ASKED,
            TASK,
            "Kurir: Apakah bantuan sudah datang? Ambulans. Min 22 Nov 07.00 WIB. "
            "Balas SUDAH 4821 bila sudah, BELUM 4821 bila belum",
            "Kurir: Did the help come? Ambulance. Sun 22 Nov 07:00 WIB. "
            "Reply SUDAH 4821 if it came, BELUM 4821 if it did not",
        ),
        (
            NotificationKind.DID_NOT_COME,
            TASK,
            "Kurir: Segera: Keluarga bilang bantuan belum datang: Ambulans. Karangnangka, Kedungbanteng. "
            "Min 22 Nov 07.00 WIB. No. 4821",
            "Kurir: Urgent: The family says nobody came: Ambulance. Karangnangka, Kedungbanteng. "
            "Sun 22 Nov 07:00 WIB. No. 4821",
        ),
        (
            NotificationKind.REPLY_RELEASED,
            TASK,
            "Kurir: Tugas No. 4821 dilepas. Relawan lain akan dihubungi",
            "Kurir: Task No. 4821 is given back. Others will be asked",
        ),
        (
            NotificationKind.REPLY_COMPLETED,
            TASK,
            "Kurir: Tugas No. 4821 selesai. Terima kasih atas bantuan Anda",
            "Kurir: Task No. 4821 is done. Thank you for your help",
        ),
        (
            NotificationKind.REPLY_DECLINED,
            TASK,
            "Kurir: Tugas No. 4821 bukan untuk Anda. Terima kasih sudah menjawab",
            "Kurir: Task No. 4821 is not yours. Thank you for answering",
        ),
        (
            NotificationKind.REPLY_REFUSED,
            REFUSED,
            "Kurir: Tugas No. 4821. Tugas ini sudah diambil relawan lain.",
            "Kurir: Task No. 4821. This task has been taken by another volunteer.",
        ),
        (
            NotificationKind.REPLY_HELP,
            {},
            "Kurir: Pesan ini tidak terbaca. Kirim AMBIL, TIDAK, MULAI, SELESAI atau LEPAS dan nomor tugas, "
            "misalnya AMBIL 4821. Hal lain: tulis lagi di sini",
            "Kurir: Not understood. Send AMBIL (take), TIDAK (no), MULAI (start), SELESAI (done) or LEPAS "
            "(give back) and the number: AMBIL 4821. Else write here again",
        ),
        (
            NotificationKind.SIGN_IN_CODE,
            {"code": "493027"},
            "Kurir: kode masuk 493027. Berlaku 10 menit. Jangan beri tahu siapa pun, termasuk kantor",
            "Kurir: sign-in code 493027. Good for 10 minutes. Tell nobody, not even the office",
        ),
    ],
)
def test_each_text_message_in_both_languages(
    kind: NotificationKind, data: dict[str, Any], indonesian: str, english: str
) -> None:
    assert render_line(kind, "id", data) == indonesian
    assert render_line(kind, "en", data) == english
    assert max(len(indonesian), len(english)) <= SMS
    assert {*indonesian, *english} <= GSM


PLACES_FILE = Path(places.__file__).with_name("regions.csv")


@cache
def villages() -> set[tuple[str, str]]:
    """Each with its sub-district, by their names."""
    with PLACES_FILE.open(encoding="utf-8", newline="") as file:
        names = {row["code"]: row["name"] for row in csv.DictReader(file)}
    return {(name, names[code[:8]]) for code, name in names.items() if code.count(".") == 3}


def test_names_of_places_can_be_written_in_the_gsm_alphabet() -> None:
    assert len(villages()) > 700
    assert {letter for place in villages() for name in place for letter in name} <= GSM


TEXTED = [kind for kind in NotificationKind if kind not in {"TASK_TAKEN", "TASK_VERIFIED", "REPLY_REFUSED"}]
LONGEST: dict[str, Any] = TASK | {
    "number": 99_999,
    "urgency": "EMERGENCY",
    "distance_m": 119_940.0,
    "starts_at": "2026-12-28T15:59:00Z",
    "deadline": "2026-12-28T15:59:00Z",
    "time_zone": "Asia/Makassar",
    "alerted": 139,
    "code": "493027",
}


@pytest.mark.parametrize("kind", TEXTED)
@pytest.mark.parametrize("locale", ["id", "en"])
def test_one_sms_says_it_for_every_kind_of_task_in_every_village(kind: NotificationKind, locale: str) -> None:
    by_length = {(len(village), len(subdistrict)): (village, subdistrict) for village, subdistrict in villages()}
    for village, subdistrict in by_length.values():
        for task_kind in task_kinds().values():
            name = {"id": task_kind.name.id, "en": task_kind.name.en}
            where = {"village": village, "subdistrict": subdistrict}
            line = render_line(kind, locale, LONGEST | where | {"kind_name": name})
            assert len(line) <= SMS
            assert {*line} <= GSM


def test_a_long_place_loses_its_sub_district_and_a_very_long_one_goes() -> None:
    name = {"kind_name": {"id": "Pendampingan psikososial"}}

    def line(village: str) -> str:
        return render_line(
            "TASK_ALERT", "id", LONGEST | name | {"village": village, "subdistrict": "Purwokerto Selatan"}
        )

    assert "Kalibagor, Purwokerto Selatan. " in line("Kalibagor")
    assert "Karangpucung Kidul Wetan. " in line("Karangpucung Kidul Wetan")
    assert line("K" * 60) == (
        "Kurir: DARURAT: Pendampingan psikososial dibutuhkan. 119,9 km. Sen 28 Des 23.59 WITA. "
        "Balas AMBIL 99999 / TIDAK 99999"
    )


REFUSALS: list[Refusal] = [
    *(NotEligible((reason, "OUT_OF_REGION")) for reason in REASON_WORDS),
    *(InvalidTransition(status, ()) for status in TaskStatus),
    NotFound(),
    NotAllowed(),
    TaskAlreadyClaimed(UUID(int=0)),
    ScheduleConflict(UUID(int=0)),
    InvalidInput.of("organizationId", id="Pilih organisasinya.", en="Choose the organisation."),
]


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("locale", ["id", "en"])
def test_one_sms_says_why_not_without_names_of_states_or_fields(verb: Verb, locale: str) -> None:
    advice = [words for status in (None, *ClaimStatus) if (words := instead(verb, status))]
    reasons = [said_by(refusal, verb, 99_999) for refusal in REFUSALS]
    for words in [*(said(one, 99_999) for one in (*advice, TOO_LATE)), *reasons]:
        line = render_line("REPLY_REFUSED", locale, {"number": 99_999, "said": words})
        assert len(line) <= SMS
        assert {*line} <= GSM
        assert not re.search(r"[A-Z]+_[A-Z]+|status|: organizationId|OPEN|HELD|OFFERED", line)


def test_a_text_message_is_one_line() -> None:
    said = {"id": "satu\ndua", "en": "one\ntwo"}

    assert render_line("REPLY_REFUSED", "id", {"number": 1, "said": said}) == "Kurir: Tugas No. 1. satu dua"


def test_what_is_unknown_is_left_out() -> None:
    data = {"kind_name": TASK["kind_name"], "number": 4821}

    assert render_line("TASK_ALERT", "id", data) == "Kurir: Ambulans dibutuhkan. Balas AMBIL 4821 / TIDAK 4821"
