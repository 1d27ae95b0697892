"""Any file of rows."""

import asyncio
import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kurir_api.errors import InvalidInput
from kurir_api.models import Organization, Region
from kurir_api.models.holiday import Holiday
from kurir_api.services.imports import BATCH, import_kinds
from tests.counting import Statements
from tests.factories import REGENCY, make_regions
from tests.services.imports.files import imported
from tests.services.refusals import problems

pytestmark = pytest.mark.usefixtures("db")

HOLIDAYS = "day,kind,name_id,name_en\n2026-12-25,NATIONAL,Hari Natal,Christmas Day\n2027-01-01,NATIONAL,Tahun Baru,\n"


def test_every_kind_is_a_file_and_names_its_columns_once() -> None:
    assert {"regions", "organizations", "members", "programmes", "holidays"} <= set(import_kinds())
    for kind in import_kinds().values():
        names = [name for column in kind.columns for name in (column.name, *column.also)]
        assert len(names) == len(set(names))


async def test_a_second_time_every_row_is_the_same_and_nothing_is_written(tmp_path: Path) -> None:
    first = await imported(tmp_path, "holidays", HOLIDAYS)
    rows = await Holiday.all().order_by("day").values_list("id", "name_id", "name_en")
    again = await imported(tmp_path, "holidays", HOLIDAYS)

    assert first.counts == (2, 2, 0, 0, 0)
    assert again.counts == (2, 0, 0, 2, 0)
    assert await Holiday.all().order_by("day").values_list("id", "name_id", "name_en") == rows
    assert [row[1:] for row in rows] == [("Hari Natal", "Christmas Day"), ("Tahun Baru", "Tahun Baru")]


async def test_what_a_row_says_otherwise_than_before_is_changed(tmp_path: Path) -> None:
    await imported(tmp_path, "holidays", HOLIDAYS)

    after = await imported(tmp_path, "holidays", HOLIDAYS.replace("Hari Natal", "Natal"))

    assert after.counts == (2, 0, 1, 1, 0)
    assert await Holiday.filter(name_id="Natal", name_en="Christmas Day").count() == 1


async def test_a_dry_run_checks_everything_and_writes_nothing(tmp_path: Path) -> None:
    tried = await imported(tmp_path, "holidays", HOLIDAYS + "soon,NATIONAL,Lain,\n", dry_run=True)

    assert tried.counts == (3, 2, 0, 0, 1)
    assert not await Holiday.exists()


async def test_a_refused_row_is_named_by_the_line_on_which_it_begins_in_both_languages(tmp_path: Path) -> None:
    content = (
        'day,kind,name_id\n2026-12-25,NATIONAL,"Hari\nNatal"\n\nsoon,NEVER,\n2026-12-25,,Lagi\n2027-01-01,,Baru,x\n'
    )

    found = await imported(tmp_path, "holidays", content)

    assert found.counts == (4, 1, 0, 0, 3)
    assert found.said() == {
        5: "name_id: Must not be empty",
        6: "file: The same as line 2",
        7: "file: 4 cells, but 3 columns",
    }
    assert found.said("id")[6] == "berkas: Sama dengan baris 2"


async def test_cells_that_cant_be_used_are_all_named(tmp_path: Path) -> None:
    found = await imported(tmp_path, "holidays", "tanggal;jenis;nama\n31/02/2027;NEVER;Baru\n")

    assert found.said() == {
        2: "day: Write it like 2026-12-25 or 25/12/2026; kind: Choose one of: NATIONAL, COLLECTIVE_LEAVE, LOCAL"
    }


async def test_excel_files_are_understood(tmp_path: Path) -> None:
    """A byte order mark, semicolons, Indonesian headers, days as it writes them, empty lines, missing last cells."""
    content = "\ufeffTanggal;Nama;Jenis\r\n25/12/2026;Hari Natal\r\n;;\r\n01/01/2027;Tahun Baru;national\r\n"

    found = await imported(tmp_path, "holidays", content.encode())

    assert found.counts == (2, 2, 0, 0, 0)


async def test_a_cell_with_nul_or_far_too_much_text_or_an_open_quote_is_refused(tmp_path: Path) -> None:
    content = f'day,name_id\n2026-12-24,a\0b\n2026-12-25,{"x" * 121}\n2026-12-26,"a"b\n2026-12-27,"open\n'

    found = await imported(tmp_path, "holidays", content)

    quotes = "file: Quotation marks (\") don't pair up, or a cell is too long"
    assert found.said() == {
        2: "name_id: Holds the NUL character",
        3: "name_id: At most 120 characters",
        4: quotes,
        5: quotes,
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "day,name_id\n2026-12-25,Hari Natal".encode("utf-16"),
            "Save it as CSV UTF-8; this file is in another encoding.",
        ),
        ("day,name_id\n2026-12-25,Café".encode("latin-1"), "Save it as CSV UTF-8; this file is in another encoding."),
        (b"day,name_id\n2026-12-25," + b"x" * 200_000, "Line 2 has more than 100000 characters."),
    ],
)
async def test_a_file_that_is_no_text_is_refused_as_a_whole(tmp_path: Path, content: bytes, said: str) -> None:
    assert await problems(imported(tmp_path, "holidays", content)) == {"file": said}


async def test_a_file_that_turns_out_to_be_none_later_on_leaves_nothing_of_it(tmp_path: Path) -> None:
    codes = "".join(f"{province},Provinsi\n" for province in range(10, 100)) + "".join(
        f"10.{regency},Kabupaten\n" for regency in range(10, 100)
    )
    children = "".join(f"10.{regency}.{n},Kecamatan\n" for regency in range(10, 30) for n in range(10, 60))
    content = f"code,name\n{codes}{children}".encode() + b"10.99.99,Caf\xe9\n"

    assert list(await problems(imported(tmp_path, "regions", content))) == ["file"]


async def test_of_two_imports_of_one_file_the_second_finds_everything_there(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()

    both = await asyncio.gather(
        imported(tmp_path, "holidays", HOLIDAYS), imported(tmp_path / "other", "holidays", HOLIDAYS)
    )

    assert sorted(found.counts for found in both) == [(2, 0, 0, 2, 0), (2, 2, 0, 0, 0)]


async def test_a_header_that_doesnt_fit_is_refused_naming_every_column(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await imported(tmp_path, "holidays", "day,tanggal,{colour}\n")

    assert [problem.message("en") for problem in refusal.value.problems] == [
        "Unknown column: colour.",
        "The column day is there twice.",
        "The column name_id is missing.",
        "Known columns: day, kind, name_id, name_en.",
    ]
    assert [problem.message("id") for problem in refusal.value.problems][1:] == [
        "Kolom tanggal ada dua kali.",
        "Kolom nama tidak ada.",
        "Kolom yang dikenal: tanggal, jenis, nama, nama_en.",
    ]


async def test_a_file_without_a_header_is_refused_repeating_nothing_of_its_first_line(tmp_path: Path) -> None:
    await make_regions()
    for row in ("3302235507700001;Sutinah Wahyuni\n", "081234567890,Sutinah\n"):
        with pytest.raises(InvalidInput, match="The first line must name the columns") as refusal:
            await imported(tmp_path, "members", row, regency=REGENCY)
        assert not any(cell in str(refusal.value) for cell in ("Sutinah", "3302", "0812"))
    with pytest.raises(InvalidInput, match="Unknown column: -"):
        await imported(tmp_path, "holidays", "day,name,3302235507700001\n")


async def test_a_holiday_keeps_the_name_and_kind_that_arent_written(tmp_path: Path) -> None:
    await Holiday.create(day=date(2026, 12, 25), kind="COLLECTIVE_LEAVE", name_id="Natal", name_en="Christmas")

    await imported(tmp_path, "holidays", "day,name\n2026-12-25,Hari Natal\n")

    kept = await Holiday.get()
    assert (kept.name_id, kept.name_en, kept.kind) == ("Hari Natal", "Christmas", "COLLECTIVE_LEAVE")


async def test_an_order_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    assert await problems(imported(tmp_path, "members", "", regency=None)) == {"regency": "Name the regency's code."}
    assert await problems(imported(tmp_path, "members", "", regency="33.99")) == {"regency": "Known codes: -."}
    assert await problems(imported(tmp_path, "holidays", "", complete=True)) == {
        "complete": "This kind doesn't know it."
    }
    assert list(await problems(imported(tmp_path, "people", ""))) == ["kind"]


async def test_thousands_of_regions_take_as_many_statements_as_batches(tmp_path: Path) -> None:
    codes = ["33", "33.02", *(f"33.02.{n}" for n in range(10, 90)), *(f"33.02.10.{n}" for n in range(1000, 4000))]
    content = "code,name\n" + "".join(f"{code},Wilayah {code}\n" for code in codes)

    with Statements() as statements:
        found = await imported(tmp_path, "regions", content)

    batches = -(-len(codes) // BATCH)
    assert found.counts == (len(codes), len(codes), 0, 0, 0)
    assert len([sql for sql in statements.sent if sql.startswith(('SELECT "', "INSERT"))]) == 2 * batches
    assert await Region.all().count() == len(codes)


cell = st.text(st.characters(codec="utf-8"), max_size=12)
row = st.lists(
    st.one_of(cell, st.sampled_from(["Lazis", "Wreda", "COMMUNITY", "CSR", "", '"', "x" * 300])), max_size=4
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(row, max_size=8), broken=st.booleans())
async def test_every_row_that_is_read_is_counted_once(tmp_path: Path, rows: list[list[str]], broken: bool) -> None:
    await make_regions_once()
    text = io.StringIO()
    csv.writer(text).writerows([["name", "kind"], *rows])
    content = text.getvalue() + ('a"b,"c\n' if broken else "")

    found = await imported(tmp_path, "organizations", content, regency=REGENCY)
    read, added, changed, same, refused = found.counts
    again = await imported(tmp_path, "organizations", content, regency=REGENCY)

    assert added + changed + same + refused == read
    assert len(found.refused) == refused
    assert again.counts == (read, 0, 0, read - refused, refused)


async def make_regions_once() -> None:
    """The regency, with no partners."""
    await Organization.all().delete()
    if not await Region.exists():
        await make_regions()
