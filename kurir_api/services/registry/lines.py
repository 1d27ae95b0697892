"""Lines of a register as rows for PostgreSQL's COPY: checked, keyed and masked."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2s
from itertools import count
from operator import itemgetter
from struct import Struct

from kurir_api.errors import Problems
from kurir_api.services.imports.base import Column, Refused, refused
from kurir_api.services.names import sounds
from kurir_api.services.registry.aid import aid_json
from kurir_api.services.registry.keys import NAME_BYTES, PERSON_BYTES, RegistryKeys, masked
from kurir_api.services.sixteen_digits import DIGITS, NO_NATIONAL_ID, are_sixteen

ROUNDED = b"0000"
"""What Excel makes of a serial number."""

VILLAGE_BYTES = len("33.02.23.2004")
LONGEST_NAME = 120
COLUMNS = (
    Column("national_id", also=("nik",)),
    Column("name", also=("nama",), longest=LONGEST_NAME),
    Column("village", also=("desa",)),
    Column("decile", also=("desil",), required=False),
    Column("programme", also=("program",), required=False),
    Column("since", also=("mulai",), required=False),
    Column("until", also=("selesai",), required=False),
    Column("source", also=("sumber",), required=False),
)
STAGED = ("regency_code", "updated_at", "line", "id", "region_id", "name_key", "masked_name", "decile", "aid")
"""A row's columns, in the order of COPY's binary format, where each value stands behind its length in bytes."""

NUMBER = Struct("!i")
FIXED = Struct(f"!iii{PERSON_BYTES}si{VILLAGE_BYTES}si{NAME_BYTES}si")
"""From line to the length of masked_name."""

PIECES = 4
"""Of which a row is put together: what all begin with, FIXED, the masked name, and decile and aid."""

DECILES = {"": NUMBER.pack(-1)} | {f"{number}": Struct("!ih").pack(2, number) for number in range(1, 11)}
POSTGRESQL_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
REMEMBERED = 50_000
"""Words, names, and combinations of decile and aid, that a process keeps before it forgets them all."""

MARKED = "surrogateescape"
NOT_UTF_8 = re.compile("[\udc80-\udcff]")
"""What Python puts, told so, in the place of bytes that are none; no column takes it."""

STRIPPED = "\ufeff'"
"""Around a word: the mark of UTF-8, and Excel's of a text."""

PLAIN = "\x1f"
"""Parts the cells of a line that is read cell by cell; no column takes it."""

Line = tuple[int, bytes, bytes]
"""Its number, as it stands, and with its cells in the order of COLUMNS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """How a file is read. `places`: where in a line the cell of each column is; behind its `cells`, one that isn't
    there. `villages`: the code of each, by what may be written for it. `programmes`: the regency's codes. `always`:
    what each row begins with.
    """

    keys: RegistryKeys
    separator: str
    cells: int
    places: tuple[int, ...]
    villages: dict[str, str]
    programmes: frozenset[str]
    always: bytes


def always(regency: str, now: datetime) -> bytes:
    """The beginning of each row: how many columns, and the first two of STAGED."""
    code, moment = regency.encode(), (now - POSTGRESQL_EPOCH) // timedelta(microseconds=1)
    return Struct(f"!hi{len(code)}siq").pack(len(STAGED), len(code), code, 8, moment)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of the file, the first of which is its line `first`."""

    first: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Rows:
    """What became of a chunk. `copied`: `count` rows of STAGED in COPY's binary format."""

    copied: bytes
    count: int
    refused: list[Refused]


class Reader:
    """Reads chunks of one register. Lines whose words, decile and aid were met before are taken as they stand, which
    is most of them; the others cell by cell, from which that is learnt.
    """

    def __init__(self, register: Register) -> None:
        self._register = register
        self._separator = register.separator.encode()
        self._in_order = register.cells == len(COLUMNS) and register.places == tuple(range(len(COLUMNS)))
        self._pick = itemgetter(*register.places)
        self._villages = {written.encode(): code.encode() for written, code in register.villages.items()}
        self._persons = blake2s(digest_size=PERSON_BYTES, key=register.keys.persons)
        self._names = blake2s(digest_size=NAME_BYTES, key=register.keys.names)
        self._words: dict[bytes, tuple[tuple[bytes, ...], bytes]] = {}
        self._known_names: dict[bytes, tuple[bytes, bytes]] = {}
        self._rests: dict[bytes, bytes] = {}

    def read(self, chunk: Chunk) -> Rows:
        """The rows of whole lines; empty ones are left out. A line is a row: no cell goes on in the next."""
        text = chunk.text.replace(b"\r\n", b"\n").removesuffix(b"\r")
        lines = text.split(b"\n")
        ordered = lines if self._in_order and b'"' not in text else map(self._ordered, lines)
        numbered = zip(count(chunk.first), lines, ordered)
        pieces: list[bytes] = []
        no: list[Refused] = []
        while left := self._take(numbered, self._separator, pieces):
            if refusal := self._take_by_cells(*left, pieces):
                no.append(refusal)
        return Rows(b"".join(pieces), len(pieces) // PIECES, no)

    def _ordered(self, line: bytes) -> bytes:
        """The cells in the order of COLUMNS; nothing where they aren't as many, or may be quoted."""
        cells = line.split(self._separator)
        if len(cells) != self._register.cells or b'"' in line:
            return b""
        cells.append(b"")
        return self._separator.join(self._pick(cells))

    def _take(self, numbered: Iterator[Line], separator: bytes, pieces: list[bytes]) -> Line | None:
        """Put down the rows of all lines, up to one that can't be taken so: that is the answer. As a million lines go
        through it, it calls nothing of ours.
        """
        villages, names, rests, always = self._villages, self._known_names, self._rests, self._register.always
        new_person, new_name, pack = self._persons.copy, self._names.copy, FIXED.pack
        for left in numbered:
            number, _, line = left
            try:
                national_id, name, village, rest = line.split(separator, 3)
                code, known = villages[village], rests[rest]
                heard, mask = names[name] if name in names else self._put_together(name)
            except (ValueError, KeyError):
                return left
            # Behind 16 digits, of which Excel makes the last zeros. A letter is a byte or more.
            if (
                len(national_id) != DIGITS
                or not national_id.isdigit()
                or national_id[-4:] == ROUNDED
                or not mask
                or (len(name) > LONGEST_NAME and len(name.decode()) > LONGEST_NAME)
            ):
                return left
            person, sounds_so = new_person(), new_name()
            person.update(national_id)
            sounds_so.update(code + heard)
            fixed = pack(
                4,
                number,
                PERSON_BYTES,
                person.digest(),
                VILLAGE_BYTES,
                code,
                NAME_BYTES,
                sounds_so.digest(),
                len(mask),
            )
            pieces += (always, fixed, mask, known)
        return None

    def _put_together(self, name: bytes) -> tuple[bytes, bytes]:
        """How a name sounds, behind a village's code, and its mask. Raises KeyError for a word that wasn't met."""
        heard: list[bytes] = []
        shown: list[bytes] = []
        for word in name.split():
            sounding, mask = self._words[word]
            heard += sounding
            shown.append(mask)
        heard.sort()
        if len(self._known_names) > REMEMBERED:
            self._known_names.clear()
        found = b"".join(b" " + sound for sound in heard), b" ".join(shown)
        self._known_names[name] = found
        return found

    def _take_by_cells(self, number: int, line: bytes, ordered: bytes, pieces: list[bytes]) -> Refused | None:
        """Put down the row of one line, unless it is empty or refused, and learn what it holds."""
        cells = self._cells(number, line.decode(errors=MARKED))
        if isinstance(cells, Refused):
            return cells
        if not any(cells):
            return None
        plain = PLAIN.join(cells).encode(errors=MARKED)
        written = (plain.split(PLAIN.encode(), 3), ordered.split(self._separator, 3))
        self._learn(cells, {rest for *before, rest in written if len(before) == 3})
        if self._take(iter([(number, line, plain)]), PLAIN.encode(), pieces):
            return self._refusal(number, cells)
        return None

    def _cells(self, number: int, line: str) -> list[str] | Refused:
        """The cells of a line in the order of COLUMNS, without what is around their words. Excel leaves out empty
        ones at the end, and here and there adds some.
        """
        expected = self._register.cells
        try:
            cells = next(csv.reader([line], delimiter=self._register.separator, strict=True), [])
        except csv.Error:
            return _no(number, "Tanda kutip tidak berpasangan.", "Quotation marks don't pair up.")
        if any(map(str.strip, cells[expected:])):
            return _no(
                number,
                f"{len(cells)} isian, tetapi {expected} kolom.",
                f"{len(cells)} cells, but {expected} columns.",
            )
        picked = self._pick([*cells[:expected], *[""] * max(1, expected + 1 - len(cells))])
        return [" ".join(filter(None, (word.strip(STRIPPED) for word in cell.split()))) for cell in picked]

    def _learn(self, cells: list[str], rests: set[bytes]) -> None:
        """How the words of a name sound, and their masks; and how a row ends, with decile and aid, for whichever of
        `rests` stand for the cells. Nothing of what can't be used.
        """
        for known in (self._words, self._rests):
            if len(known) > REMEMBERED:
                known.clear()
        for word in cells[1].split():
            if word.isprintable() and word.encode() not in self._words:
                heard = tuple(sound.encode() for sound in sounds(word))
                self._words[word.encode()] = heard, masked(word).encode()
        if new := [rest for rest in rests if rest not in self._rests]:
            problems = Problems()
            decile, *given = cells[3:]
            aid = aid_json(problems, self._register.programmes, given).encode()
            if not problems.found and decile in DECILES:
                self._rests |= dict.fromkeys(new, DECILES[decile] + NUMBER.pack(len(aid)) + aid)

    def _refusal(self, number: int, cells: list[str]) -> Refused:
        """Everything that is wrong with a line; nothing of what it says."""
        if any(NOT_UTF_8.search(cell) for cell in cells):
            return _no(number, "Bukan UTF-8; simpan sebagai CSV UTF-8.", "Not UTF-8; save it as CSV UTF-8.")
        problems = Problems()
        national_id, name, village, decile, *aid_cells = cells
        check_national_id(problems, national_id)
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            problems.add(
                "name",
                id=f"Tulis nama, paling banyak {LONGEST_NAME} huruf.",
                en=f"A name of at most {LONGEST_NAME} letters.",
            )
        if village not in self._register.villages:
            problems.add(
                "village",
                id="Kode desa di kabupaten ini, seperti 33.02.23.2004.",
                en="The code of a village of this regency, such as 33.02.23.2004.",
            )
        if decile not in DECILES:
            problems.add("decile", id="Bilangan 1 sampai 10, atau kosong.", en="A whole number, 1 to 10, or nothing.")
        aid_json(problems, self._register.programmes, aid_cells)
        return refused(number, problems, COLUMNS)


def check_national_id(problems: Problems, text: str) -> None:
    """Note what is wrong with it, which often is that Excel took it for a number."""
    rounded = text.endswith(ROUNDED.decode())
    if are_sixteen(text) and not rounded:
        return
    if rounded or "E+" in text.upper():
        problems.add(
            "national_id",
            id="Excel membulatkan NIK ini; jadikan kolomnya Teks, lalu isi lagi dari sumbernya.",
            en="Excel has rounded this national id; make the column Text and fill it in again from its source.",
        )
    else:
        problems.add("national_id", id=NO_NATIONAL_ID.id, en=NO_NATIONAL_ID.en)


def _no(number: int, indonesian: str, english: str) -> Refused:
    problems = Problems()
    problems.add("file", id=indonesian, en=english)
    return refused(number, problems, ())
