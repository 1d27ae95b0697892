"""Programmes of other agencies."""

import strawberry

from kurir_api import models
from kurir_api.errors import Words
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.members.types import Organization


@strawberry.type(description="A document that a programme needs to decide.")
class ProgrammeDocument:
    """One entry of models.Programme.documents."""

    code: str = strawberry.field(description="Stable, such as ID_CARD.")
    required: bool = strawberry.field(description="Whether there is no decision without it.")
    words: strawberry.Private[Words]

    @strawberry.field(description="In the caller's language.")
    def name(self, info: Info) -> str:
        """From the programme's own words."""
        return self.words.say(info.context.locale)


@strawberry.type(description="What another agency gives, and to which people are referred.")
class Programme(Node):
    """See models.Programme."""

    code: str = strawberry.field(description="Stable within the regency, such as KIS_PBI.")
    sector: str = strawberry.field(description="Which part of life it is about, such as HEALTH.")
    response_days: int = strawberry.field(description="Working days within which its agency decides.")
    active: bool = strawberry.field(description="Whether people are referred to it now.")
    row: strawberry.Private[models.Programme]

    @classmethod
    def of(cls, row: models.Programme) -> "Programme":
        """The programme of a row."""
        return cls(
            id=global_id("Programme", row.id),
            code=row.code,
            sector=row.sector,
            response_days=row.response_days,
            active=row.active,
            row=row,
        )

    @strawberry.field(description="In the caller's language.")
    def name(self, info: Info) -> str:
        """From the row."""
        return self.row.name_en if info.context.locale == "en" else self.row.name_id

    @strawberry.field(description="Whose programme it is: its officers decide.")
    async def organization(self, info: Info) -> Organization:
        """Through the loader."""
        return Organization.of(await info.context.loaders.organization.load(self.row.organization_id))

    @strawberry.field(description="What it needs to decide, in the order in which it is asked for.")
    def documents(self) -> list[ProgrammeDocument]:
        """From the row."""
        return [
            ProgrammeDocument(code=one["code"], required=one["required"], words=Words(one["id"], one["en"]))
            for one in self.row.documents
        ]
