"""How an app sends receipts; how it breaks off; and what the office keeps."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from kurir_api.models import Member, Receipt
from kurir_api.settings import Settings
from tests.api import Api

BOUNDARY = "-------batas"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
PART = b'Content-Disposition: form-data; name="file"; filename="nota.jpg"\r\nContent-Type: image/jpeg'


def body(content: bytes, headers: bytes = PART) -> bytes:
    """The multipart body with one part."""
    return b"".join((opening(headers), content, f"\r\n--{BOUNDARY}--\r\n".encode()))


def opening(headers: bytes = PART) -> bytes:
    """What comes before the part's content."""
    return f"--{BOUNDARY}\r\n".encode() + headers + b"\r\n\r\n"


class Phone:
    """A member's app, in English."""

    def __init__(self, http: httpx.AsyncClient, api: Api, member: Member) -> None:
        self.http = http
        self.headers = {"Authorization": f"Bearer {api.token(member)}", "Content-Type": MULTIPART}

    @classmethod
    @asynccontextmanager
    async def of(cls, api: Api, member: Member) -> AsyncIterator["Phone"]:
        """The app while the block lasts."""
        async with httpx.AsyncClient(base_url=api.url, timeout=60) as http:
            yield cls(http, api, member)

    async def send(self, content: bytes, **query: str | int) -> httpx.Response:
        """POST the file."""
        return await self.post(body(content), **query)

    async def post(self, raw: bytes, content_type: str = MULTIPART, **query: str | int) -> httpx.Response:
        """POST these bytes."""
        headers = self.headers | {"Content-Type": content_type}
        return await self.http.post("/receipts", params=query, content=raw, headers=headers)

    async def offset(self, sha256: str) -> int:
        """How much of the file the office has."""
        answer = await self.http.head("/receipts", params={"sha256": sha256}, headers=self.headers)
        return int(answer.headers["upload-offset"])

    async def break_off(self, content: bytes, arrives: int, query: str = "") -> None:
        """Begin to send the file, and be cut off when so many of its bytes are through."""
        async with self.begun(content, arrives, query) as (reader, writer):
            # When this is answered the bytes above have been read: what a server hasn't at a cut is lost.
            await self.offset("0" * 64)
            writer.write_eof()
            await reader.read()

    async def begin(self, content: bytes, arrives: int, query: str = "") -> bytes:
        """Send so many bytes of the file, and wait; the first line of the answer."""
        async with asyncio.timeout(10), self.begun(content, arrives, query) as (reader, _):
            return await reader.readline()

    @asynccontextmanager
    async def begun(
        self, content: bytes, arrives: int, query: str = ""
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A connection over which so much of the file has been sent, from when the office began to read it."""
        url = self.http.base_url
        reader, writer = await asyncio.open_connection(url.host, url.port)
        facts = self.headers | {"Host": "kurir", "Content-Length": len(body(content)), "Expect": "100-continue"}
        lines = [f"POST /receipts{query} HTTP/1.1", *(f"{name}: {value}" for name, value in facts.items()), "", ""]
        writer.write("\r\n".join(lines).encode())
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(opening() + content[:arrives])
        try:
            yield reader, writer
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def waited_for(self, sha256: str, arrived: int) -> None:
        """Return when the office has so many bytes; fail after ten seconds."""
        async with asyncio.timeout(10):
            while await self.offset(sha256) != arrived:
                pass


def said(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, which comes with words."""
    told: dict[str, Any] = answer.json()
    assert told["message"]
    return answer.status_code, told["code"]


def files_of(settings: Settings) -> list[str]:
    """The names of everything in the office's storage."""
    folder = settings.data_dir / "files"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def kept(settings: Settings, receipt: Receipt, small: str = "") -> bytes:
    """The bytes kept of a receipt."""
    return Path(settings.data_dir / "files" / "receipts" / receipt.regency_code / f"{receipt.id}{small}").read_bytes()


@contextmanager
def storage_down(settings: Settings) -> Iterator[None]:
    """While the block lasts a file stands in the place of the storage's folder."""
    folder, aside = settings.data_dir / "files", settings.data_dir / "aside"
    folder.rename(aside)
    folder.touch()
    try:
        yield
    finally:
        folder.unlink()
        aside.rename(folder)


async def nothing_left(settings: Settings) -> bool:
    """Whether there is neither a row nor a file."""
    return not await Receipt.exists() and files_of(settings) == []
