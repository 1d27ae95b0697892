"""A social registry from a file: how long it takes, against PostgreSQL's own COPY of it, and in how much memory."""

import random
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import asyncpg
import psutil

from bench.figures import Timing, table, title
from bench.office import KURIR, REGENCY, ROOT, environment, execute, opened_office
from kurir_api.database import connect_arguments
from kurir_api.models import Region, RegionLevel
from kurir_api.services.imports.base import Order, Outcome
from kurir_api.services.imports.import_file import import_file
from kurir_api.settings import Settings

ROUNDS = 3
MEBIBYTE = 1 << 20
PROGRAMMES = ("PKH", "SEMBAKO", "PBI_JK")
COMBINATIONS = ("", "", "", "PKH", "SEMBAKO", "PBI_JK", "PKH|SEMBAKO", "PKH|SEMBAKO|PBI_JK")
SYLLABLES = (
    "su",
    "ti",
    "nah",
    "wa",
    "hyu",
    "ni",
    "kar",
    "to",
    "mi",
    "nem",
    "so",
    "gi",
    "yo",
    "ra",
    "bu",
    "di",
    "sri",
)
ADD_PROGRAMME = """
INSERT INTO programme (id, regency_code, code, name_id, name_en, sector, organization_id, response_days, documents,
                       active)
SELECT gen_random_uuid(), $1, $2, $2, $2, 'SOCIAL', id, 5, '[]', true FROM organization
"""
ADD_AGENCY = """
INSERT INTO organization (id, regency_code, name, kind) VALUES (gen_random_uuid(), $1, 'Dinas', 'REGENCY_AGENCY')
"""
COLUMNS = ("nik", "nama", "desa", "desil", "program", "mulai", "selesai", "sumber")
PLAIN = f"CREATE TABLE plain ({', '.join(f'{column} text' for column in COLUMNS)})"


async def registry(
    people: Annotated[int, "people in the file"] = 1_000_000,
    fewer: Annotated[int, "people in a smaller file, whose import may take as much memory"] = 100_000,
) -> bool:
    """Import a register into an empty registry, then once more.

    The ratio's 1 is COPY of the same file into a table of eight texts without any index. Fails when not everybody is
    added the first time, or anybody is written the second.
    """
    title("registry", f"a file of {people:,} people, {ROUNDS} times")
    rows: list[tuple[str, ...]] = [("", "median", "people per second", "ratio of medians")]
    async with opened_office() as settings:
        await _prepare()
        large, small = await _file(settings, people), await _file(settings, fewer)
        bare, indexed, first, again = Timing(), Timing(), Timing(), Timing()
        right = True
        for _ in range(ROUNDS):
            for timing, index in ((bare, ""), (indexed, "UNIQUE")):
                await _make_plain(index)
                with timing.one():
                    await _copy(settings, large)
            await execute("TRUNCATE registry_person")
            with first.one():
                right &= await _import(large) == Outcome(read=people, added=people)
            with again.one():
                right &= await _import(large) == Outcome(read=people, same=people)
        told = {
            "COPY into texts": bare,
            "COPY into texts, the number unique": indexed,
            "import": first,
            "import of the same file again": again,
        }
        rows += [_row(name, people, timing, bare) for name, timing in told.items()]
        peaks = [
            (f"{count:,} people", f"{_peak(settings, file):,.0f} MiB")
            for count, file in ((fewer, small), (people, large))
        ]
    table(rows)
    table([("kurir import, all its processes together", "memory at most"), *peaks])
    return right


async def _prepare() -> None:
    await execute(ADD_AGENCY, REGENCY)
    for code in PROGRAMMES:
        await execute(ADD_PROGRAMME, REGENCY, code)


async def _file(settings: Settings, people: int) -> Path:
    """A register of invented people in the regency's real villages."""
    villages = await Region.filter(level=RegionLevel.VILLAGE).values_list("code", flat=True)
    chance = random.Random(people)  # noqa: S311 - invention, no secret
    words = ["".join(chance.choices(SYLLABLES, k=chance.choice((2, 2, 3)))).capitalize() for _ in range(5_000)]
    months = [f"{year}-{month:02}-01" for year in range(2022, 2027) for month in range(1, 13)]
    path = settings.data_dir / f"register-{people}.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{','.join(COLUMNS)}\n")
        for number in range(people):
            programmes = chance.choice(COMBINATIONS)
            count = programmes.count("|") + bool(programmes)
            began = "|".join([chance.choice(months)] * count)
            source = "DTSEN" if count else ""
            name = " ".join(chance.choices(words, k=chance.choice((1, 2, 2, 3))))
            cells = f"{chance.choice(villages)},{number % 10 + 1},{programmes},{began},,{source}"
            file.write(f"3302{number // 9_999:08}{number % 9_999 + 1:04},{name},{cells}\n")
    return path


async def _make_plain(index: str) -> None:
    await execute("DROP TABLE IF EXISTS plain")
    await execute(PLAIN)
    if index:
        await execute("CREATE UNIQUE INDEX ON plain (nik)")


async def _copy(settings: Settings, path: Path) -> None:
    connection = await asyncpg.connect(**connect_arguments(settings.database_url or ""))
    try:
        await connection.copy_to_table("plain", source=path, format="csv", header=True)
    finally:
        await connection.close()


async def _import(path: Path) -> Outcome:
    return await import_file(Order(kind="registry", file=path, now=datetime.now(UTC), regency=REGENCY), print)


def _peak(settings: Settings, path: Path) -> float:
    """The most memory, in MiB, that the command and its processes held at once, the pages they share counted once."""
    command = [str(KURIR), "import", "registry", str(path), "--regency", REGENCY]
    process = psutil.Popen(command, env=environment(settings), cwd=ROOT, stdout=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        most = max(most, sum(_own_bytes(one) for one in [process, *process.children(recursive=True)]))
        time.sleep(0.05)
    return most / MEBIBYTE


def _own_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0  # it has ended meanwhile


def _row(name: str, people: int, timing: Timing, bare: Timing) -> tuple[str, ...]:
    median = timing.within(50)
    return (name, f"{median:,.2f} s", f"{people / median:,.0f}", f"{median / bare.within(50):.2f}")
