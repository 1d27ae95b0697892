"""POST /receipts: who may send, in what shape, and what comes of it."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from kurir_api.models import Member, Receipt, Role, global_id
from kurir_api.settings import Settings
from tests.api import Api
from tests.factories import make_claim, make_cost, make_member, make_task
from tests.files.pictures import jpeg, pdf
from tests.files.sending import BOUNDARY, PART, Phone, body, files_of, nothing_left, opening, said


async def test_a_photo_is_kept_with_a_small_one_and_its_row(phone: Phone, sender: Member, settings: Settings) -> None:
    answer = await phone.send(jpeg())

    receipt = await Receipt.get()
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "id": global_id("Receipt", receipt.id),
            "sha256": hashlib.sha256(jpeg()).hexdigest(),
            "contentType": "image/jpeg",
            "size": receipt.size,
        },
    )
    assert (receipt.member_id, receipt.cost_id, receipt.regency_code) == (sender.id, None, "33.02")
    assert files_of(settings) == [f"receipts/33.02/{receipt.id}", f"receipts/33.02/{receipt.id}-small"]


async def test_the_same_bytes_again_are_the_same_receipt(phone: Phone, settings: Settings) -> None:
    first = await phone.send(jpeg())
    again = await phone.send(jpeg())

    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
    assert len(files_of(settings)) == 2


async def test_sent_again_it_is_kept_for_two_days_from_then(phone: Phone) -> None:
    await phone.send(jpeg())
    await Receipt.all().update(created_at=datetime.now(UTC) - timedelta(hours=47))
    await phone.send(jpeg())

    assert (await Receipt.get()).created_at > datetime.now(UTC) - timedelta(minutes=1)


async def test_the_same_bytes_twice_at_once_are_one_receipt(phone: Phone, settings: Settings) -> None:
    answers = await asyncio.gather(*(phone.send(jpeg()) for _ in range(4)))

    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert (await Receipt.all().count(), len(files_of(settings))) == (1, 2)


async def test_once_a_cost_has_it_the_same_bytes_are_another_receipt(phone: Phone, sender: Member) -> None:
    first = await phone.send(jpeg())
    cost = await make_cost(await make_claim(await make_task(), sender))
    await Receipt.all().update(cost_id=cost.id)
    again = await phone.send(jpeg())

    assert again.status_code == 201
    assert again.json()["id"] != first.json()["id"]


async def test_the_same_bytes_of_another_member_are_another_receipt(api: Api, phone: Phone) -> None:
    first = await phone.send(jpeg())
    async with Phone.of(api, await make_member()) as other:
        again = await other.send(jpeg())

    assert again.status_code == 201
    assert again.json()["id"] != first.json()["id"]


@pytest.mark.parametrize("role", Role)
async def test_any_member_may_send(api: Api, phone: Phone, role: Role) -> None:
    async with Phone.of(api, await make_member(role=role)) as colleague:
        assert (await colleague.send(pdf())).status_code == 201


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("id", "Masuk dahulu: kirim token yang berlaku sebagai `Authorization: Bearer ...`."),
        ("en-GB", "Sign in first: send a valid token as `Authorization: Bearer ...`."),
    ],
)
@pytest.mark.parametrize("token", [None, "Bearer nonsense", "Basic x"])
async def test_without_a_token_it_is_refused_in_the_callers_language(
    phone: Phone, settings: Settings, language: str, words: str, token: str | None
) -> None:
    del phone.headers["Authorization"]
    phone.headers |= {"Accept-Language": language} | ({"Authorization": token} if token else {})
    answer = await phone.send(jpeg())

    assert (answer.status_code, answer.json()) == (401, {"code": "UNAUTHENTICATED", "message": words})
    assert answer.headers["www-authenticate"] == "Bearer"
    assert await nothing_left(settings)


async def test_a_refusal_speaks_the_members_language(api: Api, phone: Phone) -> None:
    async with Phone.of(api, await make_member(locale="id")) as other:
        answer = await other.send(b"")

    assert answer.json() == {"code": "EMPTY", "message": "Berkasnya kosong. Ambil lagi fotonya."}


NAMES = {
    "a way out": b'form-data; name="file"; filename="../../../etc/passwd"',
    "a NUL": b'form-data; name="file"; filename="a\0b.jpg"',
    "10 kB": b'form-data; name="file"; filename="' + b"n" * 10_000 + b'.jpg"',
    "none": b'form-data; name="file"',
    "another type": b'form-data; name="file"; filename="nota.exe"\r\nContent-Type: application/x-msdownload',
    "bytes of no alphabet": b'form-data; name="file"; filename="\xff\xfe\x80.jpg"',
}


@pytest.mark.parametrize("name", NAMES)
async def test_whatever_the_file_is_called_its_content_counts(phone: Phone, settings: Settings, name: str) -> None:
    answer = await phone.post(body(jpeg(), b"Content-Disposition: " + NAMES[name]))

    receipt = await Receipt.get()
    assert (answer.status_code, answer.json()["contentType"]) == (201, "image/jpeg")
    assert files_of(settings) == [f"receipts/33.02/{receipt.id}", f"receipts/33.02/{receipt.id}-small"]


END = f"\r\n--{BOUNDARY}--\r\n".encode()
NEXT = f"\r\n--{BOUNDARY}\r\n".encode()
MALFORMED = {
    "another part's name": body(jpeg(), b'Content-Disposition: form-data; name="photo"'),
    "no name": body(jpeg(), b"Content-Disposition: form-data"),
    "two names": body(jpeg(), PART + b'\r\nContent-Disposition: form-data; name="file"'),
    "no header": body(jpeg(), b"X: y"),
    "two files": opening() + jpeg() + NEXT + PART + b"\r\n\r\n" + jpeg() + END,
    "a second part": opening() + jpeg() + NEXT + b'Content-Disposition: form-data; name="note"\r\n\r\nhello' + END,
    "no end": opening() + jpeg(),
    "no part": f"--{BOUNDARY}--\r\n".encode(),
    "another boundary": body(jpeg()).replace(BOUNDARY.encode(), b"----other"),
    "a header of 20 kB": body(jpeg(), PART + b"\r\nX: " + b"y" * 20_000),
    "a hundred headers": body(jpeg(), PART + b"\r\nX: y" * 100),
    "a header that is none": body(jpeg(), PART + b"\r\n\0\0: y"),
    "JSON": b'{"file": "x"}',
    "nothing at all": b"",
}


@pytest.mark.parametrize("what", MALFORMED)
async def test_a_malformed_body_is_refused(phone: Phone, settings: Settings, what: str) -> None:
    answer = await phone.post(MALFORMED[what])

    assert (answer.status_code, answer.json()) == (
        400,
        {"code": "MALFORMED", "message": "Send one file only, as the part `file` of multipart/form-data."},
    )
    assert await nothing_left(settings)


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "image/jpeg",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/mixed; boundary={BOUNDARY}",
        f"multipart/form-data; boundary={'b' * 5000}",
        "multipart/form-data; boundary=\xff",
    ],
)
async def test_another_type_of_body_is_refused(phone: Phone, settings: Settings, content_type: str) -> None:
    headers = phone.headers | {"Content-Type": content_type}
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    answer = await phone.http.post("/receipts", content=body(jpeg()), headers=encoded)

    assert said(answer) == (400, "MALFORMED")
    assert await nothing_left(settings)


async def test_nothing_is_refused(phone: Phone, settings: Settings) -> None:
    answer = await phone.send(b"")

    assert (answer.status_code, answer.json()) == (
        422,
        {"code": "EMPTY", "message": "The file is empty. Take the picture again."},
    )
    assert await nothing_left(settings)


TOO_LARGE = {
    "code": "TOO_LARGE",
    "message": "The file is larger than 12 MB. Make the picture smaller.",
}


@pytest.mark.parametrize("megabytes", [13, 100])
async def test_what_is_too_large_is_refused_in_words(phone: Phone, settings: Settings, megabytes: int) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield opening()
        for _ in range(megabytes * 16):
            yield b"\xff" * 65536

    answer = await phone.http.post("/receipts", content=chunks(), headers=phone.headers)

    assert (answer.status_code, answer.json()) == (413, TOO_LARGE)
    assert await nothing_left(settings)


async def test_it_is_refused_before_the_rest_has_come(phone: Phone) -> None:
    answer = await phone.begin(b"\xff" * (100 * 1024 * 1024), 13 * 1024 * 1024)

    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_a_body_that_goes_on_after_its_file_is_too_large(phone: Phone, settings: Settings) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield body(jpeg())
        for _ in range(13 * 16):
            yield b"\r\n" * 32768

    answer = await phone.http.post("/receipts", content=chunks(), headers=phone.headers)

    assert (answer.status_code, answer.json()) == (413, TOO_LARGE)
    assert await nothing_left(settings)


async def test_the_largest_file_is_looked_at(phone: Phone) -> None:
    assert said(await phone.send(b"\xff" * (12 * 1024 * 1024))) == (415, "UNKNOWN_TYPE")


async def test_a_file_one_byte_larger_is_not(phone: Phone) -> None:
    assert said(await phone.send(b"\xff" * (12 * 1024 * 1024 + 1))) == (413, "TOO_LARGE")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_not_served(phone: Phone, method: str) -> None:
    assert (await phone.http.request(method, "/receipts", headers=phone.headers)).status_code == 405
