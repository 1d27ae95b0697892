"""What the mutations on rates share."""

from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, NotAllowed, NotFound
from kurir_api.schema.rates.types import Rate
from kurir_api.services.visibility import visible_rates


@strawberry.type(description="It is done.")
class RateSuccess:
    """The rate afterwards."""

    rate: Rate = strawberry.field(description="The rate as it is now.")

    @classmethod
    async def of(cls, info: Info, rate_id: UUID) -> "RateSuccess":
        """The success for a rate the caller has just changed."""
        return cls(rate=Rate.of(await visible_rates(info.context.principal).get(id=rate_id)))


RateResult = Annotated[
    RateSuccess | NotFound | NotAllowed | InvalidInput | IdempotencyKeyReused,
    strawberry.union(name="RateResult", description="The rate, or why nothing happened."),
]
