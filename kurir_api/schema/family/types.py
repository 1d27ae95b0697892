"""Family links."""

from datetime import datetime

import strawberry

from kurir_api import models
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.members.types import Member


@strawberry.type(
    description="What lets a patient's family see what is coming, without an account. The address is told once, when "
    "the link is made."
)
class FamilyLink(Node):
    """See models.FamilyLink."""

    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime = strawberry.field(description="Until when it is valid, unless it is revoked.")
    revoked_at: datetime | None = strawberry.field(description="Since when it is revoked; closing the case does.")
    last_opened_at: datetime | None = strawberry.field(description="When somebody last looked.")
    row: strawberry.Private[models.FamilyLink]

    @classmethod
    def of(cls, row: models.FamilyLink) -> "FamilyLink":
        """The link of a row."""
        return cls(
            id=global_id("FamilyLink", row.id),
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            last_opened_at=row.last_opened_at,
            row=row,
        )

    @strawberry.field(description="Who made it.")
    async def created_by(self, info: Info) -> Member | None:
        """Through the loader."""
        if self.row.created_by_id is None:
            return None
        return Member.of(await info.context.loaders.member.load(self.row.created_by_id))
