"""The documents of a referral: who has seen which."""

import pytest

from kurir_api.errors import InvalidTransition, NotFound
from kurir_api.models import ReferralDocument, Role
from kurir_api.services.referrals.check_document import CheckDocument, check_document
from tests.factories import NOW, make_organization, make_programme, make_referral, principal_for
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")


async def test_who_saw_a_document_first_stays_written_down_until_it_is_taken_back() -> None:
    agency = await make_organization()
    referral = await make_referral(await make_programme(organization=agency))
    desk = await principal_for(Role.DESK_OFFICER)
    officer = await principal_for(Role.PROGRAMME_OFFICER, organization=agency)

    for caller in (desk, officer):
        await check_document(caller, CheckDocument(referral_id=referral.id, code="ID_CARD", present=True))
    assert await ReferralDocument.all().values_list("code", "seen_by_id") == [("ID_CARD", desk.member_id)]

    await check_document(officer, CheckDocument(referral_id=referral.id, code="ID_CARD", present=False))
    assert await ReferralDocument.all().count() == 0


async def test_only_what_the_programme_asks_for_is_checked_and_only_until_it_is_decided() -> None:
    desk = await principal_for(Role.DESK_OFFICER)
    referral = await make_referral()
    decided = await make_referral(status="GRANTED", decided_at=NOW)

    assert await problems(
        check_document(desk, CheckDocument(referral_id=referral.id, code="PASSPORT", present=True))
    ) == {"code": "Choose one of: ID_CARD."}
    refusal = await refused(
        check_document(desk, CheckDocument(referral_id=decided.id, code="ID_CARD", present=True)), InvalidTransition
    )
    assert refusal.allowed == ("SENT", "ACCEPTED", "IN_PROCESS", "INFO_REQUESTED")


async def test_strangers_know_nothing_of_it() -> None:
    referral = await make_referral()
    order = CheckDocument(referral_id=referral.id, code="ID_CARD", present=True)

    for stranger in (
        await principal_for(Role.PROGRAMME_OFFICER),
        await principal_for(Role.DESK_OFFICER, region="33.05"),
    ):
        await refused(check_document(stranger, order), NotFound)
