"""A referral's letter of recommendation: issued once, for the desk, checked by anybody."""

import asyncio
import re
from datetime import UTC, datetime

import pytest

from kurir_api.auth import Principal
from kurir_api.errors import NotFound
from kurir_api.models import Letter, Referral, ReferralDocument, Role, new_id
from kurir_api.services.documents.check_letter import CheckedLetter, check_letter
from kurir_api.services.documents.codes import in_groups
from kurir_api.services.documents.letter import letter
from tests.factories import (
    NOW,
    REGENCY,
    add_membership,
    make_member,
    make_organization,
    make_patient,
    make_programme,
    make_referral,
    principal_for,
)
from tests.files.test_statement_files import pdf_text
from tests.services.refusals import refused

pytestmark = pytest.mark.usefixtures("db")

CHECK_URL = "https://kurir.example/verify"
NEW_YEAR = datetime(2026, 12, 31, 18, 0, tzinfo=UTC)
"""In the regency it is the first of January."""


async def one_referral(**values: object) -> Referral:
    """To the BAZNAS of Banyumas; the id card was seen."""
    baznas = await make_organization("BAZNAS Kabupaten Banyumas")
    programme = await make_programme("BAZNAS_AID", baznas, name_id="Rekomendasi bantuan BAZNAS")
    referral = await make_referral(
        programme,
        await make_patient(name="Sutinah *Wiryadi*", national_id="3302235208580003"),
        number="3302-R2026-0007",
        **values,
    )
    await ReferralDocument.create(
        id=new_id(), referral=referral, code="ID_CARD", seen_by_id=referral.sent_by_id, seen_at=NOW
    )
    return referral


async def desk(name: str = "Tri Handayani") -> Principal:
    return await principal_for(Role.DESK_OFFICER, name=name)


async def test_it_says_who_is_recommended_for_what_without_the_full_national_id() -> None:
    referral, tri = await one_referral(), await desk()
    office = await make_organization("Dinas Sosial Kabupaten Banyumas")
    await add_membership(await make_member(role=None), Role.ADMIN, REGENCY, office)

    said = pdf_text(await letter(tri, referral.id, CHECK_URL, NEW_YEAR))

    issued = await Letter.get()
    for expected in (
        "PEMERINTAH KABUPATEN BANYUMAS DINAS SOSIAL KABUPATEN BANYUMAS",
        issued.number,
        "Banyumas, 1 Januari 2027",
        "Kepada Yth. BAZNAS Kabupaten Banyumas",
        "Sutinah *Wiryadi*",
        "************0003",
        "Desa/Kelurahan Karangnangka, Kecamatan Kedungbanteng, Kabupaten Banyumas",
        "Rekomendasi bantuan BAZNAS",
        "KTP",
        "3302-R2026-0007",
        "Tri Handayani",
        in_groups(issued.code),
        CHECK_URL,
    ):
        assert expected in said, said
    assert re.fullmatch(r"460/\d{4,}/3302/2027", issued.number)
    assert "330223520858" not in said
    assert "gagal ginjal" not in said


async def test_it_is_issued_once_however_often_and_by_whomever_it_is_asked_for() -> None:
    referral = await one_referral()
    desks = [await desk(f"Petugas {n}") for n in range(4)]

    first = await asyncio.gather(*(letter(one, referral.id, CHECK_URL, NOW) for one in desks))
    later = await letter(desks[0], referral.id, CHECK_URL, NEW_YEAR)

    assert await Letter.all().count() == 1
    assert set(first) == {later}


async def test_only_the_desk_gets_it_and_nobody_when_it_was_revoked() -> None:
    referral, revoked = await one_referral(), await make_referral(status="REVOKED")
    programme = await referral.programme
    officer = await principal_for(Role.PROGRAMME_OFFICER, organization=await programme.organization)
    for caller, row in (
        (officer, referral),
        (await principal_for(Role.DESK_OFFICER, region="33.02.24"), referral),
        (await principal_for(Role.ADMIN), referral),
        (await desk(), revoked),
    ):
        await refused(letter(caller, row.id, CHECK_URL, NOW), NotFound)


async def test_anybody_checks_its_code_and_learns_of_no_person() -> None:
    referral = await one_referral()
    await letter(await desk(), referral.id, CHECK_URL, NEW_YEAR)
    issued = await Letter.get()

    found = await check_letter(in_groups(issued.code).lower())
    await Referral.filter(id=referral.id).update(status="REVOKED")

    assert found == CheckedLetter(
        code=issued.code,
        number=issued.number,
        issued_on=datetime(2027, 1, 1, tzinfo=UTC).date(),
        programme="Rekomendasi bantuan BAZNAS",
        regency="Kabupaten Banyumas",
        valid=True,
    )
    revoked = await check_letter(issued.code)
    assert revoked is not None
    assert not revoked.valid
    assert await check_letter("00000-00000-00000-00000") is None
    assert await check_letter("short") is None


@pytest.mark.parametrize("status", ["DECLINED", "REFUSED"])
async def test_what_the_programme_turned_down_is_recommended_no_more(status: str) -> None:
    referral, tri = await one_referral(status=status, decided_at=NOW), await desk()

    await refused(letter(tri, referral.id, CHECK_URL, NEW_YEAR), NotFound)
