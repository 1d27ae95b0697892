"""Disputes end when their line is taken back."""

from datetime import datetime

from tortoise.queryset import QuerySet

from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import LineDecision, LineReview


async def tell_of_settled(reviews: QuerySet[LineReview], now: datetime) -> None:
    """Tell whoever disputed the lines of these reviews, which have just been taken back."""
    disputes = reviews.filter(decision=LineDecision.DISPUTED, reviewed_by__active=True).order_by("id")
    for dispute in await disputes.select_related("organization"):
        await notify(
            NotificationKind.DISPUTE_SETTLED,
            [dispute.reviewed_by_id],
            None,
            now=now,
            regency_code=dispute.regency_code,
            partner=dispute.organization.name,
        )
