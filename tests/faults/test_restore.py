"""An office is backed up, its machine is lost, and it goes on elsewhere: every row and file as it was."""

import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr
from pyrage import x25519
from tortoise.connection import get_connection

from kurir_api.database import connect_arguments
from kurir_api.models import Receipt
from kurir_api.services.backup.back_up import BackedUp, back_up
from kurir_api.services.backup.contents import Contents, checks
from kurir_api.services.backup.examine import WRONG_KEYS, examined
from kurir_api.services.backup.keys import identities_in, make_key
from kurir_api.services.backup.restore import Restoring, read_through, restore
from kurir_api.services.backup.trouble import BackupTrouble
from kurir_api.services.receipts.names import kept_as
from kurir_api.settings import Settings
from kurir_api.storage import Storage
from kurir_api.vault import open_vault
from tests.conftest import copy_database, url_of
from tests.factories import make_member
from tests.faults.every_table import MARKERS, an_office
from tests.processes import run
from tests.processes.office import KURIR, environment

pytestmark = pytest.mark.usefixtures("db")
NOW = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
PICTURE = b"\xff\xd8 a receipt " * 5_000
OF_THE_MOMENT = {"rate_count", "sync", "synced"}


@pytest.fixture
async def elsewhere(worker_id: str) -> AsyncIterator[str]:
    """An empty database; its URL."""
    name = f"kurir_restored_{worker_id}"
    await copy_database("template1", name)
    yield url_of(name)
    connection = await asyncpg.connect(**connect_arguments(url_of("postgres")))
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """The key's file."""
    make_key(tmp_path / "key.txt")
    return tmp_path / "key.txt"


async def backed_up(settings: Settings, key: Path) -> BackedUp:
    """The office of `an_office`, with the files of its receipts, in a backup beside the key."""
    await an_office()
    storage = Storage.opened(settings)
    for receipt in await Receipt.all():
        for name in kept_as(receipt.regency_code, receipt.id):
            await storage.put(name, PICTURE)
    return await back_up(settings.database_url or "", storage, key.parent, recipients(key), NOW)


def recipients(key: Path) -> list[x25519.Recipient]:
    """Who opens what is sealed for the key."""
    return [identity.to_public() for identity in identities_in(key)]


async def rows_of(url: str) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and the MD5 of their sorted texts."""
    connection = await asyncpg.connect(**connect_arguments(url))
    try:
        tables = await connection.fetch("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
        found = {}
        for table in tables:
            row = await connection.fetchrow(
                "SELECT count(*), coalesce(md5(string_agg(line::text, chr(10) ORDER BY line::text)), '')"
                f' FROM "{table["name"]}" AS line'
            )
            found[table["name"]] = (row[0], row[1])
        return found
    finally:
        await connection.close()


def files_in(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file by its place in the folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def damages(path: Path) -> dict[str, bytes]:
    """What may have become of a backup."""
    whole = path.read_bytes()
    return {
        "cut off": whole[:-1],
        "cut off between blocks": whole[: len(whole) - 70_000],
        "altered": whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:],
        "no backup": b"kurir",
        "empty": b"",
    }


def mode_of(path: Path) -> int:
    """Who may do what with the file."""
    return path.stat().st_mode & 0o777


def markers_in(path: Path) -> list[str]:
    """What of the patient can be read there."""
    content = path.read_bytes()
    return [marker for marker in MARKERS.values() if marker.encode() in content]


async def test_a_restored_office_has_every_row_and_file_and_the_backup_tells_nobody_of_them(
    settings: Settings, elsewhere: str, key: Path, figure: Any
) -> None:
    # Files of its own: other tests leave theirs.
    settings = settings.model_copy(update={"data_dir": key.parent / "here"})
    done = await backed_up(settings, key)
    there = settings.model_copy(update={"data_dir": key.parent / "there", "database_url": elsewhere})
    target = str(key.parent / "there")
    ended = await run(
        KURIR, "restore", done.path, "--identity", key, env=environment(there, data_dir=target), cwd=key.parent
    )

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Restored: the office as of 2026-11-26 17:00 UTC, ")
    before, after = await rows_of(settings.database_url or ""), await rows_of(elsewhere)
    assert [table for table, (rows, _) in before.items() if not rows] == []
    assert {table: row for table, row in after.items() if table not in OF_THE_MOMENT} == {
        table: row for table, row in before.items() if table not in OF_THE_MOMENT
    }
    assert files_in(Path(target) / "files") == files_in(settings.data_dir / "files")
    assert (done.files, done.missing) == (2, [])
    assert markers_in(done.path) == []
    assert (mode_of(done.path), mode_of(key)) == (0o600, 0o600)
    figure(
        "backups restore: row counts and checksums equal",
        f"{len(before) - len(OF_THE_MOMENT)} tables, {sum(rows for rows, _ in after.values())} rows and {done.files} "
        f"files equal; 0 of {len(MARKERS)} marker values in the backup",
    )


async def test_what_cant_be_restored_is_refused_in_words_and_nothing_changes(
    settings: Settings, elsewhere: str, key: Path
) -> None:
    done = await backed_up(settings, key)
    make_key(key.parent / "other.txt")
    storage = Storage.opened(settings.model_copy(update={"data_dir": key.parent / "there"}))
    damaged = damages(done.path)

    async def refusal(path: Path, identity: Path, *, replace: bool = True) -> str:
        with pytest.raises(BackupTrouble) as refused:
            await restore(elsewhere, storage, path, identities_in(identity), replace=replace)
        return refused.value.message("en")

    for name, content in damaged.items():
        (key.parent / "damaged.age").write_bytes(content)
        said = await refusal(key.parent / "damaged.age", key)
        assert said.startswith("This file is cut off or altered"), name
    assert (await refusal(done.path, key.parent / "other.txt")).startswith("This key doesn't open that backup")
    assert (
        await refusal(key.parent / "gone.age", key)
        == f"{key.parent}/gone.age can't be read (No such file or directory)."
    )
    with pytest.raises(BackupTrouble, match=r"can't be read \(Is a directory\)"):
        identities_in(key.parent)
    assert await rows_of(elsewhere) == {}

    await restore(elsewhere, storage, done.path, identities_in(key), replace=False)
    restored = await rows_of(elsewhere)
    assert (await refusal(done.path, key, replace=False)).startswith("This database is not empty")
    with pytest.raises(BackupTrouble, match="Kurir is at work on this database"):
        await restore(settings.database_url or "", storage, done.path, identities_in(key), replace=True)
    assert await rows_of(elsewhere) == restored
    other = replace(done.contents, tables=done.contents.tables | {"member": (0, "0")})
    restoring = Restoring(elsewhere, storage, replace(read_through(done.path, identities_in(key)), contents=other))
    with pytest.raises(BackupTrouble) as failed:
        await restoring.run(done.path, identities_in(key))
    assert failed.value.message("en") == "It can't be restored: table member differs. Nothing was changed."
    assert await rows_of(elsewhere) == restored
    assert read_through(done.path, identities_in(key)).contents == done.contents


async def test_what_somebody_else_sealed_for_the_same_key_is_refused_before_any_of_it_is_run(
    settings: Settings, elsewhere: str, key: Path
) -> None:
    path, storage = key.parent / "forged.age", Storage.opened(settings)
    open_vault(settings.model_copy(update={"index_key": SecretStr(b64encode(b"7" * 32).decode())}))
    try:
        await back_up(settings.database_url or "", storage, path, recipients(key), NOW)
    finally:
        open_vault(settings)
    with pytest.raises(BackupTrouble, match="This backup wasn't made with the KURIR_INDEX_KEY there is"):
        await restore(elsewhere, storage, path, identities_in(key), replace=True)

    own = await back_up(settings.database_url or "", storage, key.parent / "own.age", recipients(key), NOW)
    backup = read_through(own.path, identities_in(key))
    with pytest.raises(BackupTrouble, match="cut off or altered"):  # it was exchanged after it had been looked at
        await Restoring(elsewhere, storage, backup).run(path, identities_in(key))
    assert await rows_of(elsewhere) == {}
    for tables in ({'x"; DROP TABLE member': (0, "0")}, {"member": (0, "0'")}):
        with pytest.raises(ValueError, match=r"DROP|0'"):
            checks(Contents(tables, {}, []))


async def test_a_number_that_would_be_given_out_twice_is_found(settings: Settings, elsewhere: str, key: Path) -> None:
    connection = get_connection("default")
    await connection.execute_query("SELECT setval('case_number', 41)")
    done = await back_up(settings.database_url or "", Storage.opened(settings), key.parent, recipients(key), NOW)
    assert done.contents.sequences["case_number"] == 41
    await connection.execute_script(checks(done.contents))
    await connection.execute_query("SELECT setval('case_number', 40)")
    with pytest.raises(Exception, match="sequence case_number differs"):
        await connection.execute_script(checks(done.contents))


async def test_what_killed_backups_left_goes_with_the_next_one_but_not_what_is_being_written(
    settings: Settings, key: Path
) -> None:
    left, busy = (key.parent / f"kurir-2026112{day}T170000Z.age.unfinished" for day in (4, 5))
    left.touch()
    with busy.open("wb") as file:
        flock(file, LOCK_EX)
        await back_up(settings.database_url or "", Storage.opened(settings), key.parent, recipients(key), NOW)

    assert [path.name for path in key.parent.glob("*.unfinished")] == [busy.name]


async def test_a_receipt_whose_file_is_gone_is_named_and_no_second_file_is_written_over_the_first(
    settings: Settings, key: Path
) -> None:
    done = await backed_up(settings, key)
    receipt = await Receipt.get()
    storage = Storage.opened(settings)
    await storage.delete(*kept_as(receipt.regency_code, receipt.id))
    later = await back_up(settings.database_url or "", storage, key.parent / "later.age", recipients(key), NOW)

    assert later.missing == [receipt.id]
    with pytest.raises(BackupTrouble, match="exists already"):
        await back_up(settings.database_url or "", storage, done.path, recipients(key), NOW)
    assert sorted(path.name for path in key.parent.glob("*.age*")) == [done.path.name, "later.age"]


async def test_a_folder_that_is_not_there_is_no_file_to_write(settings: Settings, key: Path) -> None:
    missing = key.parent / "backups"

    with pytest.raises(BackupTrouble, match=r"is no folder; make it first \(mkdir\)"):
        await back_up(settings.database_url or "", Storage.opened(settings), missing, recipients(key), NOW)
    assert not missing.exists()


async def test_keys_of_another_office_are_told_of_before_anything_else(settings: Settings) -> None:
    await make_member()
    another = settings.model_copy(update={"encryption_key": SecretStr(b64encode(b"7" * 32).decode())})
    try:
        assert await examined(another, settings.database_url or "") == [WRONG_KEYS]
    finally:
        open_vault(settings)
    assert await examined(settings, settings.database_url or "") == []
