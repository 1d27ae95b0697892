"""The figures as CSV, as spreadsheets of Indonesian offices open it: UTF-8 with a mark, semicolons, whole numbers."""

import csv
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from io import StringIO

from kurir_api.services.costs.words import CATEGORY_NAMES
from kurir_api.services.documents.wording import kind_name
from kurir_api.services.statistics.names import Names
from kurir_api.services.statistics.statistics import Statistics

MARK = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell of words that begins so would be run by a spreadsheet."""

Row = Iterable[str | int]


class StatisticsTable(StrEnum):
    """What a table has a line for."""

    MONTHS = "MONTHS"
    KINDS = "KINDS"
    CATEGORIES = "CATEGORIES"
    PROGRAMMES = "PROGRAMMES"
    WAITING = "WAITING"


def as_csv(table: StatisticsTable, statistics: Statistics, names: Names) -> str:
    """The table with a line of headings. `names`: as `names_in` gives them."""
    written = StringIO()
    lines = csv.writer(written, delimiter=";", lineterminator="\r\n")
    lines.writerow(HEADINGS[table])
    lines.writerows(map(_safe, ROWS[table](statistics, names)))
    return MARK + written.getvalue()


HEADINGS: Mapping[StatisticsTable, tuple[str, ...]] = {
    StatisticsTable.MONTHS: ("Bulan", "Laporan", "Kasus baru", "Penerima manfaat", "Tugas selesai", "Biaya (Rp)"),
    StatisticsTable.KINDS: (
        "Jenis tugas",
        "Tugas selesai",
        "Penerima manfaat",
        "Menit",
        "Jarak (m)",
        "Biaya (Rp)",
        "Bantuan barang (Rp)",
    ),
    StatisticsTable.CATEGORIES: ("Jenis biaya", "Biaya (Rp)", "Bantuan barang (Rp)"),
    StatisticsTable.PROGRAMMES: ("Program", "Rujukan", "Disetujui", "Terlambat"),
    StatisticsTable.WAITING: ("Kode wilayah", "Wilayah", "Warga menunggu", "Terlama (menit)"),
}


def _months(statistics: Statistics, _: Names) -> Iterable[Row]:
    for one in statistics.by_month:
        yield f"{one.start:%Y-%m}", one.reports, one.cases, one.beneficiaries, one.tasks_completed, one.cost


def _kinds(statistics: Statistics, _: Names) -> Iterable[Row]:
    for code, totals in statistics.by_kind:
        yield (
            kind_name(code),
            totals.tasks,
            totals.beneficiaries,
            totals.minutes,
            totals.distance_m,
            totals.cost,
            totals.in_kind,
        )


def _categories(statistics: Statistics, _: Names) -> Iterable[Row]:
    for one in statistics.costs_by_category:
        yield CATEGORY_NAMES[one.category].id, one.cost, one.in_kind


def _programmes(statistics: Statistics, names: Names) -> Iterable[Row]:
    for one in statistics.by_programme:
        yield names[str(one.programme_id)], one.referrals, one.granted, one.overdue


def _waiting(statistics: Statistics, names: Names) -> Iterable[Row]:
    for one in statistics.waiting:
        longest = "" if one.longest_minutes is None else one.longest_minutes
        yield one.region, names[one.region], one.residents, longest


ROWS: Mapping[StatisticsTable, Callable[[Statistics, Names], Iterable[Row]]] = {
    StatisticsTable.MONTHS: _months,
    StatisticsTable.KINDS: _kinds,
    StatisticsTable.CATEGORIES: _categories,
    StatisticsTable.PROGRAMMES: _programmes,
    StatisticsTable.WAITING: _waiting,
}


def _safe(row: Row) -> list[str | int]:
    """The words as words: an apostrophe before what looks like a formula, as spreadsheets have it."""
    return [f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell for cell in row]
