"""Who read and wrote what of a patient."""

from datetime import datetime

import strawberry

from kurir_api import models
from kurir_api.models import AccessAction, AccessBy
from kurir_api.schema.context import Info
from kurir_api.schema.members.types import Member

strawberry.enum(AccessAction, description="What was done with a patient's data.")
strawberry.enum(AccessBy, description="Who or what did it.")


@strawberry.type(description="That somebody read or wrote fields of a patient, in one operation.")
class AccessEntry:
    """See models.AccessEntry."""

    number: int = strawberry.field(description="Its place in the regency's log, which has no gaps.")
    at: datetime = strawberry.field(description="When.")
    action: AccessAction = strawberry.field(description="What was done.")
    by: AccessBy = strawberry.field(description="Who or what did it.")
    fields: list[str] = strawberry.field(description="Of which fields, as the API calls them.")
    reason: str = strawberry.field(description="For which root fields of the API, or by which command.")
    ground: str | None = strawberry.field(
        description='By what somebody who isn\'t of the desk was allowed, such as "claim:..." with its id.'
    )
    row: strawberry.Private[models.AccessEntry]

    @classmethod
    def of(cls, row: models.AccessEntry) -> "AccessEntry":
        """The entry of a row."""
        return cls(
            number=row.number,
            at=row.at,
            action=row.action,
            by=row.by,
            fields=row.field_names,
            reason=row.reason,
            ground=row.ground,
            row=row,
        )

    @strawberry.field(description="Which member; null for what no member did.")
    async def member(self, info: Info) -> Member | None:
        """Through the loader."""
        if self.row.member_id is None:
            return None
        member = await info.context.loaders.member.load(self.row.member_id)
        return None if member is None else Member.of(member)
