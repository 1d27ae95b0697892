"""What all actions on claims share."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.schema.claims.types import Claim
from kurir_api.schema.context import Info
from kurir_api.schema.errors import (
    IdempotencyKeyReused,
    InvalidInput,
    InvalidTransition,
    NotAllowed,
    NotEligible,
    NotFound,
    ScheduleConflict,
)
from kurir_api.schema.ids import known, row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.scalars import GeoPointInput, point_of
from kurir_api.services.claims.action import ClaimAction


@strawberry.type(description="It is done.")
class ClaimActionSuccess:
    """The claim afterwards."""

    claim: Claim = strawberry.field(description="The claim as it is now.")

    @classmethod
    async def of(cls, info: Info, claim_id: UUID) -> "ClaimActionSuccess":
        """The success for a claim the caller has just changed."""
        return cls(claim=known(await info.context.loaders.claim.load(claim_id)))


ClaimActionResult = Annotated[
    ClaimActionSuccess
    | NotFound
    | NotAllowed
    | NotEligible
    | ScheduleConflict
    | InvalidTransition
    | InvalidInput
    | IdempotencyKeyReused,
    strawberry.union(name="ClaimActionResult", description="The claim, or why nothing happened."),
]


@strawberry.input(description="An action on a claim.")
class ClaimActionInput:
    """See services.claims."""

    claim_id: strawberry.ID = strawberry.field(description="The claim.")
    at: datetime | None = strawberry.field(
        default=None, description="When it happened, for actions queued offline; default now."
    )
    note: str | None = strawberry.field(
        default=None, description="What should be known of it; when revoking, why. At most 2,000 characters."
    )
    location: GeoPointInput | None = strawberry.field(default=None, description="Where the member was.")
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> ClaimAction:
        """The use case's input."""
        return ClaimAction(
            claim_id=row_id("Claim", self.claim_id),
            at=self.at,
            note=self.note,
            location=point_of(self.location, "location"),
            idempotency_key=self.idempotency_key,
        )


ClaimActionArgument = Annotated[ClaimActionInput, strawberry.argument(description="Which claim, when and where.")]
