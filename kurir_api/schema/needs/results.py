"""What the mutations on pledges share."""

from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, NotAllowed, NotFound
from kurir_api.schema.needs.types import Pledge
from kurir_api.schema.scalars import Rupiah
from kurir_api.services.visibility import visible_pledges


@strawberry.type(description="It is done.")
class PledgeSuccess:
    """The pledge afterwards."""

    pledge: Pledge = strawberry.field(description="The pledge as it is now.")
    remaining: Rupiah = strawberry.field(description="What of the need may still be promised.")

    @classmethod
    async def of(cls, info: Info, pledge_id: UUID) -> "PledgeSuccess":
        """The success for a pledge the caller has just made or withdrawn."""
        row = await visible_pledges(info.context.principal).select_related("need").get(id=pledge_id)
        return cls(pledge=Pledge.of(row), remaining=Rupiah(row.need.amount - row.need.pledged))


PledgeResult = Annotated[
    PledgeSuccess | NotFound | NotAllowed | InvalidInput | IdempotencyKeyReused,
    strawberry.union(name="PledgeResult", description="The pledge, or why nothing happened."),
]
