"""What an operator reads of an import."""

from pathlib import Path

import pytest

from kurir_api.services.imports import Order
from kurir_api.services.imports.report import imported
from tests.factories import NOW
from tests.services.refusals import problems

pytestmark = pytest.mark.usefixtures("db")


def order(folder: Path, content: str, **values: bool) -> Order:
    """To import holidays from a file with this content."""
    file = folder / "hari-libur.csv"
    file.write_text(f"tanggal,nama\n{content}")
    return Order(kind="holidays", file=file, now=NOW, **values)


async def test_a_dry_run_says_that_it_is_one(tmp_path: Path) -> None:
    report = await imported(order(tmp_path, "2026-12-25,Hari Natal\n", dry_run=True), None)

    assert report.lines == (
        "holidays from hari-libur.csv, a dry run: nothing is written",
        "  read            1",
        "  added           1",
        "  changed         0",
        "  same            0",
        "  refused         0",
    )


async def test_the_first_refused_rows_are_shown_and_all_written_to_the_file(tmp_path: Path) -> None:
    refused = tmp_path / "refused.csv"

    report = await imported(order(tmp_path, "besok,Cuti\n" * 23), refused)

    assert report.lines[6] == (
        "line 2: tanggal: Tulis seperti 2026-12-25 atau 25/12/2026\n"
        "        day: Write it like 2026-12-25 or 25/12/2026"
    )
    assert report.lines[-1] == "... and 3 more; --refused FILE writes them all."
    assert len(report.lines) == 6 + 20 + 1
    written = refused.read_text().splitlines()
    assert written[:2] == [
        "line,reason_id,reason_en",
        "2,tanggal: Tulis seperti 2026-12-25 atau 25/12/2026,day: Write it like 2026-12-25 or 25/12/2026",
    ]
    assert len(written) == 24


async def test_a_file_that_isnt_there_or_cant_be_written_is_refused(tmp_path: Path) -> None:
    there = order(tmp_path, "")
    missing = Order(kind="holidays", file=tmp_path / "nowhere.csv", now=NOW)

    assert await problems(imported(missing, None)) == {"file": "It can't be read (No such file or directory)."}
    assert await problems(imported(there, tmp_path)) == {"refused": "Can't be written (Is a directory)."}
