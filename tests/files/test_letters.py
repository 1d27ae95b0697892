"""Letters of recommendation: the link in the API, the file it leads to, and the page that checks it."""

import httpx

from kurir_api.models import Letter, Member, Referral, Role
from tests.api import Api
from tests.factories import make_member, make_patient, make_programme, make_referral
from tests.files.test_verify import asked, shown
from tests.ids import id_of

LINK = "query ($id: ID!) { node(id: $id) { ... on Referral { letterUrl } } }"


async def link(api: Api, caller: Member, referral: Referral) -> str | None:
    """What the API gives the caller."""
    found: str | None = (await api.data(caller, LINK, id=id_of(referral)))["node"]["letterUrl"]
    return found


async def test_the_desk_gets_a_letter_whose_code_anybody_can_check(api: Api) -> None:
    desk = await make_member(role=Role.DESK_OFFICER)
    referral = await make_referral(await make_programme("PKH", name_id="PKH"), await make_patient(name="Warsini"))
    url = await link(api, desk, referral)
    assert url is not None

    async with httpx.AsyncClient() as http:
        pdf = await http.get(url)
    issued = await Letter.get()
    page = await asked(api, "/verify", code=issued.code)

    assert (pdf.status_code, pdf.headers["content-type"], pdf.content[:5]) == (200, "application/pdf", b"%PDF-")
    assert f"surat-rekomendasi-{referral.id}.pdf" in pdf.headers["content-disposition"]
    assert "Surat rekomendasi ini terdaftar dan berlaku" in page.text
    assert {**shown(page), "Tanggal": "", "Kode verifikasi": ""} == {
        "Nomor surat": issued.number,
        "Tanggal": "",
        "Program": "PKH",
        "Wilayah": "Kabupaten Banyumas",
        "Kode verifikasi": "",
    }
    assert "Warsini" not in page.text + url


async def test_a_letter_of_what_was_revoked_is_called_so_and_not_given_again(api: Api) -> None:
    desk = await make_member(role=Role.DESK_OFFICER)
    referral = await make_referral()
    url = await link(api, desk, referral)
    assert url is not None
    async with httpx.AsyncClient() as http:
        assert (await http.get(url)).status_code == 200
        await Referral.filter(id=referral.id).update(status="REVOKED")
        assert (await http.get(url)).status_code == 404

    assert await link(api, desk, referral) is None
    page = await asked(api, f"/verify/{(await Letter.get()).code}")
    assert "Surat rekomendasi ini terdaftar, tetapi sudah dibatalkan" in page.text


async def test_without_the_signature_there_is_no_letter(api: Api) -> None:
    referral = await make_referral()
    desk = await make_member(role=Role.DESK_OFFICER)
    url = await link(api, desk, referral)
    assert url is not None

    async with httpx.AsyncClient() as http:
        answers = [await http.get(url[:-1]), await http.get(f"{api.url}/letters/{referral.id}.pdf")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert await Letter.all().count() == 0
