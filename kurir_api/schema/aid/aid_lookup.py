"""aidLookup."""

from datetime import date
from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.errors import InvalidInput, NotAllowed
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.schema.places.types import Region, region
from kurir_api.schema.programmes.types import Programme
from kurir_api.services.aid.aid_lookup import Aid, Known, LookAidUp
from kurir_api.services.aid.aid_lookup import aid_lookup as use_case


@strawberry.input(description="Whom to look up, by national id or by name and village, and what for.")
class AidLookupInput:
    """See services.aid.aid_lookup."""

    national_id: str | None = strawberry.field(default=None, description="16 digits. Instead of name and region.")
    name: str | None = strawberry.field(
        default=None, description="The whole name: as it sounds, in any order, without titles."
    )
    region: str | None = strawberry.field(default=None, description="With a name: the code of the village.")
    purpose: str = strawberry.field(
        description="What for, in 10 to 500 characters, without naming the person; administrators read it."
    )


@strawberry.type(description="Aid that a person gets, or got.")
class AidRecord:
    """See services.aid.aid_lookup.Aid."""

    programme: Programme = strawberry.field(description="Of which programme.")
    since: date | None = strawberry.field(description="The first day; null: the register doesn't say.")
    until: date | None = strawberry.field(description="The last day, which may have passed; null: no end is known.")
    source: str = strawberry.field(description="Where the register has it from.")

    @classmethod
    def of(cls, aid: Aid) -> "AidRecord":
        """One programme's aid."""
        return cls(programme=Programme.of(aid.programme), since=aid.since, until=aid.until, source=aid.source)


@strawberry.type(description="What the caller may know of the person.")
class AidLookupSuccess:
    """All null and empty unless found."""

    found: bool = strawberry.field(
        description="Whether the person is in the registry and lives where the caller's desk is."
    )
    masked_name: str | None = strawberry.field(description="The first letter of each word: S****** W******.")
    welfare_decile: int | None = strawberry.field(description="1, the poorest tenth, to 10; null: not ranked.")
    aid: list[AidRecord] = strawberry.field(description="What they get, ended aid too.")
    region_code: strawberry.Private[str | None]

    @classmethod
    def of(cls, known: Known | None) -> "AidLookupSuccess":
        """What is known of a person, or of nobody."""
        if known is None:
            return cls(found=False, masked_name=None, welfare_decile=None, aid=[], region_code=None)
        return cls(
            found=True,
            masked_name=known.masked_name,
            welfare_decile=known.decile,
            aid=[AidRecord.of(one) for one in known.aid],
            region_code=known.region_id,
        )

    @strawberry.field(description="The village.")
    async def region(self, info: Info) -> Region | None:
        """Through the loader."""
        return None if self.region_code is None else await region(info, self.region_code)


AidLookupResult = Annotated[
    AidLookupSuccess | NotAllowed | InvalidInput,
    strawberry.union(name="AidLookupResult", description="What is known, or why nothing was looked up."),
]


@mutation(
    may_call=DESK,
    description="Whether a person is in the social registry, and which aid they get. Every look-up is recorded with "
    "its purpose; at most 30 an hour and 200 a day. Somebody outside the caller's desk regions is not found.",
)
async def aid_lookup(
    info: Info, input: Annotated[AidLookupInput, strawberry.argument(description="Whom, and what for.")]
) -> AidLookupResult:
    """Parse, call, return."""
    command = LookAidUp(national_id=input.national_id, name=input.name, region=input.region, purpose=input.purpose)
    return AidLookupSuccess.of(await use_case(info.context.principal, command))
