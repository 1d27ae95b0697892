"""What notifications say, to the letter, and that they can say nothing about a patient."""

from string import Formatter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kurir_api.dispatch.texts import FIELDS, WORDINGS, NotificationKind, Text, render, render_line
from kurir_api.dispatch.wordings import IN_TEXT_MESSAGES

TASK: dict[str, Any] = {
    "kind_name": {"id": "Ambulans", "en": "Ambulance"},
    "village": "Karangnangka",
    "subdistrict": "Kedungbanteng",
    "distance_m": 2149.6,
    "starts_at": "2026-11-22T00:00:00+00:00",
    "time_zone": "Asia/Jakarta",
    "number": 4821,
    "urgency": "NORMAL",
    "alerted": 12,
    "deadline": "2026-11-22T00:30:00Z",
    "said": {"id": "Tugas ini sudah diambil relawan lain.", "en": "This task has been taken."},
    "rupiah": 350_000,
    "costs": 3,
    "partner": "PMI Banyumas",
    "code": "493027",
    "month": "2026-10-01",
    "programme": {"id": "Rekomendasi KIS PBI", "en": "Recommendation for KIS PBI"},
    "link": "https://kurir.example.go.id/keluarga?t=k7Qm",
}
WHERE_ID = "Karangnangka, Kedungbanteng · Min 22 Nov 07.00 WIB · No. 4821"
WHERE_EN = "Karangnangka, Kedungbanteng · Sun 22 Nov 07:00 WIB · No. 4821"


@pytest.mark.parametrize(
    ("kind", "indonesian", "english"),
    [
        (
            NotificationKind.TASK_ALERT,
            Text("Ambulans dibutuhkan · 2,1 km", WHERE_ID),
            Text("Ambulance needed · 2.1 km", WHERE_EN),
        ),
        (
            NotificationKind.TASK_TAKEN,
            Text("Ambulans: sudah ada petugas", WHERE_ID),
            Text("Ambulance: taken by others", WHERE_EN),
        ),
        (
            NotificationKind.OFFER,
            Text("Tugas untuk Anda: Ambulans · 2,1 km", f"Terima atau tolak · {WHERE_ID}"),
            Text("Assigned to you: Ambulance · 2.1 km", f"Accept or decline · {WHERE_EN}"),
        ),
        (
            NotificationKind.CLAIM_REVOKED,
            Text("Tugas ditarik kembali: Ambulans", f"Anda tidak perlu berangkat · {WHERE_ID}"),
            Text("Task taken back: Ambulance", f"You need not go · {WHERE_EN}"),
        ),
        (
            NotificationKind.HANDED_OVER,
            Text("Sudah diambil alih: Ambulans", f"Anda tidak perlu berangkat · {WHERE_ID}"),
            Text("Taken over by another: Ambulance", f"You need not go · {WHERE_EN}"),
        ),
        (
            NotificationKind.NOT_HANDED_OVER,
            Text("Tidak jadi diambil alih: Ambulans", f"Tugas tetap milik Anda · {WHERE_ID}"),
            Text("Not taken over: Ambulance", f"The task is still yours · {WHERE_EN}"),
        ),
        (
            NotificationKind.TASK_CANCELLED,
            Text("Tugas dibatalkan: Ambulans", f"Anda tidak perlu berangkat · {WHERE_ID}"),
            Text("Task cancelled: Ambulance", f"You need not go · {WHERE_EN}"),
        ),
        (
            NotificationKind.TASK_VERIFIED,
            Text("Tugas diverifikasi: Ambulans", f"Terima kasih atas bantuan Anda · {WHERE_ID}"),
            Text("Task verified: Ambulance", f"Thank you for your help · {WHERE_EN}"),
        ),
        (
            NotificationKind.OFFER_EXPIRED,
            Text("Tawaran tidak dijawab: Ambulans", WHERE_ID),
            Text("Offer not answered: Ambulance", WHERE_EN),
        ),
        (
            NotificationKind.CLAIM_REMINDER,
            Text(
                "Sudah berangkat? Ambulans",
                "Tekan Mulai sebelum Min 22 Nov 07.30 WIB, atau lepas tugas ini"
                " · Karangnangka, Kedungbanteng · No. 4821",
            ),
            Text(
                "On your way? Ambulance",
                "Press Start before Sun 22 Nov 07:30 WIB, or give the task back"
                " · Karangnangka, Kedungbanteng · No. 4821",
            ),
        ),
        (
            NotificationKind.CLAIM_EXPIRED,
            Text("Belum dimulai, tugas dialihkan: Ambulans", f"Anda tidak perlu berangkat · {WHERE_ID}"),
            Text("Not started, given to others: Ambulance", f"You need not go · {WHERE_EN}"),
        ),
        (
            NotificationKind.NOBODY_LEFT,
            Text("Tidak ada lagi yang bisa dihubungi: Ambulans", f"{WHERE_ID} · sudah dihubungi: 12"),
            Text("Nobody left to ask: Ambulance", f"{WHERE_EN} · alerted so far: 12"),
        ),
        (
            NotificationKind.UNCLAIMED,
            Text("Belum ada yang mengambil: Ambulans", f"{WHERE_ID} · sudah dihubungi: 12"),
            Text("Nobody has taken: Ambulance", f"{WHERE_EN} · alerted so far: 12"),
        ),
        (
            NotificationKind.WINDOW_PASSED,
            Text("Waktunya sudah lewat, belum selesai: Ambulans", WHERE_ID),
            Text("Its time has passed, not done: Ambulance", WHERE_EN),
        ),
        (
            NotificationKind.NOT_STARTED,
            Text("Relawan tidak berangkat: Ambulans", WHERE_ID),
            Text("The volunteer did not set off: Ambulance", WHERE_EN),
        ),
        (
            NotificationKind.NOT_VERIFIED,
            Text("Sudah selesai, belum diverifikasi: Ambulans", WHERE_ID),
            Text("Done, not verified yet: Ambulance", WHERE_EN),
        ),
    ],
)
def test_each_kind_in_both_languages(kind: NotificationKind, indonesian: Text, english: Text) -> None:
    assert render(kind, "id", TASK) == indonesian
    assert render(kind, "en", TASK) == english


def test_every_kind_has_words_in_both_languages() -> None:
    assert {kind: set(wordings) for kind, wordings in WORDINGS.items()} == {
        kind: {"id", "en"} for kind in NotificationKind
    }


@pytest.mark.parametrize(
    ("urgency", "indonesian", "english"),
    [
        ("EMERGENCY", "DARURAT: Ambulans dibutuhkan · 2,1 km", "EMERGENCY: Ambulance needed · 2.1 km"),
        ("URGENT", "Segera: Ambulans dibutuhkan · 2,1 km", "Urgent: Ambulance needed · 2.1 km"),
        ("NORMAL", "Ambulans dibutuhkan · 2,1 km", "Ambulance needed · 2.1 km"),
        (None, "Ambulans dibutuhkan · 2,1 km", "Ambulance needed · 2.1 km"),
    ],
)
def test_urgency_comes_first(urgency: str | None, indonesian: str, english: str) -> None:
    data = {**TASK, "urgency": urgency}
    assert render("TASK_ALERT", "id", data).title == indonesian
    assert render("TASK_ALERT", "en", data).title == english


@pytest.mark.parametrize(
    ("metres", "indonesian", "english"),
    [
        (0, "0 m", "0 m"),
        (4.9, "0 m", "0 m"),
        (345, "350 m", "350 m"),
        (994.9, "990 m", "990 m"),
        (995, "1,0 km", "1.0 km"),
        (2100, "2,1 km", "2.1 km"),
        (12_340, "12,3 km", "12.3 km"),
        (1_234_500, "1.234,5 km", "1,234.5 km"),
    ],
)
def test_distance_is_in_tens_of_metres_then_tenths_of_kilometres(
    metres: float, indonesian: str, english: str
) -> None:
    data = {**TASK, "distance_m": metres}
    assert render("TASK_ALERT", "id", data).title == f"Ambulans dibutuhkan · {indonesian}"
    assert render("TASK_ALERT", "en", data).title == f"Ambulance needed · {english}"


@pytest.mark.parametrize(
    ("starts_at", "time_zone", "indonesian", "english"),
    [
        ("2026-11-21T01:00:00Z", "Asia/Jakarta", "Sab 21 Nov 08.00 WIB", "Sat 21 Nov 08:00 WIB"),
        ("2026-08-17T23:30:00+07:00", "Asia/Makassar", "Sel 18 Agu 00.30 WITA", "Tue 18 Aug 00:30 WITA"),
        ("2026-08-17T23:30:00+07:00", "Asia/Jayapura", "Sel 18 Agu 01.30 WIT", "Tue 18 Aug 01:30 WIT"),
    ],
)
def test_times_are_the_regencys(starts_at: str, time_zone: str, indonesian: str, english: str) -> None:
    data = {**TASK, "starts_at": starts_at, "time_zone": time_zone}
    assert render("TASK_ALERT", "id", data).body == f"Karangnangka, Kedungbanteng · {indonesian} · No. 4821"
    assert render("TASK_ALERT", "en", data).body == f"Karangnangka, Kedungbanteng · {english} · No. 4821"


def test_what_is_unknown_is_left_out() -> None:
    needed = {"kind_name": TASK["kind_name"], "number": 4821}
    assert render("TASK_ALERT", "id", needed) == Text("Ambulans dibutuhkan", "No. 4821")
    nothing = dict.fromkeys(["village", "subdistrict", "distance_m", "starts_at", "urgency", "alerted"])
    assert render("UNCLAIMED", "en", {**needed, **nothing}) == Text("Nobody has taken: Ambulance", "No. 4821")
    assert render("OFFER", "id", {**needed, "village": "Karangnangka"}) == Text(
        "Tugas untuk Anda: Ambulans", "Terima atau tolak · Karangnangka · No. 4821"
    )


@pytest.mark.parametrize(
    ("kind", "indonesian", "english"),
    [
        (
            NotificationKind.COST_ENDORSED,
            Text("Biaya dibenarkan mitra Anda: Rp350.000 (3 biaya)", "Menunggu persetujuan kantor"),
            Text("Costs endorsed by your partner: Rp 350,000 (3 costs)", "The office looks at them next"),
        ),
        (
            NotificationKind.COST_APPROVED,
            Text("Biaya disetujui: Rp350.000 (3 biaya)", "Menunggu pembayaran"),
            Text("Costs approved: Rp 350,000 (3 costs)", "They will be paid"),
        ),
        (
            NotificationKind.COST_RECORDED,
            Text("Bantuan natura dicatat: Rp350.000 (3 biaya)", "Terima kasih atas bantuan Anda"),
            Text("Gifts recorded: Rp 350,000 (3 costs)", "Thank you for your help"),
        ),
        (
            NotificationKind.COST_RETURNED,
            Text("Biaya dikembalikan: Rp350.000 (3 biaya)", "Baca catatannya di Kurir, perbaiki, lalu kirim lagi"),
            Text("Costs sent back: Rp 350,000 (3 costs)", "Read the note in Kurir, correct them and send them again"),
        ),
        (
            NotificationKind.COST_REJECTED,
            Text("Biaya ditolak: Rp350.000 (3 biaya)", "Alasannya ada di Kurir"),
            Text("Costs rejected: Rp 350,000 (3 costs)", "Kurir says why"),
        ),
        (
            NotificationKind.COST_PAID,
            Text("Biaya dibayar: Rp350.000 (3 biaya)", "Terima kasih atas bantuan Anda"),
            Text("Costs paid: Rp 350,000 (3 costs)", "Thank you for your help"),
        ),
        (
            NotificationKind.COST_VOIDED,
            Text("Biaya dibatalkan: Rp350.000 (3 biaya)", "Alasannya ada di Kurir"),
            Text("Costs cancelled: Rp 350,000 (3 costs)", "Kurir says why"),
        ),
    ],
)
def test_what_became_of_costs_in_both_languages(kind: NotificationKind, indonesian: Text, english: Text) -> None:
    told = {"rupiah": 350_000, "costs": 3}
    assert render(kind, "id", told) == indonesian
    assert render(kind, "en", told) == english


def test_one_cost_is_no_plural() -> None:
    told = {"rupiah": 1_250_000, "costs": 1}
    assert render("COST_PAID", "id", told).title == "Biaya dibayar: Rp1.250.000 (1 biaya)"
    assert render("COST_PAID", "en", told).title == "Costs paid: Rp 1,250,000 (1 cost)"


def test_a_disputed_statement_names_the_partner_in_both_languages() -> None:
    told = {"partner": "PMI Banyumas"}
    assert render("CONTRIBUTION_DISPUTED", "id", told) == Text(
        "Laporan kontribusi disanggah: PMI Banyumas", "Baris yang disanggah dan catatannya ada di Kurir"
    )
    assert render("CONTRIBUTION_DISPUTED", "en", told) == Text(
        "Statement disputed: PMI Banyumas", "Kurir shows the lines and what is said of them"
    )


def test_a_settled_dispute_names_the_partner_in_both_languages() -> None:
    told = {"partner": "PMI Banyumas"}
    assert render("DISPUTE_SETTLED", "id", told) == Text(
        "Sanggahan ditindaklanjuti: PMI Banyumas", "Baris yang Anda sanggah dikoreksi atau dibatalkan"
    )
    assert render("DISPUTE_SETTLED", "en", told) == Text(
        "Dispute settled: PMI Banyumas", "The line you disputed was corrected or taken back"
    )


def test_a_closed_month_is_named_in_both_languages() -> None:
    told = {"month": "2026-10-01"}
    assert render("MONTH_CLOSED", "id", told) == Text(
        "Pembukuan Oktober 2026 ditutup", "Laporan kontribusi bulan itu tidak berubah lagi"
    )
    assert render("MONTH_CLOSED", "en", told) == Text(
        "The books of October 2026 are closed", "The statement of that month changes no more"
    )


def test_a_coordinators_pledge_is_told_in_both_languages() -> None:
    told = {"partner": "PMI Banyumas", "rupiah": 350_000}
    assert render("PLEDGE_MADE", "id", told) == Text(
        "Koordinator menjanjikan Rp350.000 atas nama PMI Banyumas", "Bila tidak sesuai, tarik kembali di Kurir"
    )
    assert render("PLEDGE_MADE", "en", told) == Text(
        "A coordinator pledged Rp 350,000 for PMI Banyumas", "If that is not right, withdraw it in Kurir"
    )


def test_zero_people_alerted_is_said() -> None:
    assert render("UNCLAIMED", "en", {**TASK, "alerted": 0}).body == f"{WHERE_EN} · alerted so far: 0"


@pytest.mark.parametrize("locale", ["en", "EN", "en-GB", "en_US"])
def test_a_locale_of_english_is_english(locale: str) -> None:
    assert render("TASK_CANCELLED", locale, TASK).title == "Task cancelled: Ambulance"


@pytest.mark.parametrize("locale", ["id", "id_ID", "id-ID", "jv", "fr-FR", ""])
def test_any_other_locale_is_indonesian(locale: str) -> None:
    assert render("TASK_CANCELLED", locale, TASK).title == "Tugas dibatalkan: Ambulans"


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^'PARTY' is not a valid NotificationKind$"):
        render("PARTY", "id", TASK)


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^starts_at needs an offset from UTC: 2026-11-22T07:00:00$"):
        render("TASK_ALERT", "id", {**TASK, "starts_at": "2026-11-22T07:00:00"})


@pytest.mark.parametrize("field", ["kind_name", "number"])
def test_a_text_needs_its_kind_and_number(field: str) -> None:
    with pytest.raises(KeyError, match=field):
        render("TASK_ALERT", "id", {name: value for name, value in TASK.items() if name != field})


def test_words_name_no_field_but_the_allowed() -> None:
    named = {
        name
        for wordings in (*WORDINGS.values(), *IN_TEXT_MESSAGES.values())
        for wording in wordings.values()
        for part in wording
        for _, name, _, _ in Formatter().parse(part)
        if name
    }
    assert (
        named
        == set(FIELDS)
        == {
            "kind",
            "number",
            "urgency",
            "place",
            "distance",
            "time",
            "deadline",
            "alerted",
            "said",
            "rupiah",
            "costs",
            "partner",
            "month",
            "programme",
            "link",
            "code",
        }
    )


class Watched(dict[str, Any]):
    """Data that remembers what was read of it."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)


PRIVATE = ["patient_name", "national_id", "diagnosis", "address", "phone", "instructions", "title", "reason"]


@given(
    kind=st.sampled_from(NotificationKind),
    locale=st.sampled_from(["id", "en", "xx"]),
    private=st.dictionaries(st.sampled_from(PRIVATE) | st.text(), st.text() | st.integers() | st.none()),
    unknown=st.sets(st.sampled_from(["village", "subdistrict", "distance_m", "starts_at", "urgency", "alerted"])),
)
def test_nothing_but_the_allowed_fields_reaches_a_text(
    kind: NotificationKind, locale: str, private: dict[str, Any], unknown: set[str]
) -> None:
    allowed = {name: value for name, value in TASK.items() if name not in unknown}
    others = {name: value for name, value in private.items() if name not in TASK}
    data = Watched({**others, **allowed})
    assert render(kind, locale, data) == render(kind, locale, allowed)
    assert render_line(kind, locale, data) == render_line(kind, locale, allowed)
    assert data.read <= set(TASK)


@given(
    kind=st.sampled_from(
        [kind for kind in NotificationKind if "{place}" in WORDINGS[kind]["id"].body and not kind.startswith("REPLY")]
    ),
    locale=st.sampled_from(["id", "en"]),
    village=st.text(min_size=1),
    distance=st.none() | st.floats(0, 2_000_000),
)
def test_every_name_and_distance_makes_a_whole_text(
    kind: NotificationKind, locale: str, village: str, distance: float | None
) -> None:
    text = render(kind, locale, {**TASK, "village": village, "distance_m": distance})
    assert f"{village}, Kedungbanteng" in text.body
    assert "No. 4821" in text.body
    assert TASK["kind_name"][locale] in text.title
