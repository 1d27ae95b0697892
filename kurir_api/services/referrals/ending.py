"""What becomes of a patient's referrals when they died."""

from datetime import datetime

from kurir_api.dispatch.escalations import end_escalation
from kurir_api.models import Case, EscalationKind, Referral, ReferralStatus
from kurir_api.services.referrals.telling import tell_of_referral
from kurir_api.transitions import move

PLANNED = (ReferralStatus.SENT, ReferralStatus.INFO_REQUESTED, ReferralStatus.ACCEPTED)
REASON = "Pasien meninggal dunia."


async def revoke_planned(case: Case, now: datetime) -> None:
    """Revoke the referrals of the case's patient, who has died, that nobody has begun to work on, whatever they were
    sent from; the officers are told. What is in process is the programme's to end. To be called in the transaction
    that closes the case.
    """
    planned = Referral.filter(patient_id=case.patient_id, status__in=PLANNED).order_by("id").select_for_update()
    for referral in await planned:
        await referral.fetch_related("programme")
        await move(referral, "revoke", None, reason=REASON, at=now, asked_at=None)
        await end_escalation(EscalationKind.REFERRAL_LATE, referral, now)
        await tell_of_referral(referral, referral.programme, now)
