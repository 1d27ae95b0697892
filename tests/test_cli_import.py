"""The command with which an operator imports files."""

from pathlib import Path

import pytest

from kurir_api.models.holiday import Holiday
from kurir_api.settings import Settings
from tests.processes import Ended, run
from tests.processes.office import KURIR, environment

pytestmark = pytest.mark.usefixtures("db")


async def test_it_imports_what_it_can_and_tells_what_to_mend(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "hari-libur.csv"
    file.write_text("tanggal,nama\n2026-12-25,Hari Natal\nbesok,Cuti\n")

    told = await run(KURIR, "import", "holidays", str(file), env=environment(settings), cwd=settings.data_dir)

    assert told == Ended(
        1,
        "holidays from hari-libur.csv\n"
        "  read            2\n"
        "  added           1\n"
        "  changed         0\n"
        "  same            0\n"
        "  refused         1\n"
        "line 3: tanggal: Tulis seperti 2026-12-25 atau 25/12/2026\n"
        "        day: Write it like 2026-12-25 or 25/12/2026\n",
        "",
    )
    assert await Holiday.all().count() == 1
