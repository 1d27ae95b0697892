"""Bring a file's rows into the database: all of them, but those that are refused, or none."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.errors import InvalidInput, Problems
from kurir_api.services.imports import import_kinds
from kurir_api.services.imports.base import (
    BATCH,
    ImportKind,
    Line,
    Order,
    Outcome,
    Refused,
    Tell,
    Values,
    WholeFile,
    refused,
)
from kurir_api.services.imports.reading import opened
from kurir_api.services.places.check_regency import check_regency

Read = Line[Values] | Refused


async def import_file(order: Order, tell: Tell) -> Outcome:
    """Import the file in one transaction: a crash leaves nothing of it, and another try starts anew. Each refused row
    is told once, in the order of the file. For the operator, who needs nobody's leave.

    Raises InvalidInput, when nothing was written.
    """
    kind = await _checked(order)
    if isinstance(kind, WholeFile):
        return await kind.run(order, tell)
    running = _Import(order, kind, tell)
    with opened(order.file, kind.columns) as rows:
        async with in_transaction() as connection:
            # One import at a time: two that write the same rows in another order would wait for each other.
            await get_connection("default").execute_query("SELECT pg_advisory_xact_lock(hashtext('kurir import'))")
            while batch := list(islice(rows, BATCH)):
                await running.put(batch)
            if order.dry_run:
                await connection.rollback()
    return running.outcome


async def _checked(order: Order) -> ImportKind[Any] | WholeFile:
    """The kind of an order that makes sense. Raises InvalidInput."""
    kinds = import_kinds()
    if order.kind not in kinds:
        known = ", ".join(kinds)
        raise InvalidInput.of("kind", id=f"Pilih salah satu: {known}.", en=f"Choose one of: {known}.")
    kind = kinds[order.kind]
    problems = Problems()
    if order.regency is None:
        if kind.needs_regency:
            problems.add("regency", id="Sebut kode kabupatennya.", en="Name the regency's code.")
    elif not kind.makes_regencies:
        await check_regency(problems, "regency", order.regency)
    if order.complete and not isinstance(kind, WholeFile):
        problems.add("complete", id="Tidak ada untuk jenis ini.", en="This kind doesn't know it.")
    problems.refuse()
    return kind


@dataclass(slots=True)
class _Import:
    """One that is under way. `seen`: by key the line on which it stood first."""

    order: Order
    kind: ImportKind[Any]
    tell: Tell
    outcome: Outcome = field(default_factory=Outcome)
    seen: dict[Hashable, int] = field(default_factory=dict)

    async def put(self, batch: Sequence[Read]) -> None:
        """Check, write and count some rows."""
        found = [self._made(row) for row in batch]
        put = await self.kind.put(self.order, [row for row in found if isinstance(row, Line)])
        no = [*(row for row in found if isinstance(row, Refused)), *put.refused]
        for row in sorted(no, key=lambda row: row.line):
            self.tell(row)
        self.outcome.read += len(batch)
        self.outcome.added += put.added
        self.outcome.changed += put.changed
        self.outcome.same += put.same
        self.outcome.refused += len(no)

    def _made(self, read: Read) -> Line[Any] | Refused:
        """The row as its kind makes it, unless it can't be used or a row before it is about the same."""
        if isinstance(read, Refused):
            return read
        problems = Problems()
        row = self.kind.check(self.order, read.row, problems)
        if not problems.found and self.kind.key is not None:
            first = self.seen.setdefault(self.kind.key(row), read.number)
            if first != read.number:
                problems.add("file", id=f"Sama dengan baris {first}.", en=f"The same as line {first}.")
        return refused(read.number, problems, self.kind.columns) if problems.found else Line(read.number, row)
