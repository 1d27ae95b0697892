"""The desk or an officer notes that a document of a referral is there, or isn't."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import InvalidTransition, NotAllowed, NotFound, Problems
from kurir_api.models import LIVE_REFERRAL, Referral, ReferralDocument
from kurir_api.services.referrals.papers import check_codes, see_papers
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import DESK, visible_referrals


@dataclass(frozen=True, kw_only=True)
class CheckDocument(Command):
    """Whether the document with this code of the programme's list is `present`."""

    referral_id: UUID
    code: str
    present: bool


@use_case
async def check_document(principal: Principal, command: CheckDocument) -> UUID:
    """The referral's id. Who saw a document first stays written down. Raises NotFound, NotAllowed, InvalidInput (no
    such document), InvalidTransition (it is decided).
    """
    if not await visible_referrals(principal).filter(id=command.referral_id).exists():
        raise NotFound
    referral = await Referral.select_for_update().get(id=command.referral_id)
    await referral.fetch_related("programme")
    here, owner = referral.region_id, referral.programme.organization_id
    if not (principal.reaches(here, *DESK) or principal.decides_on(owner, here)):
        raise NotAllowed
    problems = Problems()
    check_codes(problems, {"code": command.code}, referral.programme)
    problems.refuse()
    if referral.status not in LIVE_REFERRAL:
        raise InvalidTransition(referral.status, LIVE_REFERRAL)
    if command.present:
        await see_papers(referral, [command.code], principal.member_id, datetime.now(UTC))
    else:
        await ReferralDocument.filter(referral_id=referral.id, code=command.code).delete()
    return referral.id
