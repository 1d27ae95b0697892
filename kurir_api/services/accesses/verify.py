"""Whether the access log is as it was written: reckoned again from its first row."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from kurir_api.errors import InvalidInput
from kurir_api.models import AccessEntry, AccessHead
from kurir_api.services.accesses.appending import BEGINNING, FIELD, link_text
from kurir_api.vault import vault

AT_ONCE = 2_000
"""Rows in memory."""


class Head(NamedTuple):
    """The last row of a regency's log, as it was noted down outside of the database."""

    number: int
    digest: str

    @classmethod
    def of(cls, text: str) -> "Head":
        """Of "NUMBER:DIGEST". Raises InvalidInput."""
        number, _, digest = text.partition(":")
        if not (number.isascii() and number.isdigit() and digest):
            raise InvalidInput.of("head", id="Tulis sebagai NOMOR:SIDIK.", en="Write it as NUMBER:DIGEST.")
        return cls(int(number), digest)

    def __str__(self) -> str:
        return f"{self.number}:{self.digest}"


NOTHING = Head(0, BEGINNING)


@dataclass(slots=True)
class Verified:
    """A regency's log: how many rows were looked at, what is wrong, and its head, to be noted down elsewhere."""

    regency: str
    rows: int = 0
    faults: list[str] = field(default_factory=list)
    head: Head = NOTHING


async def verify(regency: str | None = None, head: Head | None = None) -> list[Verified]:
    """The logs of the regency, or of all. A row that says something else than it said, or that stands elsewhere, has
    another digest; a number that is missing was taken out, one that comes twice or is too high was put in. That rows
    were cut off at the end shows by `head` alone, noted down earlier.

    Raises InvalidInput for a head without a regency.
    """
    if head is not None and regency is None:
        raise InvalidInput.of("head", id="Sebutkan juga kabupatennya.", en="Name its regency, too.")
    return [await _verified(code, head) for code in ([regency] if regency else await _regencies())]


async def _regencies() -> list[str]:
    """All with a log, also those whose head was taken away."""
    rows = await AccessEntry.all().distinct().values_list("regency_code", flat=True)
    return sorted({row.regency_code for row in await heads()}.union(str(code) for code in rows))


async def _verified(regency: str, noted: Head | None) -> Verified:
    found = Verified(regency)
    # The office goes on meanwhile: among the rows that are read is that of the head before, and none that the head
    # afterwards doesn't know.
    kept = await _head(regency)
    before, kept_is_there, noted_is_there = BEGINNING, kept == found.head, noted is None or noted == found.head
    async for row in _rows(regency):
        found.rows += 1
        expected = found.head.number + 1
        if row.number > expected:
            # The row after a gap can't be checked: what its digest is of isn't there any more.
            found.faults.append(f"{_span(expected, row.number - 1)} missing")
        elif fault := _fault(row, before):
            found.faults.append(f"{row.number} {fault}")
        before, found.head = row.digest, Head(row.number, row.digest)
        kept_is_there, noted_is_there = kept_is_there or found.head == kept, noted_is_there or found.head == noted
    now = await _head(regency)
    if not kept_is_there or found.head.number > now.number:
        found.faults.append(f"the head says {now.number or 'nothing'}, the last row is {found.head.number}")
    if not noted_is_there:
        found.faults.append(f"the noted head {noted.number if noted else ''} is not in the log: rows were cut off")
    return found


def _fault(row: AccessEntry, before: str) -> str | None:
    """What is wrong with a row that follows the one of the digest `before`."""
    if vault().same(FIELD, link_text(row, row.id, row.number, row.at, before), row.digest):
        return None
    key, colon, _ = row.digest.partition(":")
    if colon and key.isdigit() and int(key) not in vault().index_keys:
        return f"can't be checked without key {key}"
    return "altered, put in or out of place"


async def _head(regency: str) -> Head:
    row = await AccessHead.get_or_none(regency_code=regency)
    return NOTHING if row is None else Head(row.number, row.digest)


async def _rows(regency: str) -> AsyncIterator[AccessEntry]:
    """In order, a part at a time; rows that are appended meanwhile may or may not be among them."""
    after = 0
    while rows := await AccessEntry.filter(regency_code=regency, number__gt=after).order_by("number").limit(AT_ONCE):
        for row in rows:
            yield row
        after = rows[-1].number


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


async def heads() -> Sequence[AccessHead]:
    """Where the chains stand."""
    return await AccessHead.all().order_by("regency_code")
