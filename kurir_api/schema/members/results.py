"""What the mutations on members share."""

from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, NotAllowed, NotFound
from kurir_api.schema.members.types import Member


@strawberry.type(description="It is done.")
class MemberSuccess:
    """The member afterwards."""

    member: Member = strawberry.field(description="The member as they are now.")

    @classmethod
    async def of(cls, info: Info, member_id: UUID) -> "MemberSuccess":
        """The success for a member the caller has just changed."""
        info.context.renew()
        return cls(member=Member.of(await info.context.loaders.member.load(member_id)))


MemberResult = Annotated[
    MemberSuccess | InvalidInput | NotFound | NotAllowed | IdempotencyKeyReused,
    strawberry.union(name="MemberResult", description="The member, or why nothing happened."),
]
