"""My year in a page: the link in the API, and the file it leads to."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import httpx
import pypdfium2
import pytest
from starlette.applications import Starlette

from kurir_api.files.years import year_routes
from kurir_api.links import signed
from kurir_api.models import Member, Role
from kurir_api.settings import Settings
from kurir_api.task_kinds import task_kinds
from tests.api import Api
from tests.factories import make_member
from tests.files.test_statement_files import fetched, pdf_text
from tests.ids import id_of
from tests.servers import served
from tests.services.documents.books import FORMULA, PRIVATE, empty_books, half_a_year

LINK = "query ($id: ID!, $year: Int!) { node(id: $id) { ... on Member { yearUrl(year: $year) } } }"


async def link(api: Api, caller: Member, member: Member, year: int = 2026) -> str | None:
    """What the API gives the caller."""
    found: str | None = (await api.data(caller, LINK, id=id_of(member), year=year))["node"]["yearUrl"]
    return found


async def page(api: Api, member: Member, year: int = 2026) -> bytes:
    """The PDF to which the member's own link leads."""
    url = await link(api, member, member, year)
    assert url is not None
    async with httpx.AsyncClient() as http:
        answer = await http.get(url)
    assert answer.status_code == 200, answer.text
    return answer.content


def pages(pdf: bytes) -> int:
    """How many there are."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


async def test_the_page_says_what_one_did(api: Api) -> None:
    books = await half_a_year()

    text = pdf_text(await page(api, books.siti))

    for said in (
        "Tahun saya 2026 Siti Aminah",
        "2 tugas selesai",
        "2:35 jam:menit bertugas",
        "24,5 kilometer",
        "1 orang terbantu",
        "Antar jemput ambulans 2 2:35",
        "Dibayar lebih dahulu Rp1.200.000",
        "Disetujui Rp1.200.000",
        "Sudah diganti Rp0",
        "Diberikan (natura) Rp75.000",
        "Terima kasih, Siti Aminah.",
    ):
        assert said in text
    assert not [secret for secret in PRIVATE if secret in text]


async def test_it_speaks_the_member_s_language(api: Api) -> None:
    books = await half_a_year()
    await Member.filter(id=books.formula.id).update(locale="en")

    text = pdf_text(await page(api, books.formula))

    assert f"My year 2026 {FORMULA}" in text
    assert "Food delivery 1 1:00" in text
    assert "Approved Rp 50,000" in text


async def test_a_year_without_anything_has_a_page_too(api: Api) -> None:
    books = await empty_books()

    pdf = await page(api, books.siti)

    assert pages(pdf) == 1
    assert "Belum ada tugas yang tercatat dalam tahun ini." in pdf_text(pdf)
    assert "Terima kasih, Siti Aminah, atas kesediaan Anda" in pdf_text(pdf)


@pytest.mark.parametrize("name", ["W" * 120, "Wahyuningsih " * 9])
async def test_with_every_kind_in_every_month_and_the_longest_name_it_stays_one_page(api: Api, name: str) -> None:
    books = await empty_books()
    await Member.filter(id=books.siti.id).update(name=name)
    for kind in task_kinds():
        for month in range(1, 13):
            await books.work(books.siti, date(2026, month, 1), 100 * month, 9_999, kind=kind)
    await books.spend(books.siti, date(2026, 1, 1), 999_999_999)

    pdf = await page(api, books.siti)

    assert pages(pdf) == 1
    assert "Diberikan (natura) Rp0" in pdf_text(pdf)


async def test_the_link_is_one_s_own_alone(api: Api) -> None:
    books = await half_a_year()
    coordinator = await make_member(role=Role.COORDINATOR)

    links = [await link(api, viewer, books.siti) for viewer in (books.siti, books.reviewer, coordinator)]

    assert links[0] is not None
    assert urlsplit(links[0]).path == f"/years/{books.siti.id}/2026.pdf"
    assert links[1:] == [None, None]


async def test_it_waits_until_fewer_documents_are_being_made(db: None, settings: Settings) -> None:
    member, slots = await make_member(), asyncio.Semaphore(0)
    app = Starlette(routes=year_routes(slots))
    app.state.services = SimpleNamespace(settings=settings)
    path = f"/years/{member.id}/2026.pdf"
    async with served(app) as url, httpx.AsyncClient(base_url=url) as http:
        link = signed(settings, path, datetime.now(UTC), by=str(member.id))
        with pytest.raises(httpx.ReadTimeout):
            await http.get(link, timeout=0.5)
        slots.release()

        answer = await http.get(link, timeout=30)
        assert answer.status_code == 200
        assert answer.headers["content-disposition"] == 'attachment; filename="tahun-saya-2026.pdf"'


@pytest.mark.parametrize("year", [0, -1, 1999, 3000])
async def test_a_year_that_is_none_is_refused_in_words(api: Api, year: int) -> None:
    member = await make_member()

    (error,) = await api.errors(member, LINK, id=id_of(member), year=year)

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"] == "Perbaiki isian: year: Isi tahunnya, seperti 2026."


async def test_no_link_leads_to_another_s_year(api: Api) -> None:
    books = await half_a_year()
    path = f"/years/{books.siti.id}/2026.pdf"
    genuine = signed(api.settings, path, datetime.now(UTC), by=str(books.siti.id))

    answers = [
        await fetched(api, books.reviewer, path),
        await fetched(api, books.siti, path, timedelta(minutes=11)),
        await fetched(api, books.siti, f"/years/{books.siti.id}/1999.pdf"),
    ]
    async with httpx.AsyncClient(base_url=api.url) as http:
        answers += [await http.get(path), await http.get(genuine.replace(str(books.siti.id), str(books.formula.id)))]

    assert [answer.status_code for answer in answers] == [404, 403, 404, 403, 403]
