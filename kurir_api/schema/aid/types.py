"""Look-ups that were made."""

from datetime import datetime

import strawberry

from kurir_api import models
from kurir_api.models import LookupKey, LookupOutcome
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.members.types import Member

strawberry.enum(LookupKey, name="AidLookupKey", description="By what a person was looked up.")
strawberry.enum(LookupOutcome, name="AidLookupOutcome", description="What came of a look-up.")


@strawberry.type(description="Who looked somebody up, when and what for; never whom.")
class AidLookup(Node):
    """See models.AidLookup."""

    by: LookupKey = strawberry.field(description="By national id, or by name and village.")
    purpose: str = strawberry.field(description="What for, in the member's words.")
    outcome: LookupOutcome = strawberry.field(description="What the member was told.")
    at: datetime = strawberry.field(description="When.")
    row: strawberry.Private[models.AidLookup]

    @classmethod
    def of(cls, row: models.AidLookup) -> "AidLookup":
        """The look-up of a row."""
        return cls(
            id=global_id("AidLookup", row.id),
            by=row.by,
            purpose=row.purpose or "",
            outcome=row.outcome,
            at=row.at,
            row=row,
        )

    @strawberry.field(description="Who asked.")
    async def member(self, info: Info) -> Member:
        """Through the loader."""
        return Member.of(await info.context.loaders.member.load(self.row.member_id))
