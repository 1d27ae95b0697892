"""The whole office in one sealed file."""

import asyncio
import fcntl
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import orjson
from pyrage import x25519

from kurir_api.database import client_environment, connect_arguments, program_for
from kurir_api.services.backup.contents import OF_THE_MOMENT, Contents, contents_of
from kurir_api.services.backup.sealed_tar import Archive, sealing
from kurir_api.services.backup.trouble import BackupTrouble
from kurir_api.services.receipts import names
from kurir_api.storage import Storage
from kurir_api.vault import vault

FORMAT = 1
ABOUT, END = "about.json", "end.json"
DATABASE, FILES = "database/", "files/"
PROOF = "backup"
"""Of what the index key makes the proof that this office wrote all of it; to seal for a recipient, anybody can."""

PIECE = 4 * 1024 * 1024
UNFINISHED = ".unfinished"
DONE = "last-backup"
"""The file in the data folder whose time is that of the last backup."""

# A receipt that no cost has yet may be swept away between the two halves of a backup.
USED_RECEIPTS = "SELECT id, regency_code FROM receipt WHERE cost_id IS NOT NULL"


@dataclass(frozen=True)
class BackedUp:
    """`size` is bytes; `missing`: receipts of costs whose file was not in the storage."""

    path: Path
    size: int
    contents: Contents
    files: int
    missing: list[UUID]


async def back_up(
    url: str, storage: Storage, target: Path, recipients: Sequence[x25519.Recipient], now: datetime
) -> BackedUp:
    """Write the database at `url` as of one moment, and then the stored files, to `target`: a file that is not there
    yet, or a folder. Written aside and renamed once it was read back. Raises BackupTrouble, StorageDown,
    SettingsError; then there is no such file.
    """
    path = target / f"kurir-{now:%Y%m%dT%H%M%SZ}.age" if target.is_dir() else target  # noqa: ASYNC240 - of no server
    if path.suffix != ".age":
        raise BackupTrouble(
            indonesian=f"{path} bukan folder; buat dulu (mkdir), atau sebutkan berkas yang namanya berakhir .age.",
            english=f"{path} is no folder; make it first (mkdir), or name a file that ends in .age.",
        )
    if path.exists():
        raise BackupTrouble(
            indonesian=f"{path} sudah ada; sebutkan berkas lain, atau folder.",
            english=f"{path} exists already; name another file, or a folder.",
        )
    try:
        with _aside(path) as file:
            with sealing(file, recipients) as archive:
                contents, receipts = await _database(url, archive, now)
                kept = await _files(storage, archive)
                end = {"proof": vault().index(PROOF, archive.sum.hexdigest())}
                archive.add(END, orjson.dumps(end))
            await asyncio.to_thread(file.verify)
    except OSError as error:
        raise BackupTrouble(
            indonesian=f"{path} tidak dapat ditulis ({error.strerror or error}).",
            english=f"{path} can't be written ({error.strerror or error}).",
        ) from error
    missing = [row["id"] for row in receipts if names.kept_as(row["regency_code"], row["id"])[0] not in kept]
    return BackedUp(path, path.stat().st_size, contents, len(kept), missing)


class _Hashed:
    """A file that knows the hash of what was written to it; locked until it is closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hash = hashlib.sha256()
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb")
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._file.truncate()

    def write(self, content: bytes) -> int:
        """For age."""
        self._hash.update(content)
        return self._file.write(content)

    def flush(self) -> None:
        """For age."""
        self._file.flush()

    def close(self) -> None:
        """Leave it."""
        self._file.close()

    def verify(self) -> None:
        """Read from the disk what was written. Raises OSError when it differs."""
        self._file.flush()
        os.fsync(self._file.fileno())
        if hasattr(os, "posix_fadvise"):  # else it would be read from memory
            os.posix_fadvise(self._file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        with self._path.open("rb") as written:
            if hashlib.file_digest(written, "sha256").digest() != self._hash.digest():
                raise OSError("what was read back differs from what was written")


@contextmanager
def _aside(path: Path) -> Iterator[_Hashed]:
    _sweep(path.parent)
    unfinished = path.with_name(path.name + UNFINISHED)
    file = _Hashed(unfinished)
    try:
        yield file
        unfinished.rename(path)
        _keep_name(path.parent)
        file.close()
    except BaseException:
        file.close()
        unfinished.unlink(missing_ok=True)
        raise


def _sweep(folder: Path) -> None:
    """Away with what backups left that were killed: nobody has it locked."""
    for left in folder.glob(f"kurir-*.age{UNFINISHED}"):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def _keep_name(folder: Path) -> None:
    """So that the renaming outlives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def _database(url: str, archive: Archive, now: datetime) -> tuple[Contents, list[asyncpg.Record]]:
    """What pg_dump says of one moment, and what is in the tables at the same."""
    connection = await asyncpg.connect(**connect_arguments(url))
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
            server = int(await connection.fetchval("SHOW server_version_num")) // 10_000
            contents = await contents_of(connection)
            receipts = await connection.fetch(USED_RECEIPTS) if "receipt" in contents.tables else []
            about = {"format": FORMAT, "at": now, "server": server, "contents": asdict(contents)}
            await asyncio.to_thread(archive.add, ABOUT, orjson.dumps(about))
            await _dump(url, server, snapshot, archive)
    finally:
        await connection.close()
    return contents, receipts


async def _dump(url: str, server: int, snapshot: str, archive: Archive) -> None:
    program = await asyncio.create_subprocess_exec(
        program_for("pg_dump", server),
        *("--format=custom", "--no-owner", "--no-privileges", "--no-unlogged-table-data", f"--snapshot={snapshot}"),
        *(f"--exclude-table-data={table}" for table in OF_THE_MOMENT),
        env=client_environment(url),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=PIECE,
    )
    assert program.stdout  # noqa: S101 - asked for above
    assert program.stderr  # noqa: S101
    said = asyncio.create_task(program.stderr.read())
    try:
        number = 0
        while piece := await _piece(program.stdout):
            await asyncio.to_thread(archive.add, f"{DATABASE}{number:08}", piece)
            number += 1
        if await program.wait():
            why = (await said).decode(errors="replace").strip().partition("\n")[0]
            raise BackupTrouble(indonesian=f"pg_dump gagal: {why}", english=f"pg_dump failed: {why}")
    finally:
        if program.returncode is None:
            program.kill()
        await program.wait()
        await said


async def _piece(stream: asyncio.StreamReader) -> bytes:
    try:
        return await stream.readexactly(PIECE)
    except asyncio.IncompleteReadError as error:
        return error.partial


async def _files(storage: Storage, archive: Archive) -> set[str]:
    """The names of the files. One that goes meanwhile was nobody's any more."""
    kept = set()
    async for stored in storage.listed(""):
        try:
            content = await storage.get(stored.name)
        except FileNotFoundError:
            continue
        await asyncio.to_thread(archive.add, f"{FILES}{stored.name}", content)
        kept.add(stored.name)
    return kept
