"""Rows of a CSV file as offices save them, one at a time: never the file as a whole."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TextIO

from kurir_api.errors import InvalidInput, Problems
from kurir_api.services.imports.base import Column, Line, Refused, Values, refused

LONGEST_LINE = 100_000
SEPARATORS = (",", ";")
"""Excel writes a semicolon where the comma is the decimal mark, as in Indonesia."""


@contextmanager
def opened(path: Path, columns: Sequence[Column]) -> Iterator[Iterator[Line[Values] | Refused]]:
    """The file's rows; empty ones are left out. Raises InvalidInput, also while they are read: the file isn't there,
    isn't UTF-8, or its header doesn't fit.
    """
    try:
        file = path.open(encoding="utf-8-sig", newline="")
    except OSError as error:
        said = error.strerror or "-"
        raise _unusable(f"Tidak bisa dibaca ({said}).", f"It can't be read ({said}).") from error
    with file:
        yield _rows(file, columns)


def _rows(file: TextIO, columns: Sequence[Column]) -> Iterator[Line[Values] | Refused]:
    lines = _lines(file)
    separator, names = header(next(lines, ""), columns)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        number = reader.line_num + 2  # the header's line, and counting from 1
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            yield _unreadable(number)
            continue
        if any(cells):
            yield _row(number, cells, names, columns)


def _lines(file: TextIO) -> Iterator[str]:
    for number in count(1):
        try:
            line = file.readline(LONGEST_LINE)
        except UnicodeDecodeError as error:
            raise _unusable(
                "Simpan sebagai CSV UTF-8; berkas ini memakai penyandian lain.",
                "Save it as CSV UTF-8; this file is in another encoding.",
            ) from error
        if len(line) == LONGEST_LINE:
            raise _unusable(
                f"Baris {number} lebih dari {LONGEST_LINE} karakter.",
                f"Line {number} has more than {LONGEST_LINE} characters.",
            )
        if not line:
            return
        yield line


def header(first_line: str, columns: Sequence[Column]) -> tuple[str, list[str]]:
    """What separates cells, and the column's name of each cell. Raises InvalidInput naming all that is unknown,
    missing or there twice; nothing of a line that names no columns, which is about somebody, and no digits.
    """
    separator = max(SEPARATORS, key=first_line.count)
    called = {name: column.name for column in columns for name in (column.name, *column.also)}
    written = [cell.strip() for cell in next(csv.reader([first_line], delimiter=separator), [])]
    names = [called.get(cell.lower().replace(" ", "_"), "") for cell in written]
    problems = Problems()
    if not any(names):
        problems.add("file", id="Baris pertama harus berisi nama kolom.", en="The first line must name the columns.")
    for cell, name in zip(written, names, strict=True) if any(names) else ():
        if not name:
            said = "".join(sign for sign in cell[:40] if sign.isprintable() and sign not in "{}0123456789") or "-"
            problems.add("file", id=f"Kolom tak dikenal: {said}.", en=f"Unknown column: {said}.")
    for column in columns:
        if column.required and column.name not in names:
            problems.add(
                "file", id=f"Kolom {column.called.id} tidak ada.", en=f"The column {column.name} is missing."
            )
        if names.count(column.name) > 1:
            problems.add(
                "file", id=f"Kolom {column.called.id} ada dua kali.", en=f"The column {column.name} is there twice."
            )
    if problems.found:
        indonesian, english = (", ".join(column.called.say(locale) for column in columns) for locale in ("id", "en"))
        problems.add("file", id=f"Kolom yang dikenal: {indonesian}.", en=f"Known columns: {english}.")
    problems.refuse()
    return separator, names


def _row(number: int, cells: list[str], names: list[str], columns: Sequence[Column]) -> Line[Values] | Refused:
    """Fewer cells than columns are fine: Excel leaves out empty ones at the end of a line."""
    problems = Problems()
    if len(cells) > len(names):
        problems.add(
            "file",
            id=f"{len(cells)} isian, tetapi {len(names)} kolom.",
            en=f"{len(cells)} cells, but {len(names)} columns.",
        )
    values = {column.name: "" for column in columns} | dict(zip(names, cells, strict=False))
    for column in columns:
        text = values[column.name]
        if column.required and not text:
            problems.add(column.name, id="Harus diisi.", en="Must not be empty.")
        if len(text) > column.longest:
            problems.add(
                column.name,
                id=f"Paling banyak {column.longest} karakter.",
                en=f"At most {column.longest} characters.",
            )
        if "\0" in text:
            problems.add(column.name, id="Berisi karakter NUL.", en="Holds the NUL character.")
    return refused(number, problems, columns) if problems.found else Line(number, values)


def _unreadable(number: int) -> Refused:
    problems = Problems()
    problems.add(
        "file",
        id='Tanda kutip (") tidak berpasangan, atau isian terlalu panjang.',
        en="Quotation marks (\") don't pair up, or a cell is too long.",
    )
    return refused(number, problems, ())


def _unusable(indonesian: str, english: str) -> InvalidInput:
    return InvalidInput.of("file", id=indonesian, en=english)
