"""age's keys: who may open a backup, and the file by which one does."""

import os
from collections.abc import Sequence
from pathlib import Path

import pyrage
from pyrage import x25519

from kurir_api.services.backup.trouble import BackupTrouble

SECRET = "AGE-SECRET-KEY-"  # noqa: S105 - how age's own files begin a key's line


def make_key(path: Path) -> str:
    """Write a new key to `path`, for its owner alone; its recipient (age1...) is public. Raises BackupTrouble."""
    identity = x25519.Identity.generate()
    recipient = str(identity.to_public())
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:  # noqa: PTH123
            file.write(f"# public key: {recipient}\n{identity}\n")
    except OSError as error:
        raise BackupTrouble(
            indonesian=f"{path} tidak dapat dibuat ({error.strerror}).",
            english=f"{path} can't be made ({error.strerror}).",
        ) from error
    return recipient


def recipients_of(texts: Sequence[str]) -> list[x25519.Recipient]:
    """The recipients, as age writes them. Raises BackupTrouble."""
    try:
        return [x25519.Recipient.from_str(text) for text in texts]
    except pyrage.RecipientError as error:
        raise BackupTrouble(
            indonesian="--recipient: tulis kunci publik age1..., seperti yang dicetak `kurir backup-key`.",
            english="--recipient: give the public key age1..., as `kurir backup-key` prints it.",
        ) from error


def identities_in(path: Path) -> list[x25519.Identity]:
    """The keys in a file of age's. Raises BackupTrouble."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
        found = [x25519.Identity.from_str(line.strip()) for line in lines if line.startswith(SECRET)]
    except OSError as error:
        raise BackupTrouble(
            indonesian=f"--identity: {path} tidak dapat dibaca ({error.strerror}).",
            english=f"--identity: {path} can't be read ({error.strerror}).",
        ) from error
    except (UnicodeDecodeError, pyrage.IdentityError) as error:
        raise _no_key(path) from error
    if not found:
        raise _no_key(path)
    return found


def _no_key(path: Path) -> BackupTrouble:
    return BackupTrouble(
        indonesian=f"--identity: {path} bukan berkas kunci age.",
        english=f"--identity: {path} is no key file of age's.",
    )
