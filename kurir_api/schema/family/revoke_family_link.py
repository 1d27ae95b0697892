"""revokeFamilyLink."""

from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, NotAllowed, NotFound
from kurir_api.schema.family.types import FamilyLink
from kurir_api.schema.ids import known, row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.services.family.revoke_family_link import RevokeFamilyLink
from kurir_api.services.family.revoke_family_link import revoke_family_link as use_case


@strawberry.input(description="A link that shall lead nowhere.")
class RevokeFamilyLinkInput:
    """See services.family.revoke_family_link."""

    link_id: strawberry.ID = strawberry.field(description="The link.")
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> RevokeFamilyLink:
        """The use case's input."""
        return RevokeFamilyLink(link_id=row_id("FamilyLink", self.link_id), idempotency_key=self.idempotency_key)


@strawberry.type(description="It leads nowhere any more.")
class RevokeFamilyLinkSuccess:
    """The link afterwards."""

    link: FamilyLink = strawberry.field(description="The link as it is now.")

    @classmethod
    async def of(cls, info: Info, link_id: UUID) -> "RevokeFamilyLinkSuccess":
        """The success for a link the caller has just revoked."""
        info.context.renew()
        return cls(link=known(await info.context.loaders.family_link.load(link_id)))


RevokeFamilyLinkResult = Annotated[
    RevokeFamilyLinkSuccess | NotFound | NotAllowed | IdempotencyKeyReused,
    strawberry.union(name="RevokeFamilyLinkResult", description="The link, or why nothing happened."),
]


@mutation(may_call=DESK, description="Make a family's link lead nowhere from now on; again, it changes nothing.")
async def revoke_family_link(
    info: Info, input: Annotated[RevokeFamilyLinkInput, strawberry.argument(description="Which link.")]
) -> RevokeFamilyLinkResult:
    """Parse, call, return."""
    return await RevokeFamilyLinkSuccess.of(info, await use_case(info.context.principal, input.command()))
