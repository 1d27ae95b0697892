"""/lapor: a call for help from a page, without account, script or cookie; in words, once, and not by the thousand."""

import re

import httpx
import pytest

from kurir_api.models import Hotline, InboundMessage, Message, Notification, Region, Report, Role
from kurir_api.models.report import Channel
from tests.factories import OTHER_REGENCY, VILLAGE, make_member
from tests.intake.conftest import nothing_was_taken, worked

TYPED = {
    "text": "Ibu saya harus cuci darah besok, tidak ada kendaraan",
    "place": "Karangnangka, Kedungbanteng",
    "name": "Wahyuni",
    "phone": "0812-9876-5432",
}
ID = "0123456789abcdef0123456789abcdef"


async def send(intake: httpx.AsyncClient, headers: dict[str, str] | None = None, **typed: str) -> httpx.Response:
    return await intake.post("/lapor", data={"form": ID} | TYPED | typed, headers=headers)


async def test_the_page_needs_nothing_but_itself(intake: httpx.AsyncClient) -> None:
    page = await intake.get("/lapor")

    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert (page.headers["cache-control"], page.headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert "set-cookie" not in page.headers
    assert "<script" not in page.text
    assert 'name="viewport"' in page.text


async def test_each_page_has_an_id_of_its_own(intake: httpx.AsyncClient) -> None:
    pages = [(await intake.get("/lapor")).text for _ in range(2)]

    ids = {found[1] for page in pages if (found := re.search(r'name="form" value="([0-9a-f]{32})"', page))}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("asked", "locale", "title"), [("id-ID", "id", "Minta bantuan"), ("en-GB", "en", "Ask for help")]
)
async def test_it_speaks_the_readers_language(intake: httpx.AsyncClient, asked: str, locale: str, title: str) -> None:
    page = await intake.get("/lapor", headers={"Accept-Language": asked})

    assert f'<html lang="{locale}">' in page.text
    assert f"<h1>{title}</h1>" in page.text


async def test_it_says_whose_page_it_is_where_that_can_be_told(intake: httpx.AsyncClient) -> None:
    await make_member(role=Role.COORDINATOR)
    page = (await intake.get("/lapor")).text
    assert '<p class="quiet">Kabupaten Banyumas</p>' in page
    assert 'Telepon <a href="tel:119">119</a>.' in page

    await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)
    assert '<p class="quiet">Kurir</p>' in (await intake.get("/lapor")).text

    await Hotline.create(channel="form", address="lapor.example.go.id", regency_code=OTHER_REGENCY)
    other = await intake.get("/lapor", headers={"Host": "Lapor.example.go.id:443"})
    assert f'<p class="quiet">{(await Region.get(code=OTHER_REGENCY)).name}</p>' in other.text


async def test_what_is_sent_is_a_report_at_once_and_its_number_is_on_the_page(intake: httpx.AsyncClient) -> None:
    await make_member(role=Role.COORDINATOR)

    answer = await send(intake)

    report = await Report.get()
    assert answer.status_code == 200
    assert f'<p class="number">{report.number}</p>' in answer.text
    assert (report.channel, report.via, report.sender, report.region_id) == (Channel.WEB, "form", ID, VILLAGE)
    assert (report.reporter_name, report.reporter_phone) == ("Wahyuni", "+6281298765432")
    assert report.text == f"{TYPED['text']}\n\nDesa: {TYPED['place']}"
    assert await Notification.filter(kind="REPORT_RECEIVED").count() == 1


async def test_without_a_number_or_a_name_it_is_taken_all_the_same(intake: httpx.AsyncClient) -> None:
    await make_member(role=Role.COORDINATOR)

    await send(intake, name="", phone=" ")

    report = await Report.get()
    assert (report.reporter_name, report.reporter_phone) == (None, None)


async def test_sent_twice_it_is_one_and_the_answer_the_same(intake: httpx.AsyncClient) -> None:
    await make_member(role=Role.COORDINATOR)

    first, second = await send(intake), await send(intake)

    assert first.text == second.text
    assert (await Report.all().count(), await Message.filter(incoming=True).count()) == (1, 1)


async def test_sent_again_with_other_words_it_is_one_more_message_of_the_same(intake: httpx.AsyncClient) -> None:
    await make_member(role=Role.COORDINATOR)

    first, second = await send(intake), await send(intake, text="Sudah ada kendaraan, tetapi butuh kursi roda")

    assert first.text == second.text
    assert (await Report.all().count(), await Message.filter(incoming=True).count()) == (1, 2)


async def test_after_the_first_was_rejected_the_answer_has_the_number_of_the_next(intake: httpx.AsyncClient) -> None:
    await make_member(role=Role.COORDINATOR)
    await send(intake)
    await Report.all().update(status="REJECTED")

    answer = await send(intake, text="Sekarang ibu saya pingsan")

    newest = await Report.all().order_by("-number").first()
    assert newest is not None
    assert f'<p class="number">{newest.number}</p>' in answer.text


async def test_from_another_page_it_is_another_report_whoever_says_to_have_written_it(
    intake: httpx.AsyncClient,
) -> None:
    await make_member(role=Role.COORDINATOR)

    await send(intake)
    await send(intake, form="f" * 32)

    assert await Report.all().count() == 2


async def test_when_the_report_cannot_be_made_yet_it_is_kept_for_a_worker(intake: httpx.AsyncClient) -> None:
    answer = await send(intake)  # there is no office yet

    assert (answer.status_code, 'class="number"' in answer.text) == (200, False)
    kept = await InboundMessage.get()
    assert kept.due_at is not None
    await make_member(role=Role.COORDINATOR)
    await worked(kept.due_at)
    assert (await Report.get()).sender == ID


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("text", " ", "Harus diisi."),
        ("place", "", "Harus diisi."),
        ("text", "a" * 4_001, "Terlalu panjang: paling banyak 4000 huruf."),
        ("phone", "12345", "Bukan nomor telepon; tulis seperti 0812-3456-7890, atau kosongkan."),
    ],
)
async def test_what_is_to_be_mended_stands_beside_it_and_what_was_typed_is_kept(
    intake: httpx.AsyncClient, field: str, typed: str, words: str
) -> None:
    answer = await send(intake, name='Sri "Bu" <b>', **{field: typed})

    assert answer.status_code == 422
    assert f'<p class="bad" id="{field}-problem">{words}</p>' in answer.text
    assert 'value="Sri &#34;Bu&#34; &lt;b&gt;"' in answer.text
    assert f'name="form" value="{ID}"' in answer.text
    assert await nothing_was_taken()


async def test_a_machine_that_fills_in_what_nobody_sees_is_thanked_and_forgotten(intake: httpx.AsyncClient) -> None:
    answer = await send(intake, website="https://example.org")

    assert answer.status_code == 200
    assert await nothing_was_taken()


async def test_an_address_sends_thirty_in_a_minute_and_keeps_its_words_while_it_waits(
    intake: httpx.AsyncClient,
) -> None:
    await make_member(role=Role.COORDINATOR)
    mended = [await send(intake, text="") for _ in range(31)]
    # A minute may end in between: two of them take 60 at most.
    for _ in range(61):
        refused = await send(intake)
        if refused.status_code != 200:
            break

    assert ({answer.status_code for answer in mended}, refused.status_code) == ({422}, 429)
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "Tunggu satu menit" in refused.text
    assert TYPED["text"] in refused.text
    assert f'name="form" value="{ID}"' in refused.text


@pytest.mark.parametrize("body", [b"\xff\xfe", b"&".join(b"a=1" for _ in range(30)), b"text=%ff%fe"])
async def test_what_no_browser_sends_is_refused(intake: httpx.AsyncClient, body: bytes) -> None:
    assert (await intake.post("/lapor", content=body)).status_code == 400
    assert await nothing_was_taken()


async def test_what_is_too_large_is_refused(intake: httpx.AsyncClient) -> None:
    assert (await intake.post("/lapor", content=b"text=" + b"a" * 70_000)).status_code == 413
