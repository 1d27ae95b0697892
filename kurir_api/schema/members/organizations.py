"""organizations: the partners to choose from."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.members.types import Organization
from kurir_api.schema.pagination import After, Connection, First, by_name
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.services.texts import cleaned
from kurir_api.services.visibility import visible_organizations


@query(may_call=EVERY_MEMBER, description="The partners of the regencies the caller works in, by name.")
async def organizations(
    info: Info,
    search: Annotated[str | None, strawberry.argument(description="A part of the name, in any case.")] = None,
    first: First = 20,
    after: After = None,
) -> Connection[Organization]:
    """A page."""
    rows = visible_organizations(info.context.principal)
    if text := cleaned(search):
        rows = rows.filter(name__icontains=text)
    return await by_name(rows, Organization.of, first, after)
