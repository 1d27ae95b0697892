"""myClaims: what the caller has taken on."""

from typing import Annotated

import strawberry

from kurir_api.models import ClaimStatus
from kurir_api.schema.claims.types import Claim
from kurir_api.schema.context import Info
from kurir_api.schema.pagination import After, Connection, First, newest_first
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.services.visibility import visible_claims


@query(may_call=EVERY_MEMBER, description="The caller's own claims, newest first.")
async def my_claims(
    info: Info,
    status: Annotated[list[ClaimStatus] | None, strawberry.argument(description="Only in these states.")] = None,
    first: First = 20,
    after: After = None,
) -> Connection[Claim]:
    """A page."""
    principal = info.context.principal
    rows = visible_claims(principal).filter(member_id=principal.member_id)
    if status is not None:
        rows = rows.filter(status__in=status)
    return await newest_first(rows, Claim.of, first, after)
