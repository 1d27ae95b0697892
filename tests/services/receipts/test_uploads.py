"""Pieces of files that broke off: never more than the file they make."""

import asyncio
import shutil
from collections.abc import AsyncIterator

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.services.receipts.refusals import LARGEST_FILE
from kurir_api.services.receipts.uploads import MOST_PIECES, Upload
from kurir_api.settings import Settings
from kurir_api.storage import Storage
from tests.factories import make_member
from tests.files.sending import files_of

SHA256 = "a" * 64


@pytest.fixture
async def upload(db: None, settings: Settings) -> AsyncIterator[Upload]:
    """A member's file of which nothing has come yet."""
    principal = await principal_of_member((await make_member()).id)
    yield Upload(Storage.opened(settings), principal, SHA256)
    shutil.rmtree(settings.data_dir / "files")


def pieces(settings: Settings) -> list[str]:
    """What is kept of it: "OFFSET-LENGTH"."""
    return [name.rpartition("/")[2] for name in files_of(settings)]


async def test_of_many_beginnings_the_longest_alone_is_kept(upload: Upload, settings: Settings) -> None:
    for length in (5, 7, 3, 9, 9, 1):
        await upload.keep(0, b"abcdefghi"[:length])

    assert pieces(settings) == ["0-9"]
    assert await upload.beginning() == b"abcdefghi"


async def test_of_many_sent_at_once_one_beginning_remains(upload: Upload, settings: Settings) -> None:
    await asyncio.gather(*(upload.keep(0, b"x" * length) for length in range(1, 30)))
    await upload.keep(0, b"x" * 30)

    assert pieces(settings) == ["0-30"]


async def test_a_piece_to_which_nothing_leads_is_not_kept(upload: Upload, settings: Settings) -> None:
    await upload.keep(0, b"abc")
    await upload.keep(4, b"efg")

    assert pieces(settings) == ["0-3"]


async def test_a_longer_beginning_takes_the_place_of_pieces_that_reach_less_far(
    upload: Upload, settings: Settings
) -> None:
    await upload.keep(0, b"abc")
    await upload.keep(3, b"def")
    await upload.keep(0, b"abcde")
    assert pieces(settings) == ["0-3", "3-3"]

    await upload.keep(0, b"abcdefg")
    assert pieces(settings) == ["0-7"]


async def test_more_than_the_largest_file_is_not_kept(upload: Upload, settings: Settings) -> None:
    most = LARGEST_FILE - 10
    await upload.keep(0, bytes(most))
    await upload.keep(most, bytes(11))
    assert pieces(settings) == [f"0-{most}"]

    await upload.keep(most, bytes(10))
    assert await upload.arrived() == LARGEST_FILE


async def test_more_than_two_hundred_pieces_are_not_kept(upload: Upload, settings: Settings) -> None:
    for offset in range(MOST_PIECES + 1):
        await upload.keep(offset, b"x")

    assert len(pieces(settings)) == await upload.arrived() == 200


async def test_a_file_of_another_name_beside_them_is_overlooked(upload: Upload, settings: Settings) -> None:
    await upload.keep(0, b"abc")
    [folder] = [name.rpartition("/")[0] for name in files_of(settings)]
    await Storage.opened(settings).put(f"{folder}/.DS_Store", b"anything")

    assert await upload.beginning() == b"abc"
