"""Which documents are trusted: adding, listing, removing and finding them by their hash."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from kurir_api.models import TrustedDocument

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Document:
    """GraphQL text, exactly as apps send it or hash it, and what people call it."""

    name: str
    text: str

    @property
    def sha256(self) -> str:
        """By which apps ask for it."""
        return hash_of(self.text)


def hash_of(text: str) -> str:
    """SHA-256 of the UTF-8, in small hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


async def add_documents(documents: Iterable[Document]) -> int:
    """Trust the documents from now on; how many were not trusted already. Those keep their names."""
    given = {document.sha256: document for document in documents}
    known = {row.sha256 for row in await TrustedDocument.filter(sha256__in=list(given)).only("sha256")}
    new = [document for sha256, document in given.items() if sha256 not in known]
    now = datetime.now(UTC)
    await TrustedDocument.bulk_create(
        [
            TrustedDocument(
                sha256=document.sha256, document=document.text, name=document.name[:LONGEST_NAME], added_at=now
            )
            for document in new
        ],
        ignore_conflicts=True,
    )
    return len(new)


async def listed_documents() -> list[TrustedDocument]:
    """All that are trusted, by name."""
    return await TrustedDocument.all().order_by("name", "sha256")


async def remove_documents(beginnings: Iterable[str]) -> int:
    """Trust no longer those whose hash begins so; how many they were."""
    removed = 0
    for beginning in beginnings:
        removed += await TrustedDocument.filter(sha256__startswith=beginning.lower()).delete()
    return removed


async def trusted_document(sha256: str) -> str | None:
    """The text of that hash, if it is trusted."""
    found = await TrustedDocument.get_or_none(sha256=sha256)
    return found.document if found else None


async def trusted_hashes() -> frozenset[str]:
    """Of all that are trusted."""
    return frozenset(row.sha256 for row in await TrustedDocument.all().only("sha256"))
