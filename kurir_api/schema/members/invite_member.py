"""inviteMember."""

from datetime import date
from typing import Annotated

import strawberry

from kurir_api.models import Role
from kurir_api.schema.context import Info
from kurir_api.schema.ids import known, optional_row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.members.results import MemberResult, MemberSuccess
from kurir_api.schema.permissions import INVITERS, mutation
from kurir_api.services.members.invite_member import InviteMember, NewCapability
from kurir_api.services.members.invite_member import invite_member as use_case


@strawberry.input(description="Something a member is able or licensed to do.")
class CapabilityInput:
    """See services.members.invite_member."""

    code: str = strawberry.field(description="One that a kind of task requires, or FIRST_AID.")
    valid_until: date | None = strawberry.field(default=None, description="The last valid day; null: without end.")


@strawberry.input(description="Whom to invite, and as what.")
class InviteMemberInput:
    """See services.members.invite_member."""

    name: str = strawberry.field(description="As people call them; at most 120 characters.")
    phone: str = strawberry.field(description="Their number, such as 0812-3456-7890; they sign in with it.")
    organization_id: strawberry.ID = strawberry.field(description="For whom they will act.")
    role: Role = strawberry.field(description="What they may do.")
    region: str = strawberry.field(description="The code of the region in which they may do it.")
    capabilities: list[CapabilityInput] | None = strawberry.field(
        default=None, description="What they are able or licensed to do, each once; added to what is known."
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> InviteMember:
        """The use case's input."""
        capabilities = (NewCapability(code=it.code, valid_until=it.valid_until) for it in self.capabilities or ())
        return InviteMember(
            name=self.name,
            phone=self.phone,
            organization_id=known(optional_row_id("Organization", self.organization_id, "organizationId")),
            role=self.role,
            region=self.region,
            capabilities=tuple(capabilities),
            idempotency_key=self.idempotency_key,
        )


@mutation(
    may_call=INVITERS,
    description="Bring somebody into the network, or give somebody who is in it a further role.",
)
async def invite_member(
    info: Info, input: Annotated[InviteMemberInput, strawberry.argument(description="Whom, and as what.")]
) -> MemberResult:
    """Parse, call, return."""
    return await MemberSuccess.of(info, await use_case(info.context.principal, input.command()))
