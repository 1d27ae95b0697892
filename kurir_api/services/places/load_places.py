"""Put a regency's regions and facilities, and the nation's holidays, into the database; see SOURCES.md for where they
come from.
"""

import csv
from datetime import date
from importlib.resources import files
from typing import NamedTuple

from tortoise.transactions import in_transaction

from kurir_api.models import Facility, Holiday, HolidayKind, Region, RegionLevel, lies_within

KNOWN_REGENCIES = ("33.02", "33.05")


async def load_places(regency_code: str) -> None:
    """Load the regency, its province, sub-districts, villages and facilities, and the nation's holidays; again, to
    bring them up to date.

    Three statements in one transaction. What is in the database but not in the files stays. Raises ValueError for a
    regency that the files don't hold.
    """
    if regency_code not in KNOWN_REGENCIES:
        raise ValueError(f"No places for {regency_code!r}; there are {', '.join(KNOWN_REGENCIES)}")
    async with in_transaction():
        await Region.bulk_create(
            regions(regency_code),
            on_conflict=["code"],
            update_fields=["name", "level", "parent_id", "latitude", "longitude"],
        )
        await Facility.bulk_create(
            facilities(regency_code),
            on_conflict=["code"],
            update_fields=["regency_code", "name", "kind", "latitude", "longitude", "region_id"],
        )
        await load_holidays()


async def load_holidays() -> None:
    """Load the nation's holidays; again, to bring them up to date. What is in the database but not in the file
    stays. One statement.
    """
    await Holiday.bulk_create(
        holidays(), on_conflict=["day", "regency_code"], update_fields=["kind", "name_id", "name_en"]
    )


def holidays() -> list[Holiday]:
    """The nation's holidays and collective leave as unsaved rows, first first."""
    return [
        Holiday(
            day=date.fromisoformat(row["day"]),
            kind=HolidayKind(row["kind"]),
            name_id=row["name_id"],
            name_en=row["name_en"],
        )
        for row in _rows("holidays.csv")
    ]


def regions(regency_code: str) -> list[Region]:
    """The regency's regions as unsaved rows, parents first."""
    return [
        Region(
            code=row["code"],
            name=row["name"],
            level=RegionLevel(row["level"]),
            parent_id=row["code"].rpartition(".")[0] or None,
            latitude=float(row["latitude"]) if row["latitude"] else None,
            longitude=float(row["longitude"]) if row["longitude"] else None,
        )
        for row in _rows("regions.csv")
        if lies_within(row["code"], regency_code) or lies_within(regency_code, row["code"])
    ]


def facilities(regency_code: str) -> list[Facility]:
    """The facilities that the regency lists, as unsaved rows."""
    return [
        Facility(
            regency_code=regency_code,
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            region_id=row["region"] or None,
        )
        for row in _rows("facilities.csv")
        if row["regency"] == regency_code
    ]


class Village(NamedTuple):
    """A village's code and centre, WGS 84 degrees."""

    code: str
    latitude: float
    longitude: float


def villages(regency_code: str) -> list[Village]:
    """The regency's villages whose centre is known; needs no database."""
    return [
        Village(row["code"], float(row["latitude"]), float(row["longitude"]))
        for row in _rows("regions.csv")
        if row["level"] == RegionLevel.VILLAGE and lies_within(row["code"], regency_code) and row["latitude"]
    ]


def _rows(file: str) -> list[dict[str, str]]:
    with files(__package__).joinpath(file).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
