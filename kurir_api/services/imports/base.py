"""What a kind of import is, and what comes of one."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from kurir_api.errors import Problems, Words

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Import `file` as `kind`, for the regency of that code; `dry_run`: only say what would come of it. `complete`:
    the file holds all there are; what it doesn't hold goes.
    """

    kind: str
    file: Path
    now: datetime
    regency: str | None = None
    dry_run: bool = False
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """`name` in the header, or one of `also`, of which the first is Indonesian, in any case; a required one may not
    be empty in any row.
    """

    name: str
    also: tuple[str, ...] = ()
    required: bool = True
    longest: int = 200

    @property
    def called(self) -> Words:
        """Its names."""
        return Words(id=self.also[0] if self.also else self.name, en=self.name)


Values = Mapping[str, str]
"""A row's texts by column name, without white space around; every column is there, "" where nothing is written."""


@dataclass(frozen=True, slots=True)
class Line(Generic[T]):
    """A row that was checked. `number`: the line of the file on which it begins; the header's is 1."""

    number: int
    row: T


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that can't be used, and what to mend. The words repeat nothing personal of it."""

    line: int
    words: Words


@dataclass(frozen=True, slots=True)
class Put:
    """What came of some lines: each was added, changed, the same already, or is refused."""

    added: int = 0
    changed: int = 0
    same: int = 0
    refused: tuple[Refused, ...] = ()


@dataclass(slots=True)
class Outcome:
    """What came of a file, in rows: `read` is added + changed + same + refused. `removed`: what a complete file no
    longer holds.
    """

    read: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    removed: int = 0


Tell = Callable[[Refused], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportKind(Generic[T]):
    """`check` makes a row of its texts, noting under the columns' names what can't be used; the row counts only when
    nothing was noted. `key`: two rows of a file may not have the same; None: they may. `makes_regencies`: the order's
    regency need not be there yet.

    `put` checks up to `BATCH` lines against the database and writes them, in a constant number of statements, within
    the transaction of the whole file; a dry run is the same, rolled back.
    """

    columns: tuple[Column, ...]
    needs_regency: bool = True
    makes_regencies: bool = False
    check: Callable[[Order, Values, Problems], T]
    key: Callable[[T], Hashable] | None = None
    put: Callable[[Order, Sequence[Line[T]]], Awaitable[Put]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeFile:
    """A kind of files too large to be put row by row. `run` reads the order's file itself and makes its own
    transaction, which it rolls back in a dry run; it tells of each refused row. Only it knows complete files.
    """

    columns: tuple[Column, ...]
    needs_regency: bool = True
    makes_regencies: bool = False
    run: Callable[[Order, Tell], Awaitable[Outcome]]


BATCH = 1_000
"""Lines that are put together."""


def refused(number: int, problems: Problems, columns: Iterable[Column]) -> Refused:
    """One line's refusal: every column, as the language calls it, with what to do about it."""
    called = {column.name: column.called for column in columns} | {"file": Words(id="berkas", en="file")}

    def said(locale: str) -> str:
        return "; ".join(
            f"{called['.'.join(one.path)].say(locale)}: {one.message(locale).rstrip('.')}" for one in problems.found
        )

    return Refused(number, Words(id=said("id"), en=said("en")))
