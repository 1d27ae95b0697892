"""aidLookups."""

from typing import Annotated

import strawberry

from kurir_api.schema.aid.types import AidLookup
from kurir_api.schema.context import Info
from kurir_api.schema.ids import optional_row_id
from kurir_api.schema.pagination import After, Connection, First, newest_first
from kurir_api.schema.permissions import ADMINS, query
from kurir_api.services.visibility import visible_aid_lookups


@query(
    may_call=ADMINS,
    description="Who looked up whether people get aid, newest first; of the regencies one administers.",
)
async def aid_lookups(
    info: Info,
    member: Annotated[strawberry.ID | None, strawberry.argument(description="Only by this member.")] = None,
    first: First = 20,
    after: After = None,
) -> Connection[AidLookup]:
    """A page of the visible look-ups."""
    rows = visible_aid_lookups(info.context.principal)
    if member is not None:
        rows = rows.filter(member_id=optional_row_id("Member", member, "member"))
    return await newest_first(rows, AidLookup.of, first, after)
