"""Uploads that break off and go on; and those that pause for good."""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette

from kurir_api.auth import Authenticator
from kurir_api.files.receipts import receipt_routes
from kurir_api.models import Member, Receipt, global_id
from kurir_api.settings import Settings
from kurir_api.storage import Storage
from tests.api import Api
from tests.factories import make_member
from tests.files.pictures import jpeg
from tests.files.sending import Phone, files_of, nothing_left, said
from tests.servers import served

PHOTO = jpeg()
SHA256 = hashlib.sha256(PHOTO).hexdigest()
RESUMABLE = f"?sha256={SHA256}"


async def test_what_arrived_before_the_cut_is_kept(phone: Phone, sender: Member, settings: Settings) -> None:
    await phone.break_off(PHOTO, 5000, RESUMABLE)
    await phone.waited_for(SHA256, 5000)

    assert files_of(settings) == [f"uploads/33.02/{sender.id}/{SHA256}/0-5000"]
    assert not await Receipt.exists()


async def test_the_rest_makes_it_whole(phone: Phone, settings: Settings) -> None:
    await phone.break_off(PHOTO, 5000, RESUMABLE)
    await phone.waited_for(SHA256, 5000)
    answer = await phone.send(PHOTO[5000:], sha256=SHA256, offset=5000)

    receipt = await Receipt.get()
    assert (answer.status_code, answer.json()["id"]) == (201, global_id("Receipt", receipt.id))
    assert receipt.sha256 == SHA256
    assert files_of(settings) == [f"receipts/33.02/{receipt.id}", f"receipts/33.02/{receipt.id}-small"]


async def test_it_may_break_off_again_and_again(phone: Phone) -> None:
    await phone.break_off(PHOTO, 3000, RESUMABLE)
    await phone.waited_for(SHA256, 3000)
    await phone.break_off(PHOTO[3000:], 4000, f"{RESUMABLE}&offset=3000")
    await phone.waited_for(SHA256, 7000)
    await phone.break_off(PHOTO[7000:], len(PHOTO) - 7000, f"{RESUMABLE}&offset=7000")
    await phone.waited_for(SHA256, len(PHOTO))

    assert (await phone.send(b"", sha256=SHA256, offset=len(PHOTO))).status_code == 201


async def test_without_a_hash_nothing_is_kept_of_what_is_cut(phone: Phone, settings: Settings) -> None:
    await phone.break_off(PHOTO, 5000)

    assert await phone.offset(SHA256) == 0
    assert await nothing_left(settings)


async def test_a_cut_before_the_first_byte_leaves_nothing(phone: Phone, settings: Settings) -> None:
    await phone.break_off(PHOTO, 0, RESUMABLE)

    assert await phone.offset(SHA256) == 0
    assert await nothing_left(settings)


async def test_from_a_wrong_byte_it_is_told_the_right_one(phone: Phone) -> None:
    await phone.break_off(PHOTO, 5000, RESUMABLE)
    await phone.waited_for(SHA256, 5000)

    for wrong in (0, 4999, 5001, 999_999_999):
        answer = await phone.send(PHOTO[5000:], sha256=SHA256, offset=wrong)
        assert (answer.status_code, answer.json()) == (
            409,
            {"code": "WRONG_OFFSET", "message": "Go on from byte 5000; so much has arrived.", "offset": 5000},
        )


async def test_from_the_beginning_it_is_always_taken(phone: Phone, settings: Settings) -> None:
    await phone.break_off(PHOTO, 5000, RESUMABLE)
    await phone.waited_for(SHA256, 5000)

    assert (await phone.send(PHOTO, sha256=SHA256)).status_code == 201
    assert len(files_of(settings)) == 2


async def test_another_content_is_refused_and_all_is_gone(phone: Phone, settings: Settings) -> None:
    await phone.break_off(PHOTO, 5000, RESUMABLE)
    await phone.waited_for(SHA256, 5000)
    answer = await phone.send(jpeg(2)[5000:], sha256=SHA256, offset=5000)

    assert (answer.status_code, answer.json()) == (
        422,
        {"code": "WRONG_HASH", "message": "The file does not match `sha256`. Send it again from the beginning."},
    )
    assert await nothing_left(settings)


async def test_what_can_not_be_a_receipt_leaves_nothing_either(phone: Phone, settings: Settings) -> None:
    text = b"no picture, " * 1000
    sha256 = hashlib.sha256(text).hexdigest()
    await phone.break_off(text, 5000, f"?sha256={sha256}")
    await phone.waited_for(sha256, 5000)

    assert said(await phone.send(text[5000:], sha256=sha256, offset=5000)) == (415, "UNKNOWN_TYPE")
    assert await nothing_left(settings)


async def test_beginning_and_rest_together_are_at_most_12_mb(phone: Phone, settings: Settings) -> None:
    large = b"\xff" * (12 * 1024 * 1024 + 1)
    sha256 = hashlib.sha256(large).hexdigest()
    await phone.break_off(large, 100_000, f"?sha256={sha256}")
    await phone.waited_for(sha256, 100_000)

    assert said(await phone.send(large[100_000:], sha256=sha256, offset=100_000)) == (413, "TOO_LARGE")
    assert await nothing_left(settings)


async def test_a_rest_that_is_malformed_leaves_nothing_to_go_on_with(phone: Phone, settings: Settings) -> None:
    await phone.break_off(PHOTO, 5000, RESUMABLE)
    await phone.waited_for(SHA256, 5000)

    assert said(await phone.post(b"no part", sha256=SHA256, offset=5000)) == (400, "MALFORMED")
    assert await nothing_left(settings)


async def test_two_that_bring_the_same_rest_at_once_make_one_receipt(phone: Phone, settings: Settings) -> None:
    await phone.break_off(PHOTO, 5000, RESUMABLE)
    await phone.waited_for(SHA256, 5000)
    answers = await asyncio.gather(*(phone.send(PHOTO[5000:], sha256=SHA256, offset=5000) for _ in range(4)))

    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await Receipt.all().count(), len(files_of(settings))) == (1, 2)


async def test_when_the_answer_was_lost_the_rest_again_is_answered_with_the_receipt(phone: Phone) -> None:
    await phone.break_off(PHOTO, 5000, RESUMABLE)
    await phone.waited_for(SHA256, 5000)
    first = await phone.send(PHOTO[5000:], sha256=SHA256, offset=5000)
    again = await phone.send(PHOTO[5000:], sha256=SHA256, offset=5000)

    assert (again.status_code, again.json()) == (200, first.json())


async def test_one_asks_by_hash_what_is_there(phone: Phone) -> None:
    nothing = await phone.http.get("/receipts", params={"sha256": SHA256}, headers=phone.headers)
    await phone.break_off(PHOTO, 5000, RESUMABLE)
    await phone.waited_for(SHA256, 5000)
    part = await phone.http.get("/receipts", params={"sha256": SHA256}, headers=phone.headers)
    sent = await phone.send(PHOTO, sha256=SHA256)
    whole = await phone.http.get("/receipts", params={"sha256": SHA256.upper()}, headers=phone.headers)

    assert (nothing.status_code, nothing.headers["upload-offset"], nothing.json()) == (404, "0", {"offset": 0})
    assert (part.status_code, part.headers["upload-offset"], part.json()) == (200, "5000", {"offset": 5000})
    assert (whole.status_code, whole.json()) == (200, sent.json())
    assert whole.headers["receipt-id"] == sent.json()["id"]


async def test_asking_needs_a_token_and_a_hash(phone: Phone) -> None:
    bare = await phone.http.get("/receipts", headers=phone.headers)
    stranger = await phone.http.get("/receipts", params={"sha256": SHA256})

    assert (said(bare), said(stranger)) == ((400, "UNKNOWN_HASH"), (401, "UNAUTHENTICATED"))


@pytest.mark.parametrize(
    "query",
    [
        {"sha256": "abc"},
        {"sha256": "../" * 21 + "a"},
        {"sha256": "g" * 64},
        {"sha256": SHA256, "offset": "-1"},
        {"sha256": SHA256, "offset": "1e3"},
        {"sha256": SHA256, "offset": "9" * 5000},
        {"offset": "5"},
    ],
)
async def test_a_hash_or_offset_that_is_none_is_refused(
    phone: Phone, settings: Settings, query: dict[str, str]
) -> None:
    assert said(await phone.send(PHOTO, **query)) == (400, "UNKNOWN_HASH")
    assert await nothing_left(settings)


async def test_another_member_knows_nothing_of_it(api: Api, phone: Phone) -> None:
    await phone.break_off(PHOTO, 5000, RESUMABLE)
    await phone.waited_for(SHA256, 5000)
    async with Phone.of(api, await make_member()) as other:
        assert await other.offset(SHA256) == 0
        assert said(await other.send(PHOTO[5000:], sha256=SHA256, offset=5000)) == (409, "WRONG_OFFSET")


async def test_the_oldest_of_six_unfinished_uploads_gives_way(phone: Phone) -> None:
    photos = [jpeg(seed) for seed in range(6)]
    hashes = [hashlib.sha256(photo).hexdigest() for photo in photos]
    for photo, sha256 in zip(photos, hashes, strict=True):
        await phone.break_off(photo, 5000, f"?sha256={sha256}")
        await phone.waited_for(sha256, 5000)

    async with asyncio.timeout(10):
        while await phone.offset(hashes[0]):
            pass
    assert [await phone.offset(sha256) for sha256 in hashes] == [0, 5000, 5000, 5000, 5000, 5000]


@pytest.fixture
async def impatient(db: None, settings: Settings) -> AsyncIterator[str]:
    """An api that waits a tenth of a second for the next byte."""
    app = Starlette(routes=receipt_routes(silence_seconds=0.1))
    app.state.services = SimpleNamespace(
        authenticator=Authenticator(settings), settings=settings, storage=Storage.opened(settings)
    )
    async with served(app) as url:
        yield url


@pytest.mark.parametrize(("query", "arrived"), [("", 0), (RESUMABLE, 5000)])
async def test_who_pauses_for_too_long_is_told_so(
    impatient: str, settings: Settings, query: str, arrived: int
) -> None:
    member = await make_member()
    async with Api.at(impatient, settings) as api, Phone.of(api, member) as phone:
        answer = await phone.begin(PHOTO, 5000, query)

        assert answer.startswith(b"HTTP/1.1 408 ")
        assert await phone.offset(SHA256) == arrived
    shutil.rmtree(settings.data_dir / "files")
