"""Sessions."""

from datetime import datetime

import strawberry

from kurir_api import models
from kurir_api.schema.context import Info
from kurir_api.schema.ids import global_id


@strawberry.type(description="A sign-in with Kurir's own tokens that goes on, such as that of one phone.")
class Session:
    """See models.Session."""

    id: strawberry.ID = strawberry.field(description="For `endSession`.")
    created_at: datetime = strawberry.field(description="When one signed in.")
    last_used_at: datetime = strawberry.field(description="When it last got new tokens.")
    device: str | None = strawberry.field(description="What the app called itself and the phone.")
    row: strawberry.Private[models.Session]

    @classmethod
    def of(cls, row: models.Session) -> "Session":
        """The session of a row."""
        return cls(
            id=global_id("Session", row.id),
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            device=row.device,
            row=row,
        )

    @strawberry.field(description="Whether it is the one that asks.")
    def current(self, info: Info) -> bool:
        """By the caller's token."""
        return self.row.id == info.context.principal.session_id
