"""A tar archive that is encrypted by age while it is written, and decrypted while it is read: a few MB of memory,
whatever its size, and nothing readable on the disk.
"""

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

import pyrage

from kurir_api.services.backup.trouble import BackupTrouble

BLOCK = 1024 * 1024


class Target(Protocol):
    """What age writes into."""

    def write(self, content: bytes, /) -> int:
        """Take some bytes."""

    def flush(self) -> None:
        """Let them go on."""


class Archive:
    """What is written into; `sum` is that of all so far."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.sum = hashlib.sha256()

    def add(self, name: str, content: bytes) -> None:
        """Write a member."""
        self.sum.update(sum_of(name, content))
        member = tarfile.TarInfo(name)
        member.size = len(content)
        self._tar.addfile(member, io.BytesIO(content))
        _forget(self._tar)


def sum_of(name: str, content: bytes) -> bytes:
    """SHA-256 of a member."""
    found = hashlib.sha256(f"{len(content)}:{name}:".encode(errors="surrogateescape"))
    found.update(content)
    return found.digest()


@contextmanager
def sealing(target: Target, recipients: Sequence[pyrage.x25519.Recipient]) -> Iterator[Archive]:
    """An archive into `target`, complete when the block has ended. Raises what `target` raises, such as OSError."""

    def seal() -> None:
        with os.fdopen(reading, "rb") as plain:
            pyrage.encrypt_io(plain, target, recipients)

    reading, writing = os.pipe()
    with ThreadPoolExecutor(1) as aside:
        sealed = aside.submit(seal)
        try:
            with (
                os.fdopen(writing, "wb") as plain,
                tarfile.open(mode="w|", fileobj=plain, bufsize=BLOCK, format=tarfile.PAX_FORMAT) as tar,
            ):
                yield Archive(tar)
        except BrokenPipeError:
            sealed.result()  # says why nobody takes it any more
            raise
        sealed.result()


class _Source:
    """A file that remembers why it couldn't be read, of which age would say that it is damaged."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.trouble: OSError | None = None

    def read(self, size: int = -1) -> bytes:
        """For age."""
        try:
            return self._file.read(size)
        except OSError as error:
            self.trouble = error
            raise


@contextmanager
def opening(path: Path, identities: Sequence[pyrage.x25519.Identity]) -> Iterator[tarfile.TarFile]:
    """The archive at `path`, to be read in order. Only when the block has ended it is known to be whole. Raises
    BackupTrouble when it can't be read, when no key fits, or when it was cut off or altered.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from error
    source = _Source(file)

    def unseal() -> None:
        with os.fdopen(writing, "wb") as plain, file:
            pyrage.decrypt_io(source, plain, identities)

    def raise_why() -> None:
        try:
            opened.result()
        except (pyrage.DecryptError, OSError) as error:
            if source.trouble:
                raise _unreadable(path, source.trouble) from error
            if "No matching keys" in str(error):
                raise _no_key() from error
            raise damaged() from error

    reading, writing = os.pipe()
    with ThreadPoolExecutor(1) as aside:
        opened = aside.submit(unseal)
        with os.fdopen(reading, "rb") as plain:
            try:
                with tarfile.open(mode="r|", fileobj=plain, bufsize=BLOCK) as tar:
                    yield tar
                while plain.read(BLOCK):
                    pass
            except (tarfile.ReadError, EOFError) as error:
                raise_why()
                raise damaged() from error
        raise_why()


def members(tar: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    """Names and contents, one after the other."""
    while member := tar.next():
        content = tar.extractfile(member)
        if content is None:
            raise damaged()
        yield member.name, content.read()
        _forget(tar)


def _forget(tar: tarfile.TarFile) -> None:
    """Else it remembers every member there was."""
    tar.members = []  # type: ignore[attr-defined]


def _unreadable(path: Path, error: OSError) -> BackupTrouble:
    return BackupTrouble(
        indonesian=f"{path} tidak dapat dibaca ({error.strerror or error}).",
        english=f"{path} can't be read ({error.strerror or error}).",
    )


def _no_key() -> BackupTrouble:
    return BackupTrouble(
        indonesian="Kunci ini tidak membuka cadangan itu: pakai berkas kunci yang penerimanya (age1...) "
        "dipakai saat mencadangkan.",
        english="This key doesn't open that backup: use the key file of the recipient (age1...) named then.",
    )


def damaged() -> BackupTrouble:
    """It isn't what was written."""
    return BackupTrouble(
        indonesian="Berkas ini terpotong, berubah, atau bukan cadangan Kurir. Tidak ada yang diubah; "
        "pakai cadangan lain.",
        english="This file is cut off or altered, or no backup of Kurir's. Nothing was changed; use another backup.",
    )
