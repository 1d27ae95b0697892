"""A partner's statement as a workbook (XLSX)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from itertools import chain
from tempfile import TemporaryDirectory
from typing import IO, Any, TypeVar

from kurir_api.database.moment import one_moment
from kurir_api.figures import day, duration
from kurir_api.models import Statement
from kurir_api.services.contributions.lines import CostLine, WorkLine, cost_lines, work_lines
from kurir_api.services.contributions.statement import StatementContent
from kurir_api.services.contributions.totals import Totals
from kurir_api.services.costs.words import CATEGORY_NAMES
from kurir_api.services.documents.codes import in_groups
from kurir_api.services.documents.issuing import Draft, Order, drafted, issued
from kurir_api.services.documents.wording import heading, in_words, kind_name, reference, reimbursement, span
from kurir_api.services.documents.workbook import Column, Kind, Table, Value, Workbook

BATCH = 500
MINUTES_A_DAY = 24 * 60
L = TypeVar("L")
DAY = Column("Tanggal", 13, Kind.DAY)
TASK_NUMBER = Column("Nomor tugas", 10, Kind.NUMBER)
KIND = Column("Jenis tugas", 30)
MEMBER = Column("Anggota", 30)
EFFORT = (
    Column("Menit", 10, Kind.COUNT, summed=True),
    Column("Kilometer", 12, Kind.KILOMETRES, summed=True),
)
MONEY = (
    Column("Biaya (uang)", 18, Kind.RUPIAH, summed=True),
    Column("Natura", 18, Kind.RUPIAH, summed=True),
)
CORRECTION = Column("Koreksi", 9)

SUMS = (
    Column("Tugas selesai", 10, Kind.COUNT, summed=True),
    Column("Penerima manfaat", 11, Kind.COUNT),
    *EFFORT,
    *MONEY,
)
WORK = (
    DAY,
    TASK_NUMBER,
    KIND,
    Column("Kecamatan", 22),
    MEMBER,
    Column("Tugas", 8, Kind.COUNT, summed=True),
    *EFFORT,
    CORRECTION,
)
COSTS = (
    DAY,
    TASK_NUMBER,
    Column("Kategori", 20),
    KIND,
    MEMBER,
    *MONEY,
    Column("Kuitansi", 9, Kind.COUNT),
    CORRECTION,
)
CATEGORIES = (Column("Kategori", 24), *MONEY)
PLEDGES = (
    DAY,
    Column("Acuan", 16),
    Column("Wilayah", 28),
    Column("Bentuk", 10),
    Column("Dijanjikan", 18, Kind.RUPIAH, summed=True),
    Column("Dipenuhi dalam periode ini", 18, Kind.RUPIAH, summed=True),
)


async def write_statement_workbook(file: IO[bytes], order: Order) -> Statement:
    """Write the partner's statement of the period to `file`, and issue it.

    Its lines pass through in batches, off the event loop.
    """
    with TemporaryDirectory() as folder:
        book = Workbook(file, folder, {"title": "Laporan Kontribusi Mitra", "company": "Kurir", "created": order.now})
        try:
            return await _written(book, order)
        except BaseException:
            book.discard()
            raise


async def _written(book: Workbook, order: Order) -> Statement:
    organization, period = order.organization, order.period
    summary = book.sheet("Ringkasan")
    async with one_moment():
        draft = await drafted(organization, period)
        await asyncio.to_thread(_tables, book, draft.content)
        await _lines(book.table("Rincian tugas", WORK), work_lines(organization.id, period), _work_row)
        await _lines(book.table("Rincian biaya", COSTS), cost_lines(organization.id, period), _cost_row)
    await asyncio.to_thread(_pledges, book, draft.content)
    found = await issued(draft, order)
    await asyncio.to_thread(_finish, book, summary, draft, found, order)
    return found


async def _lines(table: Table, lines: AsyncIterator[L], row: Callable[[L], tuple[Value, ...]]) -> None:
    batch: list[tuple[Value, ...]] = []
    async for line in lines:
        batch.append(row(line))
        if len(batch) == BATCH:
            await asyncio.to_thread(table.add, batch)
            batch = []
    await asyncio.to_thread(table.add, batch)
    table.total()


def _tables(book: Workbook, content: StatementContent) -> None:
    _table(
        book,
        "Per anggota",
        (Column("Anggota", 34), *SUMS),
        ((one.name, *_sums(one.totals)) for one in content.by_member),
    )
    _table(
        book,
        "Per jenis tugas",
        (Column("Jenis tugas", 34), *SUMS),
        ((kind_name(kind.code), *_sums(kind.totals)) for kind in content.by_kind),
    )
    _table(
        book,
        "Per kategori",
        CATEGORIES,
        ((CATEGORY_NAMES[c.category].id, c.cost, c.in_kind) for c in content.by_category),
    )


def _pledges(book: Workbook, content: StatementContent) -> None:
    _table(
        book,
        "Patungan",
        PLEDGES,
        (
            (
                line.made_on,
                reference(line),
                line.region_name,
                "Natura" if line.in_kind else "Uang",
                line.amount,
                line.settled,
            )
            for line in content.pledges
        ),
    )


def _table(book: Workbook, name: str, columns: tuple[Column, ...], rows: Iterable[tuple[Value, ...]]) -> None:
    table = book.table(name, columns)
    table.add(rows)
    table.total()


def _sums(totals: Totals) -> tuple[Value, ...]:
    return (
        totals.tasks,
        totals.beneficiaries,
        totals.minutes,
        totals.distance_m / 1000,
        totals.cost,
        totals.in_kind,
    )


def _work_row(line: WorkLine) -> tuple[Value, ...]:
    return (
        line.booked_on,
        line.task_number,
        kind_name(line.kind),
        line.subdistrict,
        line.member,
        line.tasks,
        line.minutes,
        line.distance_m / 1000,
        _yes(line.correction),
    )


def _cost_row(line: CostLine) -> tuple[Value, ...]:
    return (
        line.booked_on,
        line.task_number,
        CATEGORY_NAMES[line.category].id,
        kind_name(line.kind),
        line.member,
        0 if line.in_kind else line.amount,
        line.amount if line.in_kind else 0,
        line.receipts,
        _yes(line.correction),
    )


def _yes(correction: bool) -> str:
    return "ya" if correction else ""


def _finish(book: Workbook, sheet: Any, draft: Draft, found: Statement, order: Order) -> None:
    """The first sheet, which says under which code all others were issued."""
    content, code = draft.content, in_groups(found.code)
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 1, 46)
    sheet.write_string(0, 0, heading("Laporan Kontribusi Mitra", content.period, draft.day_of(order.now)), book.title)
    facts: tuple[tuple[str, Kind, Value], ...] = (
        ("Mitra", Kind.TEXT, content.organization.name),
        ("Wilayah", Kind.TEXT, draft.regency.name),
        ("Periode", Kind.TEXT, span(content.period)),
        ("Diterbitkan", Kind.TEXT, day(draft.day_of(found.issued_at))),
    )
    totals, money = content.totals, content.money
    figures: tuple[tuple[str, Kind, Value], ...] = (
        ("Tugas selesai", Kind.COUNT, totals.tasks),
        ("Penerima manfaat", Kind.COUNT, totals.beneficiaries),
        # Programs show no time below zero.
        ("Jam", Kind.HOURS, totals.minutes / MINUTES_A_DAY)
        if totals.minutes >= 0
        else ("Jam", Kind.TEXT, duration(totals.minutes)),
        ("Kilometer", Kind.KILOMETRES, totals.distance_m / 1000),
        ("Biaya (uang)", Kind.RUPIAH, totals.cost),
        ("Natura", Kind.RUPIAH, totals.in_kind),
        ("Ditanggung patungan mitra lain", Kind.RUPIAH, -money.borne_by_others),
        ("Patungan untuk biaya mitra lain", Kind.RUPIAH, money.borne_for_others),
        ("Jumlah nilai kontribusi", Kind.RUPIAH, content.value),
        ("Terbilang", Kind.TEXT, in_words(content.value)),
        *((label, Kind.RUPIAH, amount) for label, amount in reimbursement(money)),
    )
    proof: tuple[tuple[str, Kind, Value], ...] = (
        ("Kode verifikasi", Kind.TEXT, code),
        ("Periksa di", Kind.TEXT, order.check_url),
        ("Sidik digital (SHA-256)", Kind.TEXT, found.digest),
    )
    for row, (label, kind, value) in chain(
        enumerate(facts, 2), enumerate(figures, 3 + len(facts)), enumerate(proof, 4 + len(facts) + len(figures))
    ):
        sheet.write_string(row, 0, label, book.quiet)
        book.write(sheet, row, 1, kind, value, formats=book.aside)
    note = "Penerima manfaat yang dibantu beberapa anggota dihitung sekali; karena itu tidak dijumlahkan per anggota."
    sheet.write_string(5 + len(facts) + len(figures) + len(proof), 0, note, book.quiet)
    book.close(code)
