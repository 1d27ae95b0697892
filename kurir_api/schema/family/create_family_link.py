"""createFamilyLink."""

from datetime import datetime
from typing import Annotated

import strawberry

from kurir_api.links import public_base
from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, InvalidTransition, NotAllowed, NotFound
from kurir_api.schema.family.types import FamilyLink
from kurir_api.schema.ids import known, row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.services.family.create_family_link import MOST_DAYS, USUAL_DAYS, CreateFamilyLink, NewFamilyLink
from kurir_api.services.family.create_family_link import create_family_link as use_case


@strawberry.input(description="A link for a patient's family.")
class CreateFamilyLinkInput:
    """See services.family.create_family_link."""

    case_id: strawberry.ID = strawberry.field(description="The case whose tasks they see.")
    days: int = strawberry.field(
        default=USUAL_DAYS, description=f"How long it is valid, 1 to {MOST_DAYS}; usually {USUAL_DAYS}."
    )
    send: bool = strawberry.field(
        default=False,
        description="Send it in the conversation of the case that was last heard of, whoever reports there, else by "
        "text to the patient, who comes first where a reporter's number was only typed into a page; refused where "
        "there is nobody to write to.",
    )
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self, base: str) -> CreateFamilyLink:
        """The use case's input."""
        return CreateFamilyLink(
            case_id=row_id("Case", self.case_id),
            days=self.days,
            send=self.send,
            base=base,
            idempotency_key=self.idempotency_key,
        )


@strawberry.type(description="The link is valid from now on.")
class CreateFamilyLinkSuccess:
    """The link and its address."""

    link: FamilyLink = strawberry.field(description="The link.")
    url: str | None = strawberry.field(
        description="Whoever has it sees the page. Told only now: null where a retry is answered again; then revoke "
        "the link and make another."
    )
    expires_at: datetime = strawberry.field(description="Until when it is valid.")

    @classmethod
    async def of(cls, info: Info, new: NewFamilyLink) -> "CreateFamilyLinkSuccess":
        """The success for a link the caller has just made."""
        link = known(await info.context.loaders.family_link.load(new.link_id))
        return cls(link=link, url=new.url, expires_at=link.expires_at)


CreateFamilyLinkResult = Annotated[
    CreateFamilyLinkSuccess | NotFound | NotAllowed | InvalidInput | InvalidTransition | IdempotencyKeyReused,
    strawberry.union(name="CreateFamilyLinkResult", description="The link, or why there is none."),
]


@mutation(
    may_call=DESK,
    description="Make a link by which a patient's family sees, without an account and without names, what is coming "
    "and when, and says whether it came.",
)
async def create_family_link(
    info: Info, input: Annotated[CreateFamilyLinkInput, strawberry.argument(description="For which case.")]
) -> CreateFamilyLinkResult:
    """Parse, call, return."""
    base = public_base(info.context.settings, info.context.request)
    return await CreateFamilyLinkSuccess.of(info, await use_case(info.context.principal, input.command(base)))
