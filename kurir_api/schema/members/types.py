"""Members and organisations."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated

import strawberry

from kurir_api import models
from kurir_api.errors import InvalidInput
from kurir_api.models import OrganizationKind, Role, Weekday
from kurir_api.schema.context import Info
from kurir_api.schema.contributions.types import ContributionTotals, PeriodInput
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.places.types import Region, region
from kurir_api.schema.scalars import GeoPoint
from kurir_api.services.documents.year import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from kurir_api.schema.contributions.statement import ContributionStatement
    from kurir_api.schema.sessions.types import Session

Within = Annotated[PeriodInput, strawberry.argument(description="From when until when.")]

strawberry.enum(Role, description="What a membership lets a person do within its region.")
strawberry.enum(OrganizationKind, description="What kind of partner an organisation is.")
strawberry.enum(Weekday, description="A day of the week.")


@strawberry.type(description="A partner organisation or agency.")
class Organization(Node):
    """See models.Organization."""

    name: str = strawberry.field(description="Unique within the regency.")
    kind: OrganizationKind = strawberry.field(description="What kind of partner it is.")
    row: strawberry.Private[models.Organization]

    @classmethod
    def of(cls, row: models.Organization) -> "Organization":
        """The organisation of a row."""
        return cls(id=global_id("Organization", row.id), name=row.name, kind=row.kind, row=row)

    @strawberry.field(
        description="What its members did and spent in the period; for its reviewers, and the coordinators and "
        "administrators of its whole regency. FORBIDDEN for others."
    )
    async def contributions(
        self, info: Info, period: Within
    ) -> Annotated["ContributionStatement", strawberry.lazy("kurir_api.schema.contributions.statement")]:
        """Through the loader. Raises NotAllowed, InvalidInput."""
        return await info.context.loaders.contributions(period.period()).load(self.row.id)


@strawberry.type(description="One role of a member, for an organisation, within a region and all below it.")
class Membership:
    """See models.Membership."""

    role: Role = strawberry.field(description="What it lets the member do.")
    row: strawberry.Private[models.Membership]

    @strawberry.field(description="For whom the member acts.")
    async def organization(self, info: Info) -> Organization:
        """Through the loader."""
        return Organization.of(await info.context.loaders.organization.load(self.row.organization_id))

    @strawberry.field(description="Where it reaches.")
    async def region(self, info: Info) -> Region:
        """Through the loader."""
        return await region(info, self.row.region_id)


@strawberry.type(description="Something a member is able or licensed to do.")
class Capability:
    """See models.Capability."""

    code: str = strawberry.field(description="Such as AMBULANCE_LICENCE.")
    valid_until: date | None = strawberry.field(description="The last valid day; null: without end.")


@strawberry.type(description="Hours of every week in which a member is on duty.")
class DutyShift:
    """See models.DutyShift."""

    weekday: Weekday = strawberry.field(description="The day on which it begins.")
    from_: str = strawberry.field(name="from", description="From when, on the regency's clock, such as 20:00.")
    to: str = strawberry.field(description="Until when; the same time as `from` or an earlier one: on the next day.")


@strawberry.type(description="A person of the network.")
class Member(Node):
    """See models.Member."""

    name: str = strawberry.field(description="As people call them.")
    available: bool = strawberry.field(
        description="Whether they are on duty, within their duty hours if they have any."
    )
    row: strawberry.Private[models.Member]

    @classmethod
    def of(cls, row: models.Member) -> "Member":
        """The member of a row."""
        return cls(id=global_id("Member", row.id), name=row.name, available=row.available, row=row)

    @strawberry.field(description="E.164; for oneself, the office of one's region, and people on the same task.")
    async def phone(self, info: Info) -> str | None:
        """Null for others."""
        return self.row.phone if await info.context.loaders.contact.load(self.row.id) else None

    @strawberry.field(
        description="The member's roles: all of one's own; of others, those in the office's region, and those for "
        "the organisation one reviews."
    )
    async def memberships(self, info: Info) -> list[Membership]:
        """Through the loader."""
        rows = await info.context.loaders.memberships.load(self.row.id)
        return [Membership(role=row.role, row=row) for row in rows]

    @strawberry.field(
        description="What the member is able or licensed to do; for oneself, the office of one's region, and the "
        "reviewers of one's organisations."
    )
    async def capabilities(self, info: Info) -> list[Capability]:
        """Empty for others."""
        rows = await info.context.loaders.capabilities.load(self.row.id)
        return [Capability(code=row.code, valid_until=row.valid_until) for row in rows]

    @strawberry.field(
        description="The member's weekly duty hours, Monday first; none: on duty whenever available. For oneself, "
        "the office of one's region, and the reviewers of one's organisations."
    )
    async def duty_shifts(self, info: Info) -> list[DutyShift]:
        """Empty for others."""
        rows = await info.context.loaders.duty_shifts.load(self.row.id)
        return [
            DutyShift(weekday=Weekday(row.weekday), from_=_clock(row.starts), to=_clock(row.ends)) for row in rows
        ]

    @strawberry.field(description="The last place the phone told, for oneself and the office of one's region.")
    async def location(self, info: Info) -> GeoPoint | None:
        """Null for others."""
        if not await info.context.loaders.whereabouts.load(self.row.id):
            return None
        return GeoPoint.of(self.row.last_latitude, self.row.last_longitude)

    @strawberry.field(description="When the phone told its place.")
    async def location_at(self, info: Info) -> datetime | None:
        """Null for others."""
        return self.row.last_fix_at if await info.context.loaders.whereabouts.load(self.row.id) else None

    @strawberry.field(
        description="From when one is left in peace, on the regency's clock, such as 21:00; for oneself."
    )
    def quiet_from(self, info: Info) -> str | None:
        """Null for others, and without quiet hours."""
        return self._own_clock(info, self.row.quiet_from)

    @strawberry.field(description="Until when, such as 05:00; for oneself.")
    def quiet_to(self, info: Info) -> str | None:
        """Null for others, and without quiet hours."""
        return self._own_clock(info, self.row.quiet_to)

    @strawberry.field(description="One's sign-ins with Kurir's tokens that go on, the last used first; for oneself.")
    async def sessions(
        self, info: Info
    ) -> list[Annotated["Session", strawberry.lazy("kurir_api.schema.sessions.types")]]:
        """Empty for others."""
        from kurir_api.schema.sessions.types import Session  # noqa: PLC0415 - which refers to loaders

        return [Session.of(row) for row in await info.context.loaders.sessions.load(self.row.id)]

    @strawberry.field(
        description="What the member did and spent in the period, as far as the caller may know: of oneself all of "
        "it, the office what was for its regions, reviewers what was for the partner; for others nothing, all zeros."
    )
    async def stats(self, info: Info, period: Within) -> ContributionTotals:
        """Through the loader. Raises InvalidInput."""
        return ContributionTotals.of(await info.context.loaders.stats(period.period()).load(self.row.id))

    @strawberry.field(
        description="A page (PDF) about what the member did in the year, in the member's language; for oneself. The "
        "link is valid for ten minutes."
    )
    def year_url(
        self, info: Info, year: Annotated[int, strawberry.argument(description="Such as 2026.")]
    ) -> str | None:
        """Null for others. Raises InvalidInput."""
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise InvalidInput.of("year", id="Isi tahunnya, seperti 2026.", en="Give the year, such as 2026.")
        if self.row.id != info.context.principal.member_id:
            return None
        return info.context.link(f"/years/{self.row.id}/{year}.pdf", by=str(self.row.id))

    def _own_clock(self, info: Info, at: time | None) -> str | None:
        own = self.row.id == info.context.principal.member_id
        return _clock(at) if own and at is not None else None


def _clock(at: time) -> str:
    return at.strftime("%H:%M")
