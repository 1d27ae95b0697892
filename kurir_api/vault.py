"""Sealing of personal data: AES-256-GCM for what is kept, keyed HMAC for what must be looked up.

A sealed value is bound to its place: the associated data is "table.field:row id", so a value copied
to another row or column does not open. Its first byte numbers the key, so that keys can be changed later.
"""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self, overload
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:  # a process that reads a register begins without them in a tenth of the time
    from kurir_api.settings import Settings

NONCE_BYTES = 12
KEY_NUMBER = 1


@dataclass(frozen=True)
class Vault:
    """The keys, and what is done with them."""

    encryption_key: bytes
    index_key: bytes

    @classmethod
    def from_settings(cls, settings: "Settings") -> Self:
        """The vault of this office's keys."""
        return cls(
            base64.b64decode(settings.encryption_key.get_secret_value()),
            base64.b64decode(settings.index_key.get_secret_value()),
        )

    def seal(self, place: str, text: str) -> bytes:
        """`text` encrypted for `place`: key number (1 byte), nonce (12), ciphertext and tag."""
        nonce = os.urandom(NONCE_BYTES)
        return bytes([KEY_NUMBER]) + nonce + AESGCM(self.encryption_key).encrypt(nonce, text.encode(), place.encode())

    def unseal(self, place: str, sealed: bytes) -> str:
        """The text of `seal(place, text)`. Raises cryptography's InvalidTag when key or place differ."""
        nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        return AESGCM(self.encryption_key).decrypt(nonce, body, place.encode()).decode()

    def index(self, field: str, text: str) -> str:
        """A blind index (64 hex digits): equal for equal texts of one field, and nobody makes one without the key."""
        return hmac.digest(self.index_key, f"{field}\0{text}".encode(), hashlib.sha256).hex()


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
        """The blind index under which `text` is found."""
        return vault().index(f"{self.table}.{self.name}", text)

    def _place(self, row: _Row) -> str:
        return f"{self.table}.{self.name}:{row.id}"
