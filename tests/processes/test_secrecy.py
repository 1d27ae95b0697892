"""What people entrust to an office is in no file and no log: asked of the bytes, after all it goes through."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pyrage import x25519
from tortoise.connection import get_connection

from kurir_api.database import EmbeddedPostgres, connected, migrate
from kurir_api.services.backup.back_up import back_up
from kurir_api.settings import load_settings
from kurir_api.storage import Storage
from kurir_api.vault import open_vault
from kurir_api.worker import utc_now
from tests.conftest import SECRETS, Figures
from tests.processes.entrusted import (
    MEMBERS_PHONE,
    NAME,
    NATIONAL_ID,
    PARTNER,
    PATIENTS_PHONE,
    REPORTERS_PHONE,
    STEM,
    Office,
)
from tests.processes.office import serving, working

BACKUP = "backup.age"
PHONES = (PATIENTS_PHONE, REPORTERS_PHONE, MEMBERS_PHONE)
SEALED = (STEM, NATIONAL_ID, *PHONES, *(f"62{phone[1:].replace('-', '')}" for phone in PHONES))


@dataclass(frozen=True)
class Left:
    """What is left when everything has ended: the database's files, and what the programs said."""

    files: dict[Path, bytes]
    said: str

    def files_with(self, *texts: str) -> set[tuple[Path, str]]:
        """The files in which a text is, in UTF-8 or in hexadecimal, each with the text."""
        forms = [(text, form) for text in texts for form in (text.encode(), text.encode().hex().encode())]
        return {(path, text) for path, content in self.files.items() for text, form in forms if form in content}

    def lines_with(self, *texts: str) -> list[str]:
        """The lines that programs said with one of the texts, readable or in hexadecimal."""
        forms = [form for text in texts for form in (text, text.encode().hex())]
        return [line for line in self.said.splitlines() if any(form in line for form in forms)]


@pytest.fixture(scope="module")
def office_folder() -> Iterator[Path]:
    """Where the office keeps its database; not pytest's, whose folders root alone may enter."""
    with TemporaryDirectory(prefix="kurir-office-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
async def left(office_folder: Path) -> Left:
    """An office that has worked for a while, with a database of its own, and programs that log all they can."""
    server = EmbeddedPostgres(office_folder / "postgres", durable=False)
    server.start()
    try:
        settings = load_settings(database_url=server.url(), data_dir=office_folder, **SECRETS)
        await migrate(server.url())
        open_vault(settings)
        async with (
            connected(server.url()),
            serving(settings, log_level="DEBUG") as api,
            working(settings, log_level="DEBUG") as worker,
        ):
            office = await Office.staffed(api.api, worker)
            await office.work()
            await office.be_refused()
            await office.fail()
            await get_connection("default").execute_script("CHECKPOINT")
        recipient = x25519.Identity.generate().to_public()
        await back_up(server.url(), Storage.opened(settings), office_folder / BACKUP, [recipient], utc_now())
    finally:
        server.stop()
    return Left(files_in(office_folder), api.program.printed + worker.printed)


def files_in(folder: Path) -> dict[Path, bytes]:
    """Every file, by its path within the folder."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_no_file_of_the_database_nor_a_backup_holds_what_was_entrusted(left: Left, figure: Figures) -> None:
    assert left.files_with(*SEALED) == set()
    assert Path(BACKUP) in left.files
    figure(
        "a marker value is not found in the database files, WAL, logs or backups",
        f"0 of {len(SEALED)} markers in {len(left.files)} files, {sum(map(len, left.files.values())) >> 20} MB",
    )


async def test_the_search_finds_what_is_not_sealed_in_tables_and_in_what_was_written_ahead(left: Left) -> None:
    folders = {path.parts[1] for path, _ in left.files_with(PARTNER)}
    assert folders == {"base", "pg_wal"}


async def test_a_backup_holds_not_even_what_the_database_keeps_readable(left: Left) -> None:
    assert left.files[Path(BACKUP)].startswith(b"age-encryption.org/v1")
    assert {name for path, name in left.files_with(NAME, PARTNER) if path == Path(BACKUP)} == set()


async def test_no_log_holds_what_was_entrusted_nor_the_patients_name(left: Left) -> None:
    assert left.lines_with(*SEALED, NAME) == []
    assert Path("postgres/log") in left.files
    assert (Path("postgres/log"), NAME) not in left.files_with(NAME)


async def test_no_log_holds_a_token(left: Left) -> None:
    assert left.lines_with("Bearer", "eyJ") == []


async def test_faults_can_be_found_in_the_logs_all_the_same(left: Left) -> None:
    assert len(left.lines_with("CheckViolationError")) == 2
    assert b'violates check constraint "never"' in left.files[Path("postgres/log")]
