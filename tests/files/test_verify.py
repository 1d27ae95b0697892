"""The page on which anybody checks a statement that they were shown."""

import re
from dataclasses import replace
from datetime import date

import httpx
import pytest

from kurir_api.models import Member, Organization, Statement
from kurir_api.services.documents.codes import in_groups
from tests.api import Api
from tests.factories import make_organization
from tests.files.test_statement_files import report
from tests.services.documents.books import FORMULA, PRIVATE, Books, half_a_year


async def asked(api: Api, path: str, **query: str) -> httpx.Response:
    """What anybody gets, without an account."""
    async with httpx.AsyncClient(base_url=api.url) as http:
        return await http.get(path, params=query)


async def issued(api: Api) -> tuple[Books, Statement]:
    """A statement that was issued, and the books it was made from."""
    books = await half_a_year()
    await report(api, books)
    return books, await Statement.get()


def shown(page: httpx.Response) -> dict[str, str]:
    """The page's table by label."""
    rows = re.findall(r'<th scope="row">(.*?)</th><td[^>]*>(.*?)</td>', page.text)
    return {label: re.sub("<.*?>", "", value) for label, value in rows}


async def test_a_code_shows_what_was_issued_under_it(api: Api) -> None:
    _, statement = await issued(api)

    page = await asked(api, f"/verify/{statement.code}")

    assert page.status_code == 200
    assert "Laporan ini terdaftar, dan pembukuan masih sama" in page.text
    assert {**shown(page), "Diterbitkan": ""} == {
        "Mitra": "Lazis *Serayu* &amp; Co",
        "Wilayah": "Kabupaten Banyumas",
        "Periode": "1 Januari 2026 s.d. 30 Juni 2026",
        "Tugas selesai": "kurang dari 5",
        "Penerima manfaat": "kurang dari 5 orang",
        "Waktu relawan (jam:menit)": "3:05",
        "Jarak tempuh": "36,4 km",
        "Biaya (uang)": "Rp1.250.000",
        "Natura": "Rp75.000",
        "Jumlah nilai": "Rp1.325.000",
        "Diterbitkan": "",
        "Kode verifikasi": in_groups(statement.code),
        "Sidik digital (SHA-256)": statement.digest,
    }


async def test_from_five_on_tasks_and_people_are_counted(api: Api) -> None:
    _, statement = await issued(api)
    await Statement.all().update(totals=statement.totals | {"tasks": 1250, "beneficiaries": 5})

    table = shown(await asked(api, f"/verify/{statement.code}"))

    assert (table["Tugas selesai"], table["Penerima manfaat"]) == ("1.250", "5 orang")


async def test_it_names_nobody(api: Api) -> None:
    _, statement = await issued(api)

    text = (await asked(api, f"/verify/{statement.code}")).text

    assert not [name for name in (*PRIVATE, "Siti Aminah", FORMULA, "jahat.example", "Rahmat") if name in text]


async def test_it_tells_when_the_books_have_changed_since(api: Api) -> None:
    books, statement = await issued(api)
    await books.spend(books.siti, date(2026, 6, 30), 1)

    page = await asked(api, f"/verify/{statement.code}")

    assert "Laporan ini terdaftar, tetapi pembukuan sudah berubah" in page.text
    assert shown(page)["Biaya (uang)"] == "Rp1.250.000"


async def test_what_is_booked_outside_the_period_or_for_another_partner_changes_nothing(api: Api) -> None:
    books, statement = await issued(api)
    await books.spend(books.siti, date(2026, 7, 1), 1)
    await replace(books, partner=await make_organization()).spend(books.siti, date(2026, 6, 1), 1)

    assert "pembukuan masih sama" in (await asked(api, f"/verify/{statement.code}")).text


async def test_a_name_that_changed_does_not_make_a_statement_another(api: Api) -> None:
    books, statement = await issued(api)
    await Member.filter(id=books.siti.id).update(name="Siti Aminah binti Wagiman")
    await Organization.filter(id=books.partner.id).update(name="<script>alert(1)</script>")

    page = await asked(api, f"/verify/{statement.code}")

    assert "pembukuan masih sama" in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text


async def test_the_code_is_found_however_it_is_typed(api: Api) -> None:
    _, statement = await issued(api)
    typed = in_groups(statement.code).lower().replace("0", "o").replace("1", "l").replace("-", " - ")

    assert (await asked(api, "/verify", code=typed)).status_code == 200


@pytest.mark.parametrize("typed", ["", "7K2QM", "0" * 20, "U" * 20, "' OR 1=1 --", "x" * 5000, "\0", "%00", "\uff06"])
async def test_a_code_that_was_never_issued_is_not_found(api: Api, typed: str) -> None:
    await issued(api)

    page = await asked(api, "/verify", code=typed)

    assert page.status_code == 404
    assert "Kode tidak ditemukan" in page.text
    assert shown(page) == {}


async def test_without_a_code_there_is_a_form_that_needs_no_script(api: Api) -> None:
    page = await asked(api, "/verify")

    assert page.status_code == 200
    assert '<html lang="id">' in page.text
    assert '<form action="/verify" method="get">' in page.text
    assert '<label for="code">' in page.text
    assert "<script" not in page.text


async def test_the_page_may_load_nothing_and_be_framed_by_nobody(api: Api) -> None:
    headers = (await asked(api, "/verify")).headers

    assert re.fullmatch(
        r"default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        r"style-src 'sha256-[\w+/=]{44}'",
        headers["content-security-policy"],
    )
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


async def test_an_address_may_try_thirty_times_a_minute_and_is_then_asked_to_wait(api: Api) -> None:
    async with httpx.AsyncClient(base_url=api.url) as http:
        # A minute may end meanwhile, so there are enough tries for two of them.
        answers = [await http.get(f"/verify/{number}") for number in range(61)]
        form = await http.get("/verify")

    statuses = [answer.status_code for answer in answers]
    waiting = answers[-1] if statuses[-1] == 429 else answers[statuses.index(429)]
    assert statuses[:30] == [404] * 30
    assert "Terlalu banyak percobaan" in waiting.text
    assert 1 <= int(waiting.headers["retry-after"]) <= 60
    assert form.status_code == 200
