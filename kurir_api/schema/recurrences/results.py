"""What the mutations on recurrences share."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, InvalidTransition, NotAllowed, NotFound
from kurir_api.schema.ids import known
from kurir_api.schema.recurrences.types import Recurrence


@strawberry.type(description="It is done.")
class RecurrenceSuccess:
    """The recurrence afterwards."""

    recurrence: Recurrence = strawberry.field(description="The recurrence as it is now.")
    next: list[datetime] = strawberry.field(
        description="When its next tasks begin, at most five; none once it ended."
    )

    @classmethod
    async def of(cls, info: Info, recurrence_id: UUID) -> "RecurrenceSuccess":
        """The success for a recurrence the caller has just changed."""
        info.context.renew()
        recurrence = known(await info.context.loaders.recurrence.load(recurrence_id))
        return cls(recurrence=recurrence, next=await recurrence.coming(info))


RecurrenceResult = Annotated[
    RecurrenceSuccess | NotFound | NotAllowed | InvalidInput | InvalidTransition | IdempotencyKeyReused,
    strawberry.union(name="RecurrenceResult", description="The recurrence, or why nothing happened."),
]
