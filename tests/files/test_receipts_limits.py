"""However much one sends, others are served, and storage and memory stay free."""

import asyncio
import hashlib
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from types import SimpleNamespace

import httpx
import pytest
from starlette.applications import Starlette

from kurir_api.auth import Authenticator
from kurir_api.files.receipts import receipt_routes
from kurir_api.models import Member, Receipt
from kurir_api.settings import Settings
from kurir_api.storage import Storage
from tests.api import Api
from tests.factories import make_member
from tests.files.pictures import jpeg
from tests.files.sending import Phone, files_of, said, storage_down
from tests.servers import served
from tests.services.receipts.making import cost_of, make_receipt

PHOTO = jpeg()
SHA256 = hashlib.sha256(PHOTO).hexdigest()
MEGABYTE = 1024 * 1024


@pytest.fixture
async def hurried(db: None, settings: Settings) -> AsyncIterator[Api]:
    """An api at which one waits a tenth of a second for a turn."""
    app = Starlette(routes=receipt_routes(patience_seconds=0.1))
    app.state.services = SimpleNamespace(
        authenticator=Authenticator(settings), settings=settings, storage=Storage.opened(settings)
    )
    async with served(app) as url, Api.at(url, settings) as api:
        yield api
    shutil.rmtree(settings.data_dir / "files")


async def test_of_a_member_two_files_are_taken_at_once_and_others_are_not_kept_waiting(hurried: Api) -> None:
    member = await make_member(locale="en")
    async with Phone.of(hurried, member) as phone, Phone.of(hurried, await make_member()) as other:
        async with phone.begun(PHOTO, 10), phone.begun(PHOTO, 10):
            third = await phone.send(PHOTO)
            assert (await other.send(PHOTO)).status_code == 201

        assert (third.status_code, third.headers["retry-after"], third.json()) == (
            503,
            "15",
            {"code": "BUSY", "message": "Many files are coming in just now. Try again shortly."},
        )
        assert (await phone.send(PHOTO)).status_code == 201


async def test_of_all_members_eight_files_are_taken_at_once(hurried: Api) -> None:
    async with AsyncExitStack() as opened:
        for _ in range(4):
            phone = await opened.enter_async_context(Phone.of(hurried, await make_member()))
            for _ in range(2):
                await opened.enter_async_context(phone.begun(PHOTO, 10))
        ninth = await opened.enter_async_context(Phone.of(hurried, await make_member()))

        assert said(await ninth.send(PHOTO)) == (503, "BUSY")


async def test_while_all_are_busy_what_arrived_is_kept(hurried: Api) -> None:
    async with Phone.of(hurried, await make_member()) as phone:
        await phone.break_off(PHOTO, 5000, f"?sha256={SHA256}")
        await phone.waited_for(SHA256, 5000)
        async with phone.begun(PHOTO, 10), phone.begun(PHOTO, 10):
            assert said(await phone.send(PHOTO[5000:], sha256=SHA256, offset=5000)) == (503, "BUSY")

        assert await phone.offset(SHA256) == 5000


async def test_a_member_has_at_most_a_hundred_receipts_that_no_cost_has(
    phone: Phone, sender: Member, settings: Settings
) -> None:
    first = await phone.send(PHOTO)
    for number in range(99):
        await make_receipt(sender, str(number))
    refused = await phone.send(jpeg(2))

    assert (refused.status_code, refused.json()) == (
        429,
        {
            "code": "TOO_MANY_UNUSED",
            "message": "You have sent many receipts that no cost has yet. Log the costs first, then send it again.",
        },
    )
    assert (await Receipt.all().count(), len(files_of(settings))) == (100, 2)
    assert (await phone.send(PHOTO)).json() == first.json()


async def test_a_member_has_at_most_200_mb_of_them(phone: Phone, sender: Member) -> None:
    await make_receipt(sender, size=200 * MEGABYTE)

    assert said(await phone.send(PHOTO)) == (429, "TOO_MANY_UNUSED")


async def test_those_of_costs_and_of_others_do_not_count(phone: Phone, sender: Member) -> None:
    await make_receipt(sender, "used", cost=await cost_of(sender), size=200 * MEGABYTE)
    await make_receipt(await make_member(), "another's", size=200 * MEGABYTE)

    assert (await phone.send(PHOTO)).status_code == 201


async def test_of_several_at_once_only_so_many_are_taken_as_there_is_room_for(
    phone: Phone, sender: Member, settings: Settings
) -> None:
    for number in range(99):
        await make_receipt(sender, str(number))
    answers = await asyncio.gather(*(phone.send(jpeg(seed)) for seed in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 429, 429, 429]
    assert (await Receipt.all().count(), len(files_of(settings))) == (100, 2)


async def test_while_the_storage_is_down_it_is_said_in_words(phone: Phone, settings: Settings) -> None:
    with storage_down(settings):
        answers: list[httpx.Response] = [
            await phone.send(PHOTO),
            await phone.send(PHOTO, sha256=SHA256, offset=0),
            await phone.http.get("/receipts", params={"sha256": SHA256}, headers=phone.headers),
        ]

    for answer in answers:
        assert (answer.status_code, answer.headers["retry-after"], answer.json()) == (
            503,
            "15",
            {
                "code": "STORAGE_DOWN",
                "message": "The storage of files is out of order at the moment. Try again shortly.",
            },
        )
    assert not await Receipt.exists()
