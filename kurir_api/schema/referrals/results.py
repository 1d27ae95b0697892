"""What the mutations on referrals share."""

from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, InvalidTransition, NotAllowed, NotFound
from kurir_api.schema.ids import known
from kurir_api.schema.referrals.types import Referral


@strawberry.type(description="It is done.")
class ReferralSuccess:
    """The referral afterwards."""

    referral: Referral = strawberry.field(description="The referral as it is now.")

    @classmethod
    async def of(cls, info: Info, referral_id: UUID) -> "ReferralSuccess":
        """The success for a referral the caller has just changed."""
        info.context.renew()
        return cls(referral=known(await info.context.loaders.referral.load(referral_id)))


ReferralResult = Annotated[
    ReferralSuccess | NotFound | NotAllowed | InvalidInput | InvalidTransition | IdempotencyKeyReused,
    strawberry.union(name="ReferralResult", description="The referral, or why nothing happened."),
]
