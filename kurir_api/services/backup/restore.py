"""A sealed file becomes an office again."""

import asyncio
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import asyncpg
import orjson
from pyrage import x25519

from kurir_api.database import client_environment, connect_arguments, known_migrations, program_for
from kurir_api.services.backup.back_up import ABOUT, DATABASE, END, FILES, FORMAT, PROOF
from kurir_api.services.backup.contents import Contents, checks, rows_of_others
from kurir_api.services.backup.sealed_tar import damaged, members, opening, sum_of
from kurir_api.services.backup.trouble import BackupTrouble
from kurir_api.storage import Storage
from kurir_api.vault import vault

EMPTIED = """
SET client_min_messages = warning;
BEGIN;
DROP SCHEMA public CASCADE; CREATE SCHEMA public;
ALTER SCHEMA public OWNER TO pg_database_owner; GRANT USAGE ON SCHEMA public TO PUBLIC;
"""

# As psql and the server say it, and pg_restore.
ERROR = re.compile(r"(?:ERROR|FATAL|error): *(.*)")

# The api and workers; a restore beside them would pull the tables away from under them.
IN_USE = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'kurir' AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True)
class Backup:
    """What a backup holds: of when it is, of which server's major version, the tables' contents, how many files, and
    the sums of its members, in their order.
    """

    at: datetime
    server: int
    contents: Contents
    files: int
    sums: Sequence[bytes] = field(repr=False)

    @property
    def pending(self) -> list[str]:
        """The migrations of this release that it lacks."""
        return [name for name in known_migrations() if name not in self.contents.migrations]


def read_through(path: Path, identities: Sequence[x25519.Identity]) -> Backup:
    """What the backup holds, after reading all of it. Raises BackupTrouble when that can't be done, or when it wasn't
    made with this office's index key.
    """
    sums: list[bytes] = []
    files, whole = 0, hashlib.sha256()
    about = end = b""
    with opening(path, identities) as tar:
        for name, content in members(tar):
            if end:
                raise damaged()
            sums.append(sum_of(name, content))
            files += name.startswith(FILES)
            if name == END:
                end = content
            else:
                whole.update(sums[-1])
            if name == ABOUT:
                about = content
    _refuse_unproven(end, whole.hexdigest())
    return _told(about, files, sums)


def _refuse_unproven(end: bytes, whole: str) -> None:
    try:
        proof = str(orjson.loads(end)["proof"])
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise damaged() from error
    if not vault().same(PROOF, whole, proof):
        raise BackupTrouble(
            indonesian="Cadangan ini tidak dibuat dengan KURIR_INDEX_KEY yang sekarang. Pakai .env dari saat itu; "
            "kalau itu sudah kuncinya, bukan kantor ini yang membuat berkas ini. Tidak ada yang diubah.",
            english="This backup wasn't made with the KURIR_INDEX_KEY there is. Use the .env of then; if that is the "
            "key already, this office didn't make the file. Nothing was changed.",
        )


def _told(about: bytes, files: int, sums: Sequence[bytes]) -> Backup:
    said: dict[str, Any] = orjson.loads(about)
    if said["format"] != FORMAT:
        raise BackupTrouble(
            indonesian="Cadangan ini dibuat oleh rilis Kurir yang lebih baru; pasang rilis itu dahulu.",
            english="This backup was made by a newer release of Kurir; install that first.",
        )
    found = said["contents"]
    tables = {table: (rows, digest) for table, (rows, digest) in found["tables"].items()}
    contents = Contents(tables, found["sequences"], found["migrations"])
    return Backup(datetime.fromisoformat(said["at"]), said["server"], contents, files, sums)


async def restore(
    url: str, storage: Storage, path: Path, identities: Sequence[x25519.Identity], *, replace: bool
) -> Backup:
    """Make the database at `url` and the storage what the backup says; only `replace` allows rows to be there, which
    go. The database changes in one transaction, after every file is stored and every table was compared with the
    backup. Raises BackupTrouble, StorageDown, SettingsError; then the database is as it was.
    """
    backup = await asyncio.to_thread(read_through, path, identities)
    await _refuse_unfit(url, backup, replace=replace)
    await Restoring(url, storage, backup).run(path, identities)
    return backup


async def _refuse_unfit(url: str, backup: Backup, *, replace: bool) -> None:
    unknown = [name for name in backup.contents.migrations if name not in known_migrations()]
    if unknown:
        raise BackupTrouble(
            indonesian=f"Cadangan ini dari rilis yang lebih baru ({', '.join(unknown)}); pasang rilis itu dahulu.",
            english=f"This backup is of a newer release ({', '.join(unknown)}); install that first.",
        )
    connection = await asyncpg.connect(**connect_arguments(url))
    try:
        server = int(await connection.fetchval("SHOW server_version_num")) // 10_000
        if server < backup.server:
            raise BackupTrouble(
                indonesian=f"Cadangan ini dari PostgreSQL {backup.server}; server ini {server}. Perbarui dahulu.",
                english=f"This backup is of PostgreSQL {backup.server}; this server is {server}. Update it first.",
            )
        if await connection.fetchval(IN_USE):
            raise BackupTrouble(
                indonesian="Basis data sedang dipakai Kurir; hentikan api dan worker dahulu.",
                english="Kurir is at work on this database; stop the api and the workers first.",
            )
        if not replace and await rows_of_others(connection):
            raise BackupTrouble(
                indonesian="Basis data ini tidak kosong; dengan --replace isinya diganti seluruhnya.",
                english="This database is not empty; with --replace all that is in it is replaced.",
            )
    finally:
        await connection.close()


class Restoring:
    """pg_restore writes SQL into psql, which ends it by COMMIT when all else is done: one transaction."""

    def __init__(self, url: str, storage: Storage, backup: Backup) -> None:
        self._storage = storage
        self._backup = backup
        self._environment = client_environment(url)

    async def run(self, path: Path, identities: Sequence[x25519.Identity]) -> None:
        """All of it."""
        reading, writing = os.pipe()
        sql = os.fdopen(writing, "wb", buffering=0)
        try:
            psql = await self._start(
                "psql",
                *("--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse"),
                stdin=reading,
                stdout=asyncio.subprocess.DEVNULL,
            )
        finally:
            os.close(reading)
        said = asyncio.create_task(_said(psql))
        try:
            # Whatever fails in here: psql's input ends before COMMIT, and the server rolls back.
            with sql, suppress(BrokenPipeError):
                await asyncio.to_thread(sql.write, EMPTIED.encode())
                await self._fill(path, identities, sql)
                await asyncio.to_thread(sql.write, f"{checks(self._backup.contents)}COMMIT;\n".encode())
        finally:
            why = await said
        if await psql.wait():
            raise BackupTrouble(
                indonesian=f"Tidak dapat dipulihkan: {why}. Tidak ada yang diubah.",
                english=f"It can't be restored: {why}. Nothing was changed.",
            )

    async def _fill(self, path: Path, identities: Sequence[x25519.Identity], sql: IO[bytes]) -> None:
        """The dump goes through pg_restore into `sql`; after it come the files."""
        restoring = await self._start("pg_restore", "--no-owner", "--no-privileges", "--file=-", stdout=sql)
        assert restoring.stdin  # noqa: S101 - asked for
        said = asyncio.create_task(_said(restoring))
        try:
            with opening(path, identities) as tar:
                pieces, proven = members(tar), iter(self._backup.sums)
                while piece := await asyncio.to_thread(_next, pieces):
                    name, content = piece
                    if sum_of(name, content) != next(proven, None):  # somebody exchanged the file meanwhile
                        raise damaged()
                    if name.startswith(DATABASE):
                        restoring.stdin.write(content)
                        await restoring.stdin.drain()
                    elif not restoring.stdin.is_closing() and name != ABOUT:
                        await _finished(restoring)
                    if name.startswith(FILES):
                        await self._keep(name.removeprefix(FILES), content)
                if next(proven, None):
                    raise damaged()
        except (BrokenPipeError, ConnectionResetError):
            pass  # it ended early, and says why
        finally:
            restoring.stdin.close()
            await restoring.wait()
            why = await said
        if restoring.returncode and "Broken pipe" not in why:
            raise BackupTrouble(
                indonesian=f"{why}. Tidak ada yang diubah.",
                english=f"{why}. Nothing was changed.",
            )

    async def _keep(self, name: str, content: bytes) -> None:
        await self._storage.put(name, content)
        if hashlib.sha256(await self._storage.get(name)).digest() != hashlib.sha256(content).digest():
            raise BackupTrouble(
                indonesian=f"Berkas {name} terbaca lain dari yang disimpan; periksa penyimpanan.",
                english=f"The file {name} reads otherwise than it was stored; look at the storage.",
            )

    async def _start(
        self, name: str, *arguments: str, stdout: int | IO[bytes], stdin: int = asyncio.subprocess.PIPE
    ) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            program_for(name, self._backup.server),
            *arguments,
            env=self._environment,
            stdin=stdin,
            stdout=stdout,
            stderr=asyncio.subprocess.PIPE,
        )


async def _finished(program: asyncio.subprocess.Process) -> None:
    assert program.stdin  # noqa: S101 - asked for
    program.stdin.close()
    if await program.wait():
        raise BrokenPipeError


async def _said(program: asyncio.subprocess.Process) -> str:
    """The first error of its complaint, one line: those below may hold people's data."""
    assert program.stderr  # noqa: S101 - asked for
    complaint = (await program.stderr.read()).decode(errors="replace").strip()
    error = ERROR.search(complaint)
    return error[1] if error else complaint.partition("\n")[0]


def _next(pieces: Iterator[tuple[str, bytes]]) -> tuple[str, bytes] | None:
    return next(pieces, None)
