"""What the two sides of a referral read on their phones, and that it names nobody."""

import pytest

from kurir_api.dispatch.texts import Text, render
from kurir_api.models import Notification, Role
from kurir_api.services.referrals.telling import tell_of_referral, tell_officers_late
from tests.factories import NOW, make_member, make_organization, make_programme, make_referral

pytestmark = pytest.mark.usefixtures("db")


@pytest.mark.parametrize(
    ("status", "indonesian", "english"),
    [
        (
            "SENT",
            Text("Rujukan untuk PKH", "Periksa dan jawab di Kurir · No. R-7"),
            Text("Referral to Family aid", "Look at it and answer in Kurir · No. R-7"),
        ),
        (
            "REVOKED",
            Text("Rujukan dibatalkan: PKH", "Tidak perlu dijawab lagi · No. R-7"),
            Text("Referral revoked: Family aid", "It needs no answer any more · No. R-7"),
        ),
        (
            "INFO_REQUESTED",
            Text("Keterangan diminta: PKH", "Lengkapi rujukan di Kurir · No. R-7"),
            Text("Information asked for: Family aid", "Complete the referral in Kurir · No. R-7"),
        ),
        (
            "PARTLY_GRANTED",
            Text("Disetujui sebagian: PKH", "Kabari warga, lalu konfirmasikan di Kurir · No. R-7"),
            Text("Granted in part: Family aid", "Tell the resident, then confirm it in Kurir · No. R-7"),
        ),
    ],
)
async def test_what_is_news_to_the_other_side_is_told_in_words(status: str, indonesian: Text, english: Text) -> None:
    agency = await make_organization()
    await make_member(role=Role.PROGRAMME_OFFICER, organization=agency)
    programme = await make_programme("PKH", agency, name_id="PKH", name_en="Family aid")
    asked_at = NOW if status == "INFO_REQUESTED" else None
    referral = await make_referral(programme, number="R-7", status=status, asked_at=asked_at, decided_at=NOW)

    await tell_of_referral(referral, programme, NOW)

    told = await Notification.get()
    assert render(told.kind, "id", told.data) == indonesian
    assert render(told.kind, "en", told.data) == english


@pytest.mark.parametrize("status", ["ACCEPTED", "IN_PROCESS", "CONFIRMED"])
async def test_what_needs_nobody_is_not(status: str) -> None:
    agency = await make_organization()
    await make_member(role=Role.PROGRAMME_OFFICER, organization=agency)
    programme = await make_programme(organization=agency)

    await tell_of_referral(await make_referral(programme, status=status, decided_at=NOW), programme, NOW)

    assert await Notification.all().count() == 0


async def test_officers_hear_that_it_is_late_only_while_it_is_their_turn() -> None:
    agency = await make_organization()
    officer = await make_member(role=Role.PROGRAMME_OFFICER, organization=agency)
    programme = await make_programme(organization=agency, name_id="PKH")
    late = await make_referral(programme, status="ACCEPTED", number="R-8")
    waiting = await make_referral(programme, status="INFO_REQUESTED", asked_at=NOW)

    for referral in (late, waiting):
        await tell_officers_late(referral, NOW)

    told = await Notification.get()
    assert told.member_id == officer.id
    assert render(told.kind, "id", told.data) == Text(
        "Rujukan menunggu jawaban Anda: PKH", "Batas waktunya hampir atau sudah lewat · No. R-8"
    )
