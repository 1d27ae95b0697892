"""referrals."""

from datetime import UTC, datetime
from typing import Annotated

import strawberry
from tortoise.expressions import Q

from kurir_api.models import UNANSWERED, ReferralStatus
from kurir_api.schema.context import Info
from kurir_api.schema.pagination import After, Connection, First, newest_first
from kurir_api.schema.permissions import REFERRAL_SIDES, query
from kurir_api.schema.referrals.types import Referral
from kurir_api.services.visibility import visible_referrals


@query(
    may_call=REFERRAL_SIDES,
    description="Referrals, newest first: the desk's regions', and those to the programmes the caller decides for.",
)
async def referrals(  # noqa: PLR0917 - the contract's arguments
    info: Info,
    status: Annotated[list[ReferralStatus] | None, strawberry.argument(description="Only in these states.")] = None,
    programme: Annotated[str | None, strawberry.argument(description="Only to the programme with this code.")] = None,
    overdue: Annotated[
        bool | None, strawberry.argument(description="Only those that are overdue, or only those that aren't.")
    ] = None,
    first: First = 20,
    after: After = None,
) -> Connection[Referral]:
    """A page of the visible referrals."""
    rows = visible_referrals(info.context.principal)
    if status is not None:
        rows = rows.filter(status__in=status)
    if programme is not None:
        rows = rows.filter(programme__code=programme)
    if overdue is not None:
        late = Q(status__in=UNANSWERED, due_at__lt=datetime.now(UTC))
        rows = rows.filter(late if overdue else ~late)
    return await newest_first(rows, Referral.of, first, after)
