"""What text messages say, to the letter, and that one is usually enough to say it."""

from typing import Any

import pytest

from kurir_api.dispatch.texts import NotificationKind, render_line
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
            "Balas SELESAI 4821 bila selesai, LEPAS 4821 bila batal",
            "Kurir: No. 4821 is yours. Ambulance. Karangnangka, Kedungbanteng. Sun 22 Nov 07:00 WIB. "
            "Reply SELESAI 4821 when done, LEPAS 4821 if you can't",
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
            "Kurir: Pesan ini tidak terbaca. Kirim AMBIL, TIDAK, LEPAS atau SELESAI dan nomor tugas, "
            "misalnya AMBIL 4821. Hal lain: hubungi koordinator",
            "Kurir: Not understood. Send AMBIL (take), TIDAK (no), LEPAS (give back) or SELESAI (done) and the "
            "number, such as AMBIL 4821. Else call your coordinator",
        ),
        (
            NotificationKind.REPLY_UNKNOWN,
            {},
            "Kurir: Nomor ini belum terdaftar di Kurir. Relawan: kirim dari nomor yang terdaftar. "
            "Butuh bantuan: hubungi kantor desa. Gawat darurat: telepon 119",
            "Kurir: This number is not registered with Kurir. Volunteers: write from the registered number. "
            "In need of help: call your village office. Emergency: call 119",
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


@pytest.mark.parametrize("kind", [NotificationKind.TASK_ALERT, NotificationKind.REPLY_TAKEN])
@pytest.mark.parametrize("locale", ["id", "en"])
def test_one_sms_says_it_for_every_kind_of_task(kind: NotificationKind, locale: str) -> None:
    names = [{"id": one.name.id, "en": one.name.en} for one in task_kinds().values()]

    lines = [render_line(kind, locale, TASK | {"kind_name": name, "distance_m": 12_340}) for name in names]

    assert max(len(line) for line in lines) <= SMS
    assert {*"".join(lines)} <= GSM


def test_a_text_message_is_one_line() -> None:
    said = {"id": "satu\ndua", "en": "one\ntwo"}

    assert render_line("REPLY_REFUSED", "id", {"number": 1, "said": said}) == "Kurir: Tugas No. 1. satu dua"


def test_what_is_unknown_is_left_out() -> None:
    data = {"kind_name": TASK["kind_name"], "number": 4821}

    assert render_line("TASK_ALERT", "id", data) == "Kurir: Ambulans dibutuhkan. Balas AMBIL 4821 / TIDAK 4821"
