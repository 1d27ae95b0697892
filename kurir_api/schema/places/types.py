"""Regions, facilities and holidays."""

from datetime import date
from typing import Optional

import strawberry

from kurir_api import models
from kurir_api.models import HolidayKind, InsuranceRule, RegionLevel
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.scalars import GeoPoint

strawberry.enum(RegionLevel, description="How deep in the tree of regions.")
strawberry.enum(InsuranceRule, description="Which hours a hospital counts until a stay must be insured.")
strawberry.enum(HolidayKind, description="By whom a holiday is given.")


@strawberry.type(description="A province, regency, sub-district or village.")
class Region(Node):
    """See models.Region."""

    code: str = strawberry.field(description="The Kemendagri code, such as 33.02.23.2004.")
    name: str = strawberry.field(description="Without its level; names repeat, codes don't.")
    level: RegionLevel = strawberry.field(description="How deep in the tree.")
    centre: GeoPoint | None = strawberry.field(description="A point in its middle, where known.")
    parent_code: strawberry.Private[str | None]

    @classmethod
    def of(cls, row: models.Region) -> "Region":
        """The region of a row."""
        return cls(
            id=global_id("Region", row.code),
            code=row.code,
            name=row.name,
            level=row.level,
            centre=GeoPoint.of(row.latitude, row.longitude),
            parent_code=row.parent_id,
        )

    @strawberry.field(description="The region it lies in; null for a province.")
    async def parent(self, info: Info) -> Optional["Region"]:
        """Through the loader."""
        return None if self.parent_code is None else await region(info, self.parent_code)


async def region(info: Info, code: str) -> Region:
    """The region with this code, through the loader."""
    return Region.of(await info.context.loaders.region.load(code))


@strawberry.type(description="A hospital, health centre, clinic or shelter.")
class Facility(Node):
    """See models.Facility."""

    name: str = strawberry.field(description="As on its sign, with the address where known.")
    kind: str = strawberry.field(description="hospital, puskesmas, clinic, shelter or landmark.")
    location: GeoPoint = strawberry.field(description="Where it is.")
    insurance_rule: InsuranceRule = strawberry.field(
        description="Which hours after an admission it counts until the stay must be insured."
    )
    region_code: strawberry.Private[str | None]

    @classmethod
    def of(cls, row: models.Facility) -> "Facility":
        """The facility of a row."""
        return cls(
            id=global_id("Facility", row.id),
            name=row.name,
            kind=row.kind,
            location=GeoPoint(latitude=row.latitude, longitude=row.longitude),
            insurance_rule=row.insurance_rule,
            region_code=row.region_id,
        )

    @strawberry.field(description="The region it lies in, where that is one we serve.")
    async def region(self, info: Info) -> Region | None:
        """Through the loader."""
        return None if self.region_code is None else await region(info, self.region_code)


@strawberry.type(description="A day on which offices are closed, besides weekends.")
class Holiday:
    """See models.Holiday."""

    day: date = strawberry.field(description="By the calendar there.")
    name: str = strawberry.field(description="In the caller's language.")
    kind: HolidayKind = strawberry.field(description="By whom it is given.")
    regency_code: strawberry.Private[str]

    @classmethod
    def of(cls, row: models.Holiday, locale: str) -> "Holiday":
        """The holiday of a row."""
        name = row.name_en if locale == "en" else row.name_id
        return cls(day=row.day, name=name, kind=row.kind, regency_code=row.regency_code)

    @strawberry.field(description="The regency that alone has it; null: the whole nation.")
    async def region(self, info: Info) -> Region | None:
        """Through the loader."""
        return await region(info, self.regency_code) if self.regency_code else None
