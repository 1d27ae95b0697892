"""Uploads that broke off: what arrived lies in the storage, so that any process can go on with it.

A piece is kept as "uploads/REGENCY/MEMBER/SHA256/OFFSET-LENGTH": of the honest file with that hash a name always
holds the same bytes, whoever writes it how often. The hash is looked at when the file is whole.
"""

import re
from itertools import groupby

from kurir_api.auth import Principal
from kurir_api.services.receipts.refusals import LARGEST_FILE, NotTaken
from kurir_api.storage import Storage, Stored

FOLDER = "uploads"
MOST_UPLOADS = 5
MOST_PIECES = 200
PIECE = re.compile(rf"{FOLDER}/[\d.]+/[\da-f-]{{36}}/[\da-f]{{64}}/(\d{{1,10}})-\d{{1,10}}")


class Upload:
    """A member's unfinished file with this hash, 64 hex digits. Raises NotTaken for another text."""

    def __init__(self, storage: Storage, principal: Principal, sha256: str) -> None:
        sha256 = sha256.lower()
        if not re.fullmatch(r"[0-9a-f]{64}", sha256):
            raise NotTaken("UNKNOWN_HASH")
        self.sha256 = sha256
        self._storage = storage
        self._mine = f"{FOLDER}/{principal.regency_code}/{principal.member_id}"
        self._folder = f"{self._mine}/{sha256}"

    async def arrived(self) -> int:
        """How many bytes from the beginning are there."""
        return _length(_chained(await self._pieces()))

    async def beginning(self) -> bytearray:
        """The bytes that are there; none when another process has just made a receipt of them."""
        content = bytearray()
        try:
            for piece in _chained(await self._pieces()):
                content += await self._storage.get(piece.name)
        except FileNotFoundError:
            return bytearray()
        return content

    async def keep(self, offset: int, piece: bytes) -> None:
        """Keep a piece that arrived, if with it more of the file is there than without; of the others, those alone
        that it goes on from. So no upload takes more than the largest file, nor more than 200 pieces, and a member no
        more than five uploads: the oldest gives way to a sixth.
        """
        chain = _chained(await self._pieces())
        if offset > _length(chain) or not _length(chain) < offset + len(piece) <= LARGEST_FILE:
            return
        if len(chain) >= MOST_PIECES:
            return
        await self._storage.put(f"{self._folder}/{offset}-{len(piece)}", piece)
        pieces = await self._pieces()
        useless = set(pieces) - set(_chained(pieces))
        uploads = newest_first([stored async for stored in self._storage.listed(self._mine)])
        useless.update(stored for upload in uploads[MOST_UPLOADS:] for stored in upload)
        await self._storage.delete(*(stored.name for stored in useless))

    async def forget(self) -> None:
        """Delete all pieces."""
        await self._storage.delete(*[stored.name async for stored in self._storage.listed(self._folder)])

    async def _pieces(self) -> list[Stored]:
        return [stored async for stored in self._storage.listed(self._folder)]


def _chained(pieces: list[Stored]) -> list[Stored]:
    """Those that follow one another from the first byte, the longest where there are several."""
    longest: dict[int, Stored] = {}
    for stored in pieces:
        if found := PIECE.fullmatch(stored.name):
            offset = int(found[1])
            longest[offset] = max(longest.get(offset, stored), stored, key=lambda piece: piece.size)
    chain: list[Stored] = []
    at = 0
    while at in longest and longest[at].size:
        chain.append(longest[at])
        at += longest[at].size
    return chain


def _length(chain: list[Stored]) -> int:
    return sum(piece.size for piece in chain)


def newest_first(pieces: list[Stored]) -> list[list[Stored]]:
    """The pieces by upload, first the upload that got on last."""
    uploads = [list(group) for _, group in groupby(sorted(pieces), key=lambda piece: piece.name.rpartition("/")[0])]
    return sorted(uploads, key=last_heard_of, reverse=True)


def last_heard_of(upload: list[Stored]) -> float:
    """When the upload's last piece came, in seconds since 1970."""
    return max(piece.written_at for piece in upload).timestamp()
