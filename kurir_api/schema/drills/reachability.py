"""reachability: whom alerts reach."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.drills.types import MemberReachability, OrganizationReachability, Reachability, figures
from kurir_api.schema.permissions import ASSIGNERS, query
from kurir_api.services.drills.reachability import by_member, by_organization, checked_days


@query(
    may_call=ASSIGNERS,
    description="How many of the drills reached whom and how fast: for coordinators the members of their regions, "
    "for partners' reviewers their own.",
)
async def reachability(
    info: Info,
    region: Annotated[
        str | None, strawberry.argument(description="Only who volunteers in this region or below it; its code.")
    ] = None,
    days: Annotated[int, strawberry.argument(description="How far back, 1 to 366 days.")] = 28,
) -> Reachability:
    """Two statements."""
    now = datetime.now(UTC)
    since = now - timedelta(days=checked_days(days))
    principal = info.context.principal
    return Reachability(
        members=[
            MemberReachability(**figures(reach))  # type: ignore[arg-type]
            for reach in await by_member(principal, region, since, now)
        ],
        organizations=[
            OrganizationReachability(**figures(reach))  # type: ignore[arg-type]
            for reach in await by_organization(principal, region, since, now)
        ],
    )
