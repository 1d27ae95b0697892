"""A social registry by a file: what is written, what is refused, and what nobody can read afterwards."""

from pathlib import Path

import pytest
from tortoise.connection import get_connection

from kurir_api.errors import InvalidInput
from kurir_api.models import RegistryKey, RegistryPerson
from kurir_api.services.imports import Order, Refused
from kurir_api.services.imports.import_file import import_file
from kurir_api.services.registry import reading
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    REGENCY,
    VILLAGE,
    make_organization,
    make_programme,
    make_regions,
    make_registry_person,
)
from tests.services.imports.files import imported

pytestmark = pytest.mark.usefixtures("db")

HEADER = "nik,nama,desa,desil,program,mulai,selesai,sumber\n"
SUTINAH = f"3302235507700001,Sutinah Wahyuni,{VILLAGE},2,PKH|SEMBAKO,2025-01-01|01/03/2025,|2026-12-31,DTSEN\n"
WARSITO = "3302231205650002,Warsito,3302232004,,,,,\n"
ROWS = "SELECT xmin::text, xmax::text, ctid::text, p::text FROM registry_person p ORDER BY id"
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'registry_person'
UNION SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'registry_person'::regclass
ORDER BY 1
"""


class Interrupted(Exception):
    """The operator's, or the machine's, doing."""


async def prepare() -> None:
    """The villages and two programmes of Banyumas."""
    await make_regions()
    agency = await make_organization()
    for code in ("PKH", "SEMBAKO"):
        await make_programme(code, agency)


async def rows(sql: str = ROWS) -> list[dict[str, object]]:
    return await get_connection("default").execute_query_dict(sql)


def numbered(number: int, *, name: str = "Warsito", village: str = VILLAGE) -> str:
    """The line of one of many people."""
    national_id = f"33022312{number // 9_999:04}{number % 9_999 + 1:04}"
    return f"{national_id},{name} {number % 97},{village},{number % 10 + 1},PKH,2025-01-01,,DTSEN\n"


async def test_a_line_is_a_person_with_a_masked_name_a_decile_and_aid(tmp_path: Path) -> None:
    await prepare()

    found = await imported(tmp_path, "registry", HEADER + SUTINAH + WARSITO, regency=REGENCY)

    assert found.counts == (2, 2, 0, 0, 0)
    people = {person.masked_name: person for person in await RegistryPerson.all()}
    sutinah, warsito = people["S****** W******"], people["W******"]
    assert (sutinah.regency_code, sutinah.region_id, sutinah.decile, sutinah.line) == (REGENCY, VILLAGE, 2, 2)
    assert sutinah.aid == ('[["PKH","2025-01-01",null,"DTSEN"],["SEMBAKO","2025-03-01","2026-12-31","DTSEN"]]')
    assert (warsito.region_id, warsito.decile, warsito.aid, warsito.updated_at) == (VILLAGE, None, "[]", NOW)


async def test_neither_a_name_nor_a_national_id_is_in_the_tables(tmp_path: Path) -> None:
    await prepare()

    await imported(tmp_path, "registry", HEADER + SUTINAH, regency=REGENCY)

    written = str(await rows()).lower()
    assert "sutinah" not in written
    assert "wahyuni" not in written
    assert "3302235507700001" not in written


async def test_an_emptied_register_is_imported_under_new_keys(tmp_path: Path) -> None:
    await prepare()
    digests = []
    for _ in range(2):
        await imported(tmp_path, "registry", HEADER + SUTINAH, regency=REGENCY)
        digests += await RegistryPerson.all().values_list("id", "name_key")
        await RegistryPerson.filter(regency_code=REGENCY).delete()

    assert len({part for digest in digests for part in digest}) == 4
    assert await RegistryKey.all().count() == 1


async def test_the_same_file_again_writes_no_row(tmp_path: Path) -> None:
    await prepare()
    await imported(tmp_path, "registry", HEADER + SUTINAH + WARSITO, regency=REGENCY)
    before = await rows()

    again = await imported(tmp_path, "registry", HEADER + WARSITO + SUTINAH, regency=REGENCY)

    assert again.counts == (2, 0, 0, 2, 0)
    assert await rows() == before


async def test_what_differs_is_changed_who_is_new_added_and_who_is_missing_kept(tmp_path: Path) -> None:
    await prepare()
    await imported(tmp_path, "registry", HEADER + SUTINAH + WARSITO, regency=REGENCY)

    moved = SUTINAH.replace(VILLAGE, "33.02.24.1003").replace("PKH|SEMBAKO,2025-01-01|01/03/2025,|2026", "PKH,,2026")
    found = await imported(tmp_path, "registry", HEADER + numbered(7) + moved, regency=REGENCY)

    assert found.counts == (2, 1, 1, 0, 0)
    assert await RegistryPerson.all().order_by("region_id", "-line").values_list("region_id", "line", "aid") == [
        (VILLAGE, 3, "[]"),
        (VILLAGE, 2, '[["PKH","2025-01-01",null,"DTSEN"]]'),
        ("33.02.24.1003", 3, '[["PKH",null,"2026-12-31","DTSEN"]]'),
    ]


async def test_a_complete_file_removes_the_regencys_others_unless_a_line_of_it_is_refused(tmp_path: Path) -> None:
    await prepare()
    await make_registry_person("3305010101700001", village="33.05.26.2006")
    await imported(tmp_path, "registry", HEADER + SUTINAH + WARSITO, regency=REGENCY)

    await imported(tmp_path, "registry", HEADER + SUTINAH + "33,Warsito,,,,,,\n", regency=REGENCY, complete=True)
    kept = await RegistryPerson.all().count()
    await imported(tmp_path, "registry", HEADER + SUTINAH, regency=REGENCY, complete=True)

    assert kept == 3
    assert await RegistryPerson.all().order_by("regency_code").values_list("regency_code", flat=True) == [
        REGENCY,
        OTHER_REGENCY,
    ]


async def test_a_complete_file_without_a_usable_line_is_refused_and_removes_nobody(tmp_path: Path) -> None:
    await prepare()
    await imported(tmp_path, "registry", HEADER + SUTINAH, regency=REGENCY)

    with pytest.raises(InvalidInput):
        await imported(tmp_path, "registry", HEADER, regency=REGENCY, complete=True)

    assert await RegistryPerson.all().count() == 1


async def test_a_dry_run_counts_and_writes_nothing(tmp_path: Path) -> None:
    await prepare()

    found = await imported(tmp_path, "registry", HEADER + SUTINAH + WARSITO, regency=REGENCY, dry_run=True)

    assert found.counts == (2, 2, 0, 0, 0)
    assert await rows() == []


async def test_each_broken_line_of_two_thousand_is_named_and_the_others_are_there(tmp_path: Path) -> None:
    await prepare()
    broken = set(range(100, 2_001, 95))
    lines = [f"x{numbered(number)}" if number in broken else numbered(number) for number in range(2, 2_002)]

    found = await imported(tmp_path, "registry", HEADER + "".join(lines), regency=REGENCY)

    assert found.counts == (2_000, 2_000 - len(broken), 0, 0, len(broken))
    assert found.said() == dict.fromkeys(sorted(broken), "national_id: A national id has 16 digits")
    assert await RegistryPerson.all().count() == 2_000 - len(broken)


async def test_a_refusal_names_all_that_is_wrong_in_both_languages_and_nothing_of_the_person(tmp_path: Path) -> None:
    await prepare()
    wrong = "'3.30223E+15,,33.05.26.2006,11,PIP|PIP,2025-13-01|2025-01-01,2026-01-01|2024-01-01,\n"

    found = await imported(tmp_path, "registry", HEADER + wrong, regency=REGENCY)

    assert found.said() == {
        2: "national_id: Excel has rounded this national id; make the column Text and fill it in again from its"
        " source; name: A name of at most 120 letters; village: The code of a village of this regency, such as"
        " 33.02.23.2004; decile: A whole number, 1 to 10, or nothing; programme: An unknown programme; import the"
        " programmes first; programme: The same programme twice; source: Say where each programme is from, in at most"
        " 100 characters; since: Write it like 2026-12-25 or 25/12/2026; until: Before the day it began"
    }
    assert found.said("id")[2].startswith("nik: Excel membulatkan NIK ini;")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("3302235507700000,Sutinah,33.02.23.2004,,,,,", "national_id: Excel has rounded this national id"),
        ('3302235507700001,"Sutinah,33.02.23.2004,,,,,', "file: Quotation marks don't pair up"),
        ("3302235507700001,Sutinah,33.02.23.2004,,,,,,x", "file: 9 cells, but 8 columns"),
        ("3302235507700001,Suti\udce9,33.02.23.2004,,,,,", "file: Not UTF-8; save it as CSV UTF-8"),
        ("3302235507700001,Sutinah,33.02.23.2004,,PKH,a|b,,DTSEN", "since: Give one for each programme"),
        ("3302235507700001,Sutinah,33.02.23.2004,,,2025-01-01,,", "programme: Dates without a programme"),
    ],
)
async def test_a_line_that_cant_be_used_is_refused(tmp_path: Path, line: str, reason: str) -> None:
    await prepare()

    content = (HEADER + line + "\n" + WARSITO).encode(errors="surrogateescape")
    found = await imported(tmp_path, "registry", content, regency=REGENCY)

    assert found.counts == (2, 1, 0, 0, 1)
    assert found.said()[2].startswith(reason)


async def test_files_of_excel_are_read_as_they_are(tmp_path: Path) -> None:
    await prepare()
    content = (
        "\ufeffNIK;Nama;Desa;Keterangan\r\n".replace(";Keterangan", "")
        + '\'3302235507700001;"Sutinah; Bu";33.02.23.2004\r\n;;\r\n\r\n 3302231205650002 ; Warsito ; 3302232004 ;\r\n'
    )

    found = await imported(tmp_path, "registry", content, regency=REGENCY)

    assert found.counts == (2, 2, 0, 0, 0)
    assert sorted(await RegistryPerson.all().values_list("masked_name", flat=True)) == ["S******* B*", "W******"]


async def test_the_same_people_in_another_order_of_columns_and_as_excel_writes_them_are_the_same(
    tmp_path: Path,
) -> None:
    await prepare()
    await imported(tmp_path, "registry", HEADER + SUTINAH + WARSITO, regency=REGENCY)

    content = (
        "sumber;desil;NIK;mulai;selesai;program;nama;desa\r\n"
        f"DTSEN;2;3302235507700001;2025-01-01|01/03/2025;|2026-12-31;PKH|SEMBAKO;Sutinah Wahyuni;{VILLAGE}\r\n"
        f";;\"'3302231205650002\";;;; 'Warsito\u00a0;{VILLAGE}\r\n"
    )
    found = await imported(tmp_path, "registry", content, regency=REGENCY)

    assert found.counts == (2, 0, 0, 2, 0)


async def test_a_name_may_have_120_letters_of_more_than_a_byte(tmp_path: Path) -> None:
    await prepare()
    names = ["É" * 120, "É" * 121]

    lines = [WARSITO.replace("Warsito", name).replace("0002", f"000{len(name) % 7}") for name in names]
    found = await imported(tmp_path, "registry", HEADER + "".join(lines), regency=REGENCY)

    assert found.counts == (2, 1, 0, 0, 1)
    assert list(found.said()) == [3]


@pytest.mark.parametrize("first_ever", [True, False])
async def test_of_two_lines_about_the_same_person_the_first_counts(tmp_path: Path, *, first_ever: bool) -> None:
    await prepare()
    if not first_ever:
        await make_registry_person("3302231205650002")
    indexes = await rows(INDEXES)

    twice = HEADER + SUTINAH + SUTINAH.replace(",2,PKH", ",9,PKH")
    found = await imported(tmp_path, "registry", twice, regency=REGENCY)

    assert found.counts == (2, 1, 0, 0, 1)
    assert found.said() == {3: "file: The same person as in line 2"}
    assert await RegistryPerson.filter(line=2, decile=2).count() == 1 + (not first_ever)
    assert await rows(INDEXES) == indexes


async def test_a_file_for_many_processes_is_read_in_its_order(tmp_path: Path) -> None:
    await prepare()
    people = reading.SOME * reading.CHUNK_BYTES // 50
    content = HEADER + "".join(numbered(number) for number in range(1, people)) + "broken\n"

    found = await imported(tmp_path, "registry", content, regency=REGENCY)

    assert found.counts == (people, people - 1, 0, 0, 1)
    assert list(found.said()) == [people + 1]
    assert await RegistryPerson.filter(line=people).count() == 1


async def test_an_import_that_is_interrupted_leaves_the_old_state_whole(tmp_path: Path) -> None:
    await prepare()
    file = tmp_path / "registry.csv"
    indexes = await rows(INDEXES)
    file.write_text(HEADER + SUTINAH + "broken\n" + WARSITO)

    def interrupt(_: Refused) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        await import_file(Order(kind="registry", file=file, now=NOW, regency=REGENCY), interrupt)

    assert await rows() == []
    assert await rows(INDEXES) == indexes


async def test_a_file_without_lines_is_refused_as_a_whole(tmp_path: Path) -> None:
    await prepare()

    with pytest.raises(InvalidInput, match="Line 3 is too long"):
        await imported(tmp_path, "registry", HEADER + WARSITO + "x" * 2 * reading.CHUNK_BYTES, regency=REGENCY)

    assert await rows() == []
