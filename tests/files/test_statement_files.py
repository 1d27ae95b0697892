"""Statements as files: who gets them, and that they say what the API's statement says."""

import asyncio
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import openpyxl
import pypdfium2
import pytest

from kurir_api.figures import day, rupiah
from kurir_api.links import signed
from kurir_api.models import Cost, Member, Organization, Pledge, Role, Statement, WorkEntry
from kurir_api.services.documents.codes import in_groups
from kurir_api.services.ledger import reverse_cost
from tests.api import Api
from tests.counting import Statements
from tests.factories import NOW, OTHER_REGENCY, REGENCY, make_member, make_organization
from tests.ids import id_of
from tests.services.documents.books import FIRST, FORMULA, LAST, PRIVATE, Books, empty_books, half_a_year

WIB = ZoneInfo("Asia/Jakarta")
SHEETS = [
    "Ringkasan",
    "Per anggota",
    "Per jenis tugas",
    "Per kategori",
    "Rincian tugas",
    "Rincian biaya",
    "Patungan",
]

NOTE = "Penerima manfaat yang dibantu beberapa anggota dihitung sekali; karena itu tidak dijumlahkan per anggota."


def path_of(partner: Organization, kind: str, first: object = FIRST, last: object = LAST) -> str:
    """Where the partner's statement is."""
    return f"/statements/{partner.id}/{first}_{last}.{kind}"


async def fetched(api: Api, viewer: Member, path: str, age: timedelta = timedelta()) -> httpx.Response:
    """What the viewer's link to `path` answers, made `age` ago."""
    async with httpx.AsyncClient(base_url=api.url, timeout=60) as http:
        return await http.get(signed(api.settings, path, datetime.now(UTC) - age, by=str(viewer.id)))


async def workbook(api: Api, books: Books, *, formulas: bool = False) -> Any:
    """The reviewer's workbook, read: the cells' values, or with `formulas` what they calculate."""
    answer = await fetched(api, books.reviewer, path_of(books.partner, "xlsx"))
    assert answer.status_code == 200, answer.text
    return openpyxl.load_workbook(io.BytesIO(answer.content), data_only=not formulas)


def rows(sheet: Any) -> list[list[Any]]:
    """The cells' values."""
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def pdf_text(pdf: bytes) -> str:
    """All words of a PDF, spaces and line breaks as one space."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
    finally:
        document.close()


async def report(api: Api, books: Books) -> httpx.Response:
    """The reviewer's PDF."""
    return await fetched(api, books.reviewer, path_of(books.partner, "pdf"))


def summary(book: Any) -> dict[str, Any]:
    """The first sheet by label."""
    return {row[0]: row[1] for row in rows(book["Ringkasan"]) if row[0]}


async def test_the_workbook_says_who_what_and_when_on_its_first_sheet(api: Api) -> None:
    books = await half_a_year()

    book = await workbook(api, books)
    statement = await Statement.get()

    assert book.sheetnames == SHEETS
    assert summary(book) | {"Diterbitkan": None} == {
        "Laporan Kontribusi Mitra": None,
        "Mitra": "Lazis *Serayu* & Co",
        "Wilayah": "Kabupaten Banyumas",
        "Periode": "1 Januari 2026 s.d. 30 Juni 2026",
        "Diterbitkan": None,
        "Tugas selesai": 2,
        "Penerima manfaat": 1,
        "Jam": timedelta(hours=3, minutes=5),
        "Kilometer": 36.4,
        "Biaya (uang)": 1_250_000,
        "Natura": 75_000,
        "Ditanggung patungan mitra lain": 0,
        "Patungan untuk biaya mitra lain": 0,
        "Jumlah nilai kontribusi": 1_325_000,
        "Terbilang": "satu juta tiga ratus dua puluh lima ribu rupiah",
        "Belum diganti pada awal periode": 0,
        "Biaya anggota yang disetujui": 1_250_000,
        "Diganti oleh mitra ini": 0,
        "Diganti oleh patungan mitra lain": 0,
        "Belum diganti pada akhir periode": 1_250_000,
        "Dibayar patungan kami untuk anggota mitra lain": 0,
        "Kode verifikasi": in_groups(statement.code),
        "Periksa di": f"{api.url}/verify",
        "Sidik digital (SHA-256)": statement.digest,
        NOTE: None,
    }


CONTRIBUTIONS = """query ($id: ID!) { node(id: $id) { ... on Organization {
  contributions(period: {from: "2026-01-01", to: "2026-06-30"}) {
    xlsxUrl pdfUrl totals { tasksCompleted beneficiaries minutes distanceM cost inKind }
  }
} } }"""


async def test_the_api_s_links_lead_to_files_that_say_what_the_api_says(api: Api) -> None:
    books = await half_a_year()
    said = (await api.data(books.reviewer, CONTRIBUTIONS, id=id_of(books.partner)))["node"]["contributions"]
    totals = said["totals"]

    async with httpx.AsyncClient() as http:
        xlsx, pdf = [await http.get(said[link]) for link in ("xlsxUrl", "pdfUrl")]
    sheet, text = summary(openpyxl.load_workbook(io.BytesIO(xlsx.content), data_only=True)), pdf_text(pdf.content)

    assert [
        sheet["Tugas selesai"],
        sheet["Penerima manfaat"],
        sheet["Jam"] // timedelta(minutes=1),
        round(sheet["Kilometer"] * 1000),
    ] == [
        totals["tasksCompleted"],
        totals["beneficiaries"],
        totals["minutes"],
        totals["distanceM"],
    ]
    assert [sheet["Biaya (uang)"], sheet["Natura"]] == [totals["cost"], totals["inKind"]]
    assert f"Biaya (uang) {rupiah(totals['cost'])} Natura {rupiah(totals['inKind'])}" in text


async def test_every_table_adds_up_and_shows_how(api: Api) -> None:
    books = await half_a_year()

    values, formulas = await workbook(api, books), await workbook(api, books, formulas=True)

    assert rows(values["Per anggota"])[1:] == [
        [FORMULA, 1, 1, 60, 12.4, 50_000, 0],
        ["Siti Aminah", 1, 1, 125, 24, 1_200_000, 75_000],
        ["Jumlah", 2, None, 185, 36.4, 1_250_000, 75_000],
    ]
    assert rows(formulas["Per anggota"])[-1] == [
        "Jumlah",
        "=SUM(B2:B3)",
        None,
        "=SUM(D2:D3)",
        "=SUM(E2:E3)",
        "=SUM(F2:F3)",
        "=SUM(G2:G3)",
    ]
    assert rows(values["Per jenis tugas"])[1:] == [
        ["Antar jemput ambulans", 1, 1, 125, 24, 1_250_000, 75_000],
        ["Antar makan dan minum", 1, 1, 60, 12.4, 0, 0],
        ["Jumlah", 2, None, 185, 36.4, 1_250_000, 75_000],
    ]
    assert rows(values["Per kategori"])[1:] == [
        ["Bahan bakar", 1_200_000, 0],
        ["Makan dan minum", 50_000, 0],
        ["Sembako", 0, 75_000],
        ["Jumlah", 1_250_000, 75_000],
    ]


async def test_the_workbook_lists_every_line_with_its_day_and_says_which_are_corrections(api: Api) -> None:
    books = await half_a_year()

    book = await workbook(api, books)
    work, costs = rows(book["Rincian tugas"]), rows(book["Rincian biaya"])

    assert [(row[0].date(), *row[2:]) for row in work[1:-1]] == [
        (date(2026, 1, 1), "Antar jemput ambulans", "Kedungbanteng", "Siti Aminah", 1, 125, 24, ""),
        (date(2026, 2, 3), "Antar jemput ambulans", "Kedungbanteng", "Siti Aminah", 1, 600, 1, ""),
        (date(2026, 3, 1), "Antar jemput ambulans", "Kedungbanteng", "Siti Aminah", -1, -600, -1, "ya"),
        (LAST, "Antar makan dan minum", "Kedungbanteng", FORMULA, 1, 60, 12.4, ""),
    ]
    assert work[-1] == ["Jumlah", None, None, None, None, 2, 185, 36.4, None]
    assert [(row[0].date(), *row[2:]) for row in costs[1:-1]] == [
        (date(2026, 1, 2), "Bahan bakar", "Antar jemput ambulans", "Siti Aminah", 1_200_000, 0, 0, ""),
        (date(2026, 6, 1), "Makan dan minum", "Antar jemput ambulans", FORMULA, 50_000, 0, 0, ""),
        (date(2026, 6, 2), "Sembako", "Antar jemput ambulans", "Siti Aminah", 0, 75_000, 0, ""),
    ]
    assert costs[-1] == ["Jumlah", None, None, None, None, 1_250_000, 75_000, None, None]
    numbers = [cost.task.number for cost in await Cost.all().order_by("spent_on").select_related("task")]
    assert [row[1] for row in costs[1:-1]] == numbers


@pytest.mark.parametrize("name", [FORMULA, "+1", "-2+3", "@SUM(A1)", "\t=1+1", "http://x.example", "{=1}", "007"])
async def test_what_people_are_called_is_text_in_a_workbook(api: Api, name: str) -> None:
    books = await empty_books()
    await Member.filter(id=books.siti.id).update(name=name)
    await books.work(books.siti, FIRST, 10, 100)

    book = await workbook(api, books, formulas=True)

    cell = book["Per anggota"]["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (name, "s", None)
    assert all(
        cell.data_type != "f" or cell.value.startswith("=SUM(") for sheet in book for row in sheet for cell in row
    )


async def test_the_report_says_the_same_in_its_sections_and_in_words(api: Api) -> None:
    books = await half_a_year()

    answer = await report(api, books)
    text, statement = pdf_text(answer.content), await Statement.get()

    for said in (
        "Laporan Pertanggungjawaban Kontribusi Mitra Lazis *Serayu* & Co",
        "Periode 1 Januari 2026 s.d. 30 Juni 2026",
        f"Nomor: {in_groups(statement.code)}",
        "Penerima manfaat 1 orang",
        "Waktu relawan (jam:menit) 3:05",
        "Jarak tempuh 36,4 km",
        "Biaya (uang) Rp1.250.000",
        "Jumlah nilai kontribusi (uang dan natura): Rp1.325.000",
        "Terbilang: satu juta tiga ratus dua puluh lima ribu rupiah",
        "Siti Aminah 1 1 2:05 24,0 Rp1.200.000 Rp75.000",
        "Makan dan minum Rp50.000 Rp0",
        "Tidak ada patungan dalam periode ini.",
        "1 Maret 2026",
        "-10:00 jam, -1,0 km",
        "Koordinator Kabupaten Banyumas",
        statement.digest,
    ):
        assert said in text
    for number, section in enumerate(
        (
            "Pendahuluan",
            "Ringkasan",
            "Kegiatan per jenis tugas",
            "Pelaksana",
            "Realisasi biaya",
            "Patungan",
            "Koreksi",
            "Penutup",
        )
    ):
        assert f"{('I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII')[number]}. {section}" in text


@pytest.mark.parametrize("name", [FORMULA, '#eval("1")', "$x$ *b* _c_", "[a] <b> @c \\d // e", "= Judul", "- satu"])
async def test_what_people_are_called_is_printed_as_it_is(api: Api, name: str) -> None:
    books = await empty_books()
    await Member.filter(id=books.siti.id).update(name=name)
    await Organization.filter(id=books.partner.id).update(name=name)
    await books.work(books.siti, FIRST, 10, 100)

    assert pdf_text((await report(api, books)).content).count(name) >= 4


async def test_names_in_any_script_or_with_control_characters_still_give_a_report(api: Api) -> None:
    books = await empty_books()
    await Member.filter(id=books.siti.id).update(name="ꦱꦶꦠꦶ \x01\x0b 中 😀")
    await books.work(books.siti, FIRST, 10, 100)

    assert (await report(api, books)).content.startswith(b"%PDF-")
    assert rows((await workbook(api, books))["Per anggota"])[1][1:4] == [1, 1, 10]


async def test_the_same_statement_is_issued_once_and_its_report_has_the_same_bytes(api: Api) -> None:
    books = await half_a_year()

    first, again = await report(api, books), await report(api, books)
    await workbook(api, books)

    assert first.content == again.content
    assert await Statement.all().count() == 1


async def test_when_the_books_change_another_statement_is_issued(api: Api) -> None:
    books = await half_a_year()
    await report(api, books)
    await books.work(books.siti, date(2026, 6, 5), 5, 5)

    await report(api, books)

    old, new = await Statement.all().order_by("issued_at")
    assert old.code != new.code
    assert (old.totals["tasks"], new.totals["tasks"]) == (2, 3)
    assert new.issued_by_id == books.reviewer.id


async def test_whoever_asks_at_the_same_time_gets_the_same_statement(api: Api) -> None:
    books = await half_a_year()

    answers = await asyncio.gather(*(report(api, books) for _ in range(6)))

    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.content for answer in answers}) == 1
    assert await Statement.all().count() == 1


async def test_pledges_are_listed_with_what_was_settled_of_them_in_the_period(api: Api) -> None:
    books = await half_a_year()
    await books.promise(date(2026, 2, 3), 500_000, settled=120_000)

    sheet = rows((await workbook(api, books))["Patungan"])
    text = pdf_text((await report(api, books)).content)

    mark = f"Janji {(await Pledge.get()).id.hex[-8:].upper()}"
    assert [(row[0].date(), *row[1:]) for row in sheet[1:-1]] == [
        (date(2026, 2, 3), mark, "Kedungbanteng", "Uang", 500_000, 120_000)
    ]
    assert sheet[-1] == ["Jumlah", None, None, None, 500_000, 120_000]
    assert f"{mark} Kedungbanteng Uang Rp500.000 Rp120.000" in text


async def test_what_other_partners_bear_and_pay_is_received_and_not_ones_own(api: Api) -> None:
    books = await half_a_year()
    await books.borne_by(await make_organization(), 100_000, date(2026, 6, 3), 30_000)

    book = summary(await workbook(api, books))
    text = pdf_text((await report(api, books)).content)

    assert (book["Ditanggung patungan mitra lain"], book["Jumlah nilai kontribusi"]) == (-30_000, 1_395_000)
    assert book["Diganti oleh patungan mitra lain"] == 30_000
    for said in (
        "Dikurangi: ditanggung patungan mitra lain Rp30.000",
        "Jumlah nilai kontribusi (uang dan natura): Rp1.395.000",
        "Belum diganti pada awal periode Rp0 Biaya anggota yang disetujui Rp1.350.000",
        "Diganti oleh mitra ini Rp70.000 Diganti oleh patungan mitra lain Rp30.000",
        "Belum diganti pada akhir periode Rp1.250.000",
        "Ditanggung mitra lain dari biaya anggota kami Rp30.000 Dibayar mitra lain kepada anggota kami Rp30.000",
    ):
        assert said in text


async def test_corrections_are_listed_by_day_with_the_number_of_their_task(api: Api) -> None:
    books = await half_a_year()
    cost = await books.spend(books.siti, date(2026, 2, 1), 40_000)
    await reverse_cost(cost.id, NOW)
    work = await WorkEntry.get(reverses_id__isnull=False).select_related("task")

    text = pdf_text((await report(api, books)).content)
    corrections = text[text.index("VII. Koreksi") :]

    spent = f"1 Februari 2026 {(await cost.task).number}"
    assert 0 < corrections.index(spent) < corrections.index(f"1 Maret 2026 {work.task.number}")


@pytest.mark.parametrize(("days", "provisional"), [(0, True), (-1, False)])
async def test_until_its_last_day_is_over_a_statement_says_that_it_is_provisional(
    api: Api, days: int, provisional: bool
) -> None:
    books = await empty_books()
    today = datetime.now(WIB).date()
    first, last = today - timedelta(days=30), today + timedelta(days=days)
    mark = f": SEMENTARA (sampai {day(today)})"

    pdf, xlsx = [
        await fetched(api, books.reviewer, path_of(books.partner, kind, first, last)) for kind in ("pdf", "xlsx")
    ]

    assert (f"Laporan Pertanggungjawaban Kontribusi Mitra{mark}" in pdf_text(pdf.content)) == provisional
    title = openpyxl.load_workbook(io.BytesIO(xlsx.content))["Ringkasan"]["A1"].value
    assert title == f"Laporan Kontribusi Mitra{mark if provisional else ''}"


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
async def test_of_a_period_that_has_not_begun_there_is_no_document(api: Api, kind: str) -> None:
    books = await empty_books()
    tomorrow = datetime.now(WIB).date() + timedelta(days=1)

    answer = await fetched(api, books.reviewer, path_of(books.partner, kind, tomorrow, tomorrow))

    assert answer.status_code == 422
    assert "Not begun; choose an earlier day." in answer.text
    assert not await Statement.exists()


async def test_five_thousand_lines_take_a_few_statements_and_all_are_there(api: Api) -> None:
    books = await half_a_year()
    await books.many(5_000)

    with Statements() as sent:
        book = await workbook(api, books)

    assert len(sent) <= 20
    assert book["Rincian tugas"].max_row == 1 + 5_004 + 1
    assert rows(book["Rincian tugas"])[-1][5:8] == [5_002, 5_185, pytest.approx(86.4)]
    assert summary(book)["Tugas selesai"] == 5_002


async def test_an_empty_period_gives_documents_too(api: Api) -> None:
    books = await empty_books()

    book, text = await workbook(api, books), pdf_text((await report(api, books)).content)

    assert rows(book["Per anggota"])[1:] == [["Jumlah", 0, None, 0, 0, 0, 0]]
    assert summary(book)["Terbilang"] == "nol rupiah"
    assert "Tidak ada kegiatan dalam periode ini." in text
    assert book["Rincian biaya"].max_row == 2
    assert "Tidak ada koreksi dalam periode ini." in text


async def test_nothing_of_a_patient_is_in_any_byte_or_name(api: Api) -> None:
    books = await half_a_year()
    answers = [await fetched(api, books.reviewer, path_of(books.partner, kind)) for kind in ("xlsx", "pdf")]

    held = [*unzipped(answers[0].content), pdf_text(answers[1].content).encode(), answers[1].content]
    held += [str(answer.headers).encode() for answer in answers]

    assert not [secret for secret in PRIVATE if any(secret.encode() in part for part in held)]


def unzipped(file: bytes) -> Iterator[bytes]:
    """Everything in an archive."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        for name in archive.namelist():
            yield name.encode() + archive.read(name)


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("pdf", "application/pdf"),
    ],
)
async def test_the_file_is_named_after_partner_and_period_and_kept_by_nobody_on_the_way(
    api: Api, kind: str, content_type: str
) -> None:
    books = await empty_books()

    headers = (await fetched(api, books.reviewer, path_of(books.partner, kind))).headers

    assert headers["content-type"] == content_type
    assert headers["content-disposition"] == (
        f'attachment; filename="laporan-kontribusi-lazis-serayu-co-2026-01-01_2026-06-30.{kind}"'
    )
    assert headers["cache-control"] == "private, no-store"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
async def test_a_stale_link_and_a_forged_one_are_refused_and_nothing_is_issued(api: Api, kind: str) -> None:
    books = await empty_books()
    path = path_of(books.partner, kind)
    genuine = signed(api.settings, path, datetime.now(UTC), by=str(books.reviewer.id))
    other = path_of(books.partner, kind, "2025-01-01")

    async with httpx.AsyncClient(base_url=api.url) as http:
        refused = [
            await fetched(api, books.reviewer, path, timedelta(minutes=11)),
            await http.get(path),
            await http.get(genuine.replace(str(books.reviewer.id), str(books.siti.id))),
            await http.get(genuine.replace(path, other)),
            await http.get(signed(api.settings, path, datetime.now(UTC), by="nobody")),
        ]

    assert [answer.status_code for answer in refused] == [403] * 5
    assert "Minta tautan baru di aplikasi." in refused[0].text
    assert not await Statement.exists()


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
@pytest.mark.parametrize(
    ("role", "region", "status"),
    [
        (Role.COORDINATOR, REGENCY, 200),
        (Role.ADMIN, REGENCY, 200),
        (Role.COORDINATOR, "33.02.23", 404),
        (Role.COORDINATOR, OTHER_REGENCY, 404),
        (Role.DESK_OFFICER, REGENCY, 404),
        (Role.VOLUNTEER, REGENCY, 404),
        (Role.PARTNER_REVIEWER, REGENCY, 404),
    ],
)
async def test_a_link_works_for_those_who_may_see_the_statement(
    api: Api, kind: str, role: Role, region: str, status: int
) -> None:
    books = await empty_books()
    viewer = await make_member(role=role, region=region)

    assert (await fetched(api, viewer, path_of(books.partner, kind))).status_code == status
    assert await Statement.all().count() == (status == 200)


async def test_the_link_of_a_member_who_left_is_refused(api: Api) -> None:
    books = await empty_books()
    await Member.filter(id=books.reviewer.id).update(active=False)

    assert (await report(api, books)).status_code == 403


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-01-01", "2999-12-31", "After the end of this month; choose an earlier day"),
        ("2000-01-01", "2011-01-01", "At most 10 years; choose a shorter period"),
    ],
)
async def test_of_a_period_that_is_too_long_or_to_come_none_is_issued(
    api: Api, kind: str, first: str, last: str, words: str
) -> None:
    books = await empty_books()

    answer = await fetched(api, books.reviewer, path_of(books.partner, kind, first, last))

    assert (answer.status_code, words in answer.text) == (422, True)
    assert not await Statement.exists()


@pytest.mark.parametrize("days", ["2026-01-01", "2026-06-30_2026-01-01", "x_y", "2026-02-30_2026-03-01"])
async def test_a_period_that_is_none_is_not_found(api: Api, days: str) -> None:
    books = await empty_books()
    path = f"/statements/{books.partner.id}/{days}.pdf"

    assert (await fetched(api, books.reviewer, path)).status_code == 404


async def test_a_report_takes_as_many_statements_for_many_lines_as_for_few(api: Api) -> None:
    books = await half_a_year()
    with Statements() as few:
        await report(api, books)
    for number in range(1, 20):
        await books.work(books.siti, date(2026, 5, number), 5, 5)
    with Statements() as many:
        await report(api, books)

    assert len(few) == len(many) <= 16
