"""closedMonths: which months of the books are frozen."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from kurir_api import models
from kurir_api.schema.context import Info
from kurir_api.schema.members.types import Member
from kurir_api.schema.pagination import After, Connection, First, newest_first
from kurir_api.schema.permissions import ACCOUNTABLE, query
from kurir_api.services.visibility import visible_closed_months


@strawberry.type(description="A month of a regency's books that is closed: what was booked up to its end is frozen.")
class ClosedMonth:
    """See models.ClosedMonth."""

    month: date = strawberry.field(description="Its first day.")
    digest: str = strawberry.field(
        description="SHA-256, 64 hex digits, of the digest before it and of all entries booked since."
    )
    closed_at: datetime = strawberry.field(description="When it was closed.")
    row: strawberry.Private[models.ClosedMonth]

    @classmethod
    def of(cls, row: models.ClosedMonth) -> "ClosedMonth":
        """The month of a row."""
        return cls(month=row.month, digest=row.digest, closed_at=row.closed_at, row=row)

    @strawberry.field(description="Who closed it.")
    async def closed_by(self, info: Info) -> Member:
        """Through the loader."""
        return Member.of(await info.context.loaders.member.load(self.row.closed_by_id))


@query(
    may_call=ACCOUNTABLE,
    description="The closed months of a regency in which the caller coordinates, administers or reviews, the last "
    "first.",
)
async def closed_months(
    info: Info,
    region: Annotated[str, strawberry.argument(description="The regency's code, such as 33.02.")],
    first: First = 20,
    after: After = None,
) -> Connection[ClosedMonth]:
    """A page; they are closed in order, so the newest is the last."""
    rows = visible_closed_months(info.context.principal).filter(regency_code=region)
    return await newest_first(rows, ClosedMonth.of, first, after)
