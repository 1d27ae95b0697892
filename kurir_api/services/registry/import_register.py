"""Bring a register into the database: a million people in one transaction."""

from collections.abc import AsyncIterator
from typing import Any

from asyncpg.exceptions import UniqueViolationError
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.errors import InvalidInput, Words
from kurir_api.models import Programme, Region, RegionLevel
from kurir_api.services.imports.base import Order, Outcome, Refused, Tell
from kurir_api.services.imports.reading import header
from kurir_api.services.registry.keys import keys_to_import
from kurir_api.services.registry.lines import COLUMNS, STAGED, Register, always
from kurir_api.services.registry.reading import first_line, rows_of

BEGINNING = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = b"\xff\xff"
"""Of COPY's binary format."""

STAGING = "CREATE TEMPORARY TABLE registry_staged (LIKE registry_person) ON COMMIT DROP"
ENOUGH_MEMORY = "SET LOCAL work_mem = '64MB'; SET LOCAL maintenance_work_mem = '128MB'"

# While a table of millions grows, its indexes cost more than all else; made afterwards they cost little. Only into a
# table that this transaction emptied can rows be written frozen, which saves vacuum its pass over them.
WITHOUT_INDEXES = """
TRUNCATE registry_person;
ALTER TABLE registry_person DROP CONSTRAINT registry_person_pkey;
DROP INDEX registry_person_name
"""
ONCE_EACH = {
    "registry_person": "ALTER TABLE registry_person ADD CONSTRAINT registry_person_pkey PRIMARY KEY (id)",
    "registry_staged": "CREATE UNIQUE INDEX ON registry_staged (id)",
}
BY_NAME = "CREATE INDEX registry_person_name ON registry_person (name_key)"
TWICE = """
DELETE FROM {table} s
USING (SELECT id, min(line) AS line FROM {table} GROUP BY id HAVING count(*) > 1) first
WHERE s.id = first.id AND s.line > first.line RETURNING s.line, first.line AS first
"""
WRITTEN = """
MERGE INTO registry_person p USING registry_staged s ON p.id = s.id
WHEN MATCHED AND (p.region_id, p.name_key, p.masked_name, p.decile, p.aid)
    IS DISTINCT FROM (s.region_id, s.name_key, s.masked_name, s.decile, s.aid)
THEN UPDATE SET region_id = s.region_id, name_key = s.name_key, masked_name = s.masked_name, decile = s.decile,
    aid = s.aid, line = s.line, updated_at = s.updated_at
WHEN NOT MATCHED THEN INSERT VALUES (s.*)
"""
PEOPLE = "SELECT count(*) FROM registry_person"
REMOVED = """
DELETE FROM registry_person p
WHERE regency_code = $1 AND NOT EXISTS (SELECT FROM registry_staged s WHERE s.id = p.id)
"""


async def import_register(order: Order, tell: Tell) -> Outcome:
    """Import the file in one transaction. A line is all that is known of one person; of two about the same the first
    counts. Only what differs is written. Refused lines are told in the order of the file, then those that came twice.

    A complete file removes whom it doesn't hold, unless a line was refused, which may be about them. Raises
    InvalidInput, when nothing was written.
    """
    outcome = Outcome()
    try:
        file = order.file.open("rb")
    except OSError as error:
        said = error.strerror or "-"
        raise InvalidInput.of("file", id=f"Tidak bisa dibaca ({said}).", en=f"It can't be read ({said}).") from error
    with file:
        first = first_line(file)

        async def copied(register: Register) -> AsyncIterator[bytes]:
            yield BEGINNING
            async for rows in rows_of(file, register):
                outcome.read += rows.count
                for row in rows.refused:
                    _refuse(outcome, tell, row)
                yield rows.copied
            yield END

        async with in_transaction() as connection:
            # As for all imports: one at a time.
            await get_connection("default").execute_query("SELECT pg_advisory_xact_lock(hashtext('kurir import'))")
            register = await _register(order, first)
            async with connection.acquire_connection() as raw:
                await _write(raw, order, copied(register), outcome, tell)
            if order.dry_run:
                await connection.rollback()
    return outcome


async def _write(connection: Any, order: Order, copied: AsyncIterator[bytes], outcome: Outcome, tell: Tell) -> None:
    """Into a registry without anybody at once; else aside, from where goes what differs. As others wait, the people
    before and after tell who was added.
    """
    await connection.execute(ENOUGH_MEMORY)
    before = await connection.fetchval(PEOPLE)
    first_ever = before == 0
    table = "registry_person" if first_ever else "registry_staged"
    await connection.execute(WITHOUT_INDEXES if first_ever else STAGING)
    await connection.copy_to_table(table, source=copied, columns=STAGED, format="binary", freeze=first_ever)
    try:
        async with connection.transaction():
            await connection.execute(ONCE_EACH[table])
    except UniqueViolationError:
        await _refuse_twice(connection, table, outcome, tell)
        await connection.execute(ONCE_EACH[table])
    usable = outcome.read - outcome.refused
    if order.complete and not usable:
        raise InvalidInput.of(
            "file",
            id="Tidak ada baris yang dapat dipakai, jadi bukan daftar lengkap.",
            en="No row can be used, so it isn't the complete register.",
        )
    if first_ever:
        await connection.execute(BY_NAME)
        outcome.added = usable
        return
    written = _count(await connection.execute(WRITTEN))
    outcome.added = await connection.fetchval(PEOPLE) - before if written else 0
    outcome.changed = written - outcome.added
    outcome.same = usable - written
    if order.complete and not outcome.refused:
        outcome.removed = _count(await connection.execute(REMOVED, order.regency))


async def _register(order: Order, first: str) -> Register:
    """How the order's file is read. Raises InvalidInput for a header that doesn't fit."""
    regency = order.regency or ""
    separator, names = header(first, COLUMNS)
    villages: dict[str, str] = {}
    for region in await Region.filter(level=RegionLevel.VILLAGE, code__startswith=f"{regency}.").only("code"):
        villages |= dict.fromkeys((region.code, region.code.replace(".", "")), region.code)
    programmes = await Programme.filter(regency_code=regency).only("code")
    return Register(
        keys=await keys_to_import(regency),
        separator=separator,
        cells=len(names),
        places=tuple(names.index(one.name) if one.name in names else len(names) for one in COLUMNS),
        villages=villages,
        programmes=frozenset(one.code for one in programmes),
        always=always(regency, order.now),
    )


async def _refuse_twice(connection: Any, table: str, outcome: Outcome, tell: Tell) -> None:
    for line, first in sorted(await connection.fetch(TWICE.format(table=table))):
        words = Words(
            id=f"berkas: Orang yang sama dengan baris {first}", en=f"file: The same person as in line {first}"
        )
        outcome.read -= 1
        _refuse(outcome, tell, Refused(line, words))


def _refuse(outcome: Outcome, tell: Tell, row: Refused) -> None:
    outcome.read += 1
    outcome.refused += 1
    tell(row)


def _count(done: str) -> int:
    """The rows of a command's tag, such as "INSERT 0 12"."""
    return int(done.rpartition(" ")[2])
