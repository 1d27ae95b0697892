"""Trusted documents, by Apollo's protocol of persisted queries, over HTTP and WebSocket alike.

`extensions.persistedQuery {version: 1, sha256Hash}` stands for a document, or goes with it. Documents become trusted
by the operator's `kurir documents add` alone, never from the network.

The protocol: https://www.apollographql.com/docs/apollo-server/performance/apq
"""

import asyncio
import re
from asyncio import Future
from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, parse, validate

from kurir_api.errors import ClientError, Words
from kurir_api.schema.limits import MAX_TOKENS, StorableLiteralsRule, excesses
from kurir_api.schema.masking import KurirSchema
from kurir_api.services.trusted.documents import hash_of, trusted_document, trusted_hashes

REMEMBERED_SECONDS = 60
MOST_REMEMBERED = 1_024
HASHES_SECONDS = 1
"""How long the list of all hashes is good: whoever makes up hashes costs the database no more than that."""


class PersistedQueryNotFound(ClientError):
    """A hash that is not trusted. The words are the protocol's: clients compare them."""

    client_code = "PERSISTED_QUERY_NOT_FOUND"
    words = Words(id="PersistedQueryNotFound", en="PersistedQueryNotFound")


class NotTrusted(ClientError):
    """A document that is not trusted."""

    client_code = "DOCUMENT_NOT_TRUSTED"
    words = Words(
        id="Server ini hanya menjawab dokumen yang terdaftar (`kurir documents add`). Perbarui aplikasi Anda.",
        en="This server answers only documents that are listed (`kurir documents add`). Update your app.",
    )


class UnfitHash(ClientError):
    """`persistedQuery` that isn't one, or of another document than was sent."""

    words = Words(
        id="`extensions.persistedQuery`: version 1, dan sha256Hash dari dokumen yang dikirim.",
        en="`extensions.persistedQuery`: version 1, and the sha256Hash of the document that is sent.",
    )


class TrustedDocuments:
    """What is asked for, by text or by hash. `open_queries`: any text is answered.

    Documents are remembered for a minute: so long one that was removed may still be answered.
    """

    def __init__(self, *, open_queries: bool, clock: Callable[[], float] = monotonic) -> None:
        self._open = open_queries
        self._clock = clock
        self._remembered: dict[str, tuple[float, str]] = {}
        self._hashes: Future[frozenset[str]] | None = None
        self._hashes_until = 0.0

    async def text(self, query: str | None, extensions: Mapping[str, Any] | None) -> str | None:
        """The document to answer; None if none was asked for. Raises PersistedQueryNotFound, NotTrusted or
        UnfitHash.
        """
        given = (extensions or {}).get("persistedQuery")
        sha256 = None if given is None else _hash(given)
        if not query:
            return query if sha256 is None else await self._by_hash(sha256)
        if sha256 is not None and sha256 != hash_of(query):
            raise UnfitHash
        if not self._open and await self._find(hash_of(query)) is None:
            raise NotTrusted
        return query

    async def _by_hash(self, sha256: str) -> str:
        if (found := await self._find(sha256)) is None:
            raise PersistedQueryNotFound
        return found

    async def _find(self, sha256: str) -> str | None:
        until, text = self._remembered.get(sha256, (0.0, ""))
        if self._clock() < until:
            return text
        found = await trusted_document(sha256) if sha256 in await self._listed() else None
        if found is None:
            self._remembered.pop(sha256, None)
            return None
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[sha256] = (self._clock() + REMEMBERED_SECONDS, found)
        return found

    async def _listed(self) -> frozenset[str]:
        """All hashes, asked for once for all who wait."""
        if self._hashes is None or self._clock() >= self._hashes_until:
            self._hashes = asyncio.ensure_future(trusted_hashes())
            self._hashes_until = self._clock() + HASHES_SECONDS
        return await asyncio.shield(self._hashes)


def problems(schema: KurirSchema, text: str) -> Iterator[str]:
    """Why a document can't be trusted: the schema or the limits refuse it, whatever the variables."""
    try:
        document = parse(text, max_tokens=MAX_TOKENS)
    except GraphQLError as error:
        yield error.message
        return
    known = schema._schema  # strawberry has no public way to it
    yield from (error.message for error in validate(known, document))
    yield from (error.message for error in validate(known, document, [StorableLiteralsRule]))
    if not any(isinstance(node, OperationDefinitionNode) for node in document.definitions):
        yield "It holds no operation."
    yield from (error.message for error in excesses(known, document, {}))


def _hash(given: Any) -> str:
    """Raises UnfitHash."""
    if not isinstance(given, dict) or given.get("version") != 1:
        raise UnfitHash
    sha256 = given.get("sha256Hash")
    if not isinstance(sha256, str) or not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise UnfitHash
    return sha256
