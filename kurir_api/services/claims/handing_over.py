"""What becomes of the offer to take over a claim, and of the claim: its slot is never empty, and never taken twice.

All of these are for whoever has locked the task, within their transaction.
"""

from datetime import datetime

from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import Claim, ClaimStatus
from kurir_api.transitions import move


async def hand_over(offer: Claim, at: datetime, now: datetime) -> None:
    """Just before the offer is accepted: the slot becomes free for it, and its former holder knows they need not go.

    Raises InvalidTransition when the claim isn't held any more.
    """
    claim = await _claim_of(offer)
    await move(claim, "hand_over", None, at=at)
    await _tell(NotificationKind.HANDED_OVER, claim, now)


async def leave_with_holder(offer: Claim, now: datetime) -> None:
    """After the offer came to nothing: its holder knows that the task is still theirs."""
    await _tell(NotificationKind.NOT_HANDED_OVER, await _claim_of(offer), now)


async def withdraw_offer(claim: Claim, now: datetime) -> None:
    """After the claim was started or ended, or before it is offered to somebody else: whoever was asked to take it
    over isn't any more.
    """
    offers = Claim.filter(task_id=claim.task_id, takes_over_id=claim.id, status=ClaimStatus.OFFERED)
    offer = await offers.select_for_update().first()
    if offer is not None:
        offer.task = claim.task
        await move(offer, "withdraw_hand_over", None, at=now)
        await _tell(NotificationKind.CLAIM_REVOKED, offer, now)


async def _claim_of(offer: Claim) -> Claim:
    claim = await Claim.select_for_update().get(id=offer.takes_over_id)
    claim.task = offer.task
    return claim


async def _tell(kind: NotificationKind, claim: Claim, now: datetime) -> None:
    await notify(kind, [claim.member_id], claim.task, now=now, urgent=claim.task.urgent)
