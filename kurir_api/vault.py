"""Sealing of personal data: AES-256-GCM for what is kept, keyed HMAC for what must be looked up.

A sealed value is bound to its place: the associated data is "table.field:row id", so a value copied
to another row or column does not open. It and every index tell the number of their key, so that keys can be changed:
docs/decisions/0029-key-ring.md.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self, overload
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kurir_api.keyring import key_ring

if TYPE_CHECKING:  # a process that reads a register begins without them in a tenth of the time
    from kurir_api.settings import Settings

NONCE_BYTES = 12
INDEX_LENGTH, NUMBER_DIGITS = 64, 3


class MissingKey(Exception):
    """Something is kept under a key that this process wasn't given; the message says which, and where to add it."""

    def __init__(self, number: int, setting: str = "KURIR_ENCRYPTION_KEY") -> None:
        self.number, self.setting = number, setting
        super().__init__(f"{setting} has no key number {number}, under which something is kept: add it")


@dataclass(frozen=True)
class Vault:
    """The keys by number, and what is done with them. The first of each writes; all of them read."""

    encryption_keys: Mapping[int, bytes]
    index_keys: Mapping[int, bytes]

    @classmethod
    def from_settings(cls, settings: "Settings") -> Self:
        """The vault of this office's keys."""
        return cls(
            key_ring(settings.encryption_key.get_secret_value()), key_ring(settings.index_key.get_secret_value())
        )

    @property
    def writes_with(self) -> int:
        """The number of the key that seals."""
        return next(iter(self.encryption_keys))

    @property
    def indexes_with(self) -> int:
        """The number of the key that makes indexes."""
        return next(iter(self.index_keys))

    def seal(self, place: str, text: str) -> bytes:
        """`text` encrypted for `place`: key number (1 byte), nonce (12), ciphertext and tag."""
        nonce, number = os.urandom(NONCE_BYTES), self.writes_with
        sealed = AESGCM(self.encryption_keys[number]).encrypt(nonce, text.encode(), place.encode())
        return bytes([number]) + nonce + sealed

    def unseal(self, place: str, sealed: bytes) -> str:
        """The text of `seal(place, text)`. Raises MissingKey; cryptography's InvalidTag when key or place differ."""
        number, nonce, body = sealed[0], sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        if number not in self.encryption_keys:
            raise MissingKey(number)
        return AESGCM(self.encryption_keys[number]).decrypt(nonce, body, place.encode()).decode()

    def index(self, field: str, text: str) -> str:
        """A blind index (64 characters), to be written: equal for equal texts of one field, and nobody makes one
        without the key.

        Hexadecimal digits; under a key other than number 1 they begin with the number: "2:...".
        """
        return self._index(self.indexes_with, field, text)

    def indexes(self, field: str, text: str) -> list[str]:
        """The index under each key, to look for: it may have been written before the keys changed."""
        return [self._index(number, field, text) for number in self.index_keys]

    def original(self, field: str, text: str) -> bytes:
        """32 bytes under index key number 1. Raises MissingKey."""
        if 1 not in self.index_keys:
            raise MissingKey(1, "KURIR_INDEX_KEY")
        return self._digest(1, field, text)

    def same(self, field: str, text: str, index: str) -> bool:
        """Whether the index is one of this text, under whichever key it was made; in constant time."""
        number = index_number(index)
        return number in self.index_keys and hmac.compare_digest(
            self._index(number, field, text).encode(), index.encode(errors="surrogatepass")
        )

    def _index(self, number: int, field: str, text: str) -> str:
        digest = self._digest(number, field, text).hex()
        return digest if number == 1 else f"{number}:{digest}"[:INDEX_LENGTH]

    def _digest(self, number: int, field: str, text: str) -> bytes:
        return hmac.digest(self.index_keys[number], f"{field}\0{text}".encode(), hashlib.sha256)


def index_number(index: str) -> int:
    """The number of the key that made an index; 0: none did."""
    number, colon, _ = index.partition(":")
    if not colon:
        return 1
    return int(number) if number.isascii() and number.isdecimal() and len(number) <= NUMBER_DIGITS else 0


_opened: Vault | None = None


def open_vault(settings: "Settings") -> None:
    """Make this office's keys the process's; done once, where the database is opened."""
    global _opened  # noqa: PLW0603 - like the ORM's connections, the keys belong to the process
    _opened = Vault.from_settings(settings)


def vault() -> Vault:
    """The opened vault. Raises RuntimeError before `open_vault`."""
    if _opened is None:
        raise RuntimeError("open_vault(settings) has not been called")
    return _opened


class _Row(Protocol):
    id: UUID


class Sealed:
    """A text attribute of a model that is stored encrypted in `<name>_sealed`.

    The row's id must be set first, since the ciphertext is bound to it. With `indexed`, `<name>_index`
    holds the blind index for exact look-up.
    """

    table: str
    name: str

    def __init__(self, *, indexed: bool = False) -> None:
        self.indexed = indexed

    def __set_name__(self, owner: type, name: str) -> None:
        self.table, self.name = owner.__name__.lower(), name

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: _Row, owner: type) -> str | None: ...
    def __get__(self, row: _Row | None, owner: type) -> "Self | str | None":
        if row is None:
            return self
        sealed: bytes | None = getattr(row, f"{self.name}_sealed")
        return None if sealed is None else vault().unseal(self._place(row), sealed)

    def __set__(self, row: _Row, text: str | None) -> None:
        setattr(row, f"{self.name}_sealed", None if text is None else vault().seal(self._place(row), text))
        if self.indexed:
            setattr(row, f"{self.name}_index", None if text is None else self.index(text))

    def index(self, text: str) -> str:
        """The blind index that is written for `text`."""
        return vault().index(f"{self.table}.{self.name}", text)

    def indexes(self, text: str) -> list[str]:
        """The blind indexes under which `text` is found, whichever key was the first when it was written."""
        return vault().indexes(f"{self.table}.{self.name}", text)

    def _place(self, row: _Row) -> str:
        return f"{self.table}.{self.name}:{row.id}"


def sealed_attributes(table: type) -> Iterable[Sealed]:
    """What a model keeps sealed."""
    return [attribute for attribute in vars(table).values() if isinstance(attribute, Sealed)]
