"""Sheets for a treasurer: typed cells, sums that calculate, and nothing that a name could start."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import IO, Any

import xlsxwriter

A4 = 9
HEADING_HEIGHT = 32
"""Points: two lines."""
Value = str | int | float | date


class Kind(Enum):
    """What a column's cells are, as the number format they get. Months are Indonesian whatever the program's
    language, which chooses the separators.
    """

    TEXT = "@"
    DAY = "[$-421]d mmm yyyy"
    NUMBER = "0"
    COUNT = "#,##0"
    KILOMETRES = "#,##0.0"
    HOURS = "[h]:mm"
    RUPIAH = "[$Rp-421]#,##0;-[$Rp-421]#,##0"


READ = (Kind.TEXT, Kind.DAY, Kind.NUMBER)
"""Not compared by their digits, so not aligned by them."""
TO_THE_LEFT = {"align": "left", "indent": 1}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in characters, what it holds, and whether it is summed up."""

    heading: str
    width: int
    kind: Kind = Kind.TEXT
    summed: bool = False


class Workbook:
    """A file of sheets. Rows go to temporary files in `folder`, so that memory doesn't grow with them."""

    def __init__(self, file: IO[bytes], folder: str, properties: Mapping[str, Any]) -> None:
        self._book = xlsxwriter.Workbook(
            file,
            {
                "constant_memory": True,
                "tmpdir": folder,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self._book.set_properties(dict(properties))
        self.plain = {kind: self._format(kind) for kind in Kind}
        self.strong = {kind: self._format(kind, bold=True, top=1) for kind in Kind}
        self.aside = {kind: self._format(kind, **TO_THE_LEFT) for kind in Kind}
        heading = {"bold": True, "bg_color": "#E7EEF3", "bottom": 1, "text_wrap": True}
        self.headings = {kind: self._format(kind, **heading) for kind in Kind}
        self.title = self._book.add_format({"bold": True, "font_size": 15})
        self.quiet = self._book.add_format({"font_color": "#555555"})

    def _format(self, kind: Kind, **more: Any) -> Any:
        aligned = TO_THE_LEFT if kind in READ else {"align": "right"}
        return self._book.add_format({"num_format": kind.value, "valign": "top"} | aligned | more)

    def sheet(self, name: str, *, landscape: bool = False) -> Any:
        """An empty sheet, to be printed on A4 as wide as the paper, with numbered pages."""
        sheet = self._book.add_worksheet(name)
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.6, right=0.6, top=0.7, bottom=0.8)
        if landscape:
            sheet.set_landscape()
        return sheet

    def table(self, name: str, columns: tuple[Column, ...]) -> "Table":
        """A sheet that is one table."""
        return Table(self, self.sheet(name, landscape=True), columns)

    @staticmethod
    def write(sheet: Any, row: int, column: int, kind: Kind, value: Value, *, formats: Mapping[Kind, Any]) -> None:
        """A cell. Text is written as text, whatever it begins with."""
        if kind is Kind.TEXT:
            sheet.write_string(row, column, value, formats[kind])
        elif kind is Kind.DAY:
            sheet.write_datetime(row, column, value, formats[kind])
        else:
            sheet.write_number(row, column, value, formats[kind])

    def discard(self) -> None:
        """Let go of the temporary files of a workbook that can't be finished."""
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()

    def close(self, code: str) -> None:
        """Write the file, with the code at the foot of every page."""
        for sheet in self._book.worksheets():
            sheet.set_footer(f"&L&8Kode verifikasi {code}&R&8&A, halaman &P dari &N")
        self._book.close()


class Table:
    """Headings that stay, rows below, and under them the sums."""

    def __init__(self, book: Workbook, sheet: Any, columns: tuple[Column, ...]) -> None:
        self._book = book
        self._sheet = sheet
        self._columns = columns
        self._rows = 0
        self._sums: list[float] = [0 for _ in columns]
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.set_row(0, HEADING_HEIGHT)
        for index, column in enumerate(columns):
            sheet.write_string(0, index, column.heading, book.headings[column.kind])

    def add(self, rows: Iterable[tuple[Value, ...]]) -> None:
        """Rows, in the order of the columns."""
        write, formats = self._book.write, self._book.plain
        for row in rows:
            self._rows += 1
            for index, (column, value) in enumerate(zip(self._columns, row, strict=True)):
                write(self._sheet, self._rows, index, column.kind, value, formats=formats)
                if column.summed and not isinstance(value, str | date):
                    self._sums[index] += value

    def total(self, label: str = "Jumlah") -> None:
        """The last row: SUM formulas, with what they give."""
        row = self._rows + 1
        self._sheet.write_string(row, 0, label, self._book.strong[Kind.TEXT])
        for index, column in enumerate(self._columns[1:], start=1):
            format_ = self._book.strong[column.kind]
            if column.summed and self._rows:
                letter = chr(ord("A") + index)
                self._sheet.write_formula(
                    row, index, f"=SUM({letter}2:{letter}{self._rows + 1})", format_, self._sums[index]
                )
            elif column.summed:
                self._sheet.write_number(row, index, 0, format_)
            else:
                self._sheet.write_blank(row, index, None, format_)
