"""case."""

from typing import Annotated

import strawberry

from kurir_api.errors import NotFound
from kurir_api.schema.cases.types import Case
from kurir_api.schema.context import Info
from kurir_api.schema.ids import row_id
from kurir_api.schema.permissions import EVERY_MEMBER, query


@query(may_call=EVERY_MEMBER, description="A case by its id; null when the caller may not know of it.")
async def case(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The case's id.")]
) -> Case | None:
    """Through the loader."""
    try:
        return await info.context.loaders.case.load(row_id("Case", id))
    except NotFound:
        return None
