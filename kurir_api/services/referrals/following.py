"""Whether a referral may follow another that ended, and as what."""

from uuid import UUID

from kurir_api.errors import InvalidInput
from kurir_api.models import Follows, Patient, Programme, Referral, ReferralStatus, TransitionLog

S = ReferralStatus
REOPENED = (S.DECLINED, S.REVOKED, S.GRANTED)
"""A referral that ended so may be sent anew: the need is there again, or still."""

APPEALED = (S.REFUSED, S.PARTLY_GRANTED)
"""Against these decisions the desk may appeal."""


async def follows(previous: Referral, patient: Patient, programme: Programme) -> Follows:
    """As what a referral follows `previous`. At most two statements. Raises InvalidInput naming `previous`."""
    if (previous.patient_id, previous.programme_id) != (patient.id, programme.id):
        raise InvalidInput.of(
            "previous",
            id="Rujukan itu untuk pasien atau program lain.",
            en="That referral is of another patient or programme.",
        )
    if await Referral.filter(previous_id=previous.id).exists():
        raise InvalidInput.of(
            "previous",
            id="Rujukan itu sudah diteruskan; pakai rujukan terakhir.",
            en="That referral is followed by another already; use the last one.",
        )
    ended_as = await _decision(previous.id) if previous.status == S.CONFIRMED else previous.status
    if ended_as in APPEALED:
        return Follows.APPEAL
    if ended_as in REOPENED and previous.status != S.GRANTED:
        return Follows.REOPENING
    raise InvalidInput.of(
        "previous",
        id="Rujukan itu belum berakhir; tunggu jawabannya, atau konfirmasikan.",
        en="That referral hasn't ended; wait for the answer, or confirm it.",
    )


async def _decision(referral_id: UUID) -> str | None:
    """What a confirmed referral was before."""
    log = await TransitionLog.filter(machine="referral", subject_id=referral_id, action="confirm").first()
    return log.source if log else None
