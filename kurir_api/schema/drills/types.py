"""Drills, and what they tell."""

from datetime import datetime
from uuid import UUID

import strawberry

from kurir_api import models
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.members.types import Member, Organization
from kurir_api.services.drills.reachability import Reach


@strawberry.type(description="A test alert to one member.")
class Drill(Node):
    """See models.Drill."""

    sent_at: datetime = strawberry.field(description="When it was sent.")
    received_at: datetime | None = strawberry.field(description="When the app, or a reply, said that it arrived.")

    @classmethod
    def of(cls, row: models.Drill) -> "Drill":
        """The drill of a row."""
        return cls(id=global_id("Drill", row.id), sent_at=row.sent_at, received_at=row.received_at)


@strawberry.interface(description="How well alerts reach.")
class Reachable:
    """See services.drills.reachability."""

    drills: int = strawberry.field(description="How many were sent, and had their hour to arrive.")
    reached: int = strawberry.field(description="How many arrived within the hour.")
    share: float = strawberry.field(description="Of those sent, 0 to 1.")
    median_seconds: float | None = strawberry.field(description="From sending to arrival, of those that arrived.")
    about_id: strawberry.Private[UUID]


@strawberry.type(description="How well alerts reach a member.")
class MemberReachability(Reachable):
    """See services.drills.reachability."""

    @strawberry.field(description="The member.")
    async def member(self, info: Info) -> Member:
        """Through the loader."""
        return Member.of(await info.context.loaders.member.load(self.about_id))


@strawberry.type(description="How well alerts reach a partner's members.")
class OrganizationReachability(Reachable):
    """See services.drills.reachability."""

    @strawberry.field(description="The partner.")
    async def organization(self, info: Info) -> Organization:
        """Through the loader."""
        return Organization.of(await info.context.loaders.organization.load(self.about_id))


@strawberry.type(description="Whom alerts reach, and how fast, by the drills of a period.")
class Reachability:
    """See services.drills.reachability."""

    members: list[MemberReachability] = strawberry.field(description="The worst reached first; at most 1,000.")
    organizations: list[OrganizationReachability] = strawberry.field(description="The worst reached first.")


def figures(reach: Reach) -> dict[str, int | float | UUID | None]:
    """The fields of a `Reachable`."""
    return {
        "drills": reach.drills,
        "reached": reach.reached,
        "share": reach.share,
        "median_seconds": reach.median_seconds,
        "about_id": reach.about_id,
    }
