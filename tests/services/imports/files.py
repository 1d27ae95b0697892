"""Files as offices send them, and what comes of importing them."""

from pathlib import Path
from typing import Any

from kurir_api.services.imports import Order, Refused
from kurir_api.services.imports.import_file import import_file
from tests.factories import NOW

Counts = tuple[int, int, int, int, int]
"""Read, added, changed, same, refused."""


class Imported:
    """One import's counts and refusals."""

    def __init__(self, counts: Counts, refused: list[Refused]) -> None:
        self.counts = counts
        self.refused = refused

    def said(self, locale: str = "en") -> dict[int, str]:
        """By line why it was refused."""
        return {row.line: row.words.say(locale) for row in self.refused}


async def imported(folder: Path, kind: str, content: str | bytes, **order: Any) -> Imported:
    """Import a file with this content."""
    file = folder / f"{kind}.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    refused: list[Refused] = []
    outcome = await import_file(Order(kind=kind, file=file, now=NOW, **order), refused.append)
    counts = (outcome.read, outcome.added, outcome.changed, outcome.same, outcome.refused)
    return Imported(counts, refused)
