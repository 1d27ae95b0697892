"""Where files are kept: a folder of this machine, or a bucket of S3's kind (`KURIR_STORAGE_URL`)."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import NamedTuple, Self

import structlog
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url

from kurir_api.errors import ClientError, Words
from kurir_api.settings import Settings, SettingsError


class StorageDown(ClientError):
    """The storage can't be reached, or is full; the log says why."""

    client_code = "STORAGE_DOWN"
    words = Words(
        id="Penyimpanan berkas sedang terganggu. Coba lagi sebentar lagi.",
        en="The storage of files is out of order at the moment. Try again shortly.",
    )


class Stored(NamedTuple):
    """A file that is kept: its name, bytes, and when it was written last."""

    name: str
    size: int
    written_at: datetime


class Storage:
    """Files by name, such as "receipts/33.02/0198...": names are ours, never a user's. All that is asked of it may
    raise StorageDown.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def opened(cls, settings: Settings) -> Self:
        """The office's storage. Raises SettingsError when it can't be used."""
        folder = settings.data_dir.absolute() / "files"
        url = settings.storage_url or folder.as_uri()
        try:
            if settings.storage_url is None:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if url.startswith("file:"):
                return cls(from_url(url, mkdir=True, automatic_cleanup=True))
            return cls(from_url(url))
        except (BaseError, OSError, ValueError) as error:
            raise SettingsError(
                f"KURIR_STORAGE_URL: {url} can't be opened ({error}); set it to a folder "
                "of yours such as file:///srv/kurir/files, or to a bucket such as s3://kurir/files"
            ) from error

    async def put(self, name: str, content: bytes) -> None:
        """Keep `content`, in place of what had the name."""
        with _told():
            await self._store.put_async(name, content)

    async def get(self, name: str) -> bytes:
        """The content. Raises FileNotFoundError."""
        with _told():
            return bytes(await (await self._store.get_async(name)).bytes_async())

    async def delete(self, *names: str) -> None:
        """Forget the files; those that are not there already are."""
        for name in names:
            with _told(), suppress(FileNotFoundError):
                await self._store.delete_async(name)

    async def listed(self, prefix: str) -> AsyncIterator[Stored]:
        """What is kept under the prefix, a folder's name without a slash at its end."""
        with _told():
            async for batch in self._store.list(prefix):
                for found in batch:
                    yield Stored(found["path"], found["size"], found["last_modified"])


@contextmanager
def _told() -> Iterator[None]:
    """What the storage fails with goes to the log, and on as StorageDown; a file that is not there is no failure."""
    try:
        yield
    except BaseError as error:
        structlog.get_logger("kurir.storage").exception("storage failed")
        raise StorageDown from error
