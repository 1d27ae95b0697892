"""Regions, by their Kemendagri codes: a region's parent stands above it in the file, or is there already."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kurir_api.dispatch.geo import Point
from kurir_api.errors import Problems, Words
from kurir_api.models import Region, RegionLevel, lies_within
from kurir_api.services.imports.base import Column, ImportKind, Line, Order, Put, Refused, Values
from kurir_api.services.imports.cells import chosen
from kurir_api.services.imports.points import LATITUDE, LONGITUDE, a_point

CODE = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")
LEVELS = tuple(RegionLevel)
ZONES = ("Asia/Jakarta", "Asia/Pontianak", "Asia/Makassar", "Asia/Jayapura")
COMPARED = ("name", "latitude", "longitude", "time_zone")


@dataclass(frozen=True, slots=True)
class RegionRow:
    """What is written of a region; None: what is on record stays."""

    code: str
    name: str
    centre: Point | None
    time_zone: str | None

    @property
    def parent(self) -> str | None:
        """The code of the region it lies in."""
        return self.code.rpartition(".")[0] or None

    @property
    def level(self) -> RegionLevel:
        """How deep it lies."""
        return LEVELS[self.code.count(".")]


def _check(order: Order, values: Values, problems: Problems) -> RegionRow:
    row = RegionRow(
        code=values["code"],
        name=values["name"],
        centre=a_point(problems, values),
        time_zone=values["time_zone"] or None,
    )
    level = chosen(problems, "level", values["level"], RegionLevel)
    if not CODE.fullmatch(row.code):
        problems.add("code", id="Tulis seperti 33.02.23.2004.", en="Write it like 33.02.23.2004.")
    elif level not in (None, row.level):
        problems.add("level", id=f"Kode ini {row.level}.", en=f"This code is a {row.level}.")
    if order.regency and not (lies_within(row.code, order.regency) or lies_within(order.regency, row.code)):
        problems.add("code", id=f"Bukan bagian dari {order.regency}.", en=f"Not a part of {order.regency}.")
    if row.time_zone not in (None, *ZONES):
        known = ", ".join(ZONES)
        problems.add("time_zone", id=f"Pilih salah satu: {known}.", en=f"Choose one of: {known}.")
    return row


async def _put(_: Order, lines: Sequence[Line[RegionRow]]) -> Put:
    """Two statements."""
    wanted = {code for line in lines for code in (line.row.code, line.row.parent) if code}
    known = {region.code: region for region in await Region.filter(code__in=wanted)}
    there = set(known)
    new: list[Region] = []
    changed: list[Region] = []
    refused: list[Refused] = []
    for line in lines:
        row = line.row
        if row.parent and row.parent not in there:
            refused.append(_orphan(line.number, row.parent))
            continue
        there.add(row.code)
        region = _region(row, known.get(row.code))
        if row.code not in known:
            new.append(region)
        elif any(getattr(region, name) != getattr(known[row.code], name) for name in COMPARED):
            changed.append(region)
    if new or changed:
        await Region.bulk_create([*new, *changed], on_conflict=["code"], update_fields=COMPARED)
    same = len(lines) - len(new) - len(changed) - len(refused)
    return Put(added=len(new), changed=len(changed), same=same, refused=tuple(refused))


def _region(row: RegionRow, known: Region | None) -> Region:
    """The region as it is to be."""
    return Region(
        code=row.code,
        name=row.name,
        level=row.level,
        parent_id=row.parent,
        latitude=row.centre.latitude if row.centre else known.latitude if known else None,
        longitude=row.centre.longitude if row.centre else known.longitude if known else None,
        time_zone=row.time_zone or (known.time_zone if known else ZONES[0]),
    )


def _orphan(number: int, parent: str) -> Refused:
    return Refused(
        number,
        Words(
            id=f"kode: Wilayah {parent} tidak ada; tulis di atas baris ini.",
            en=f"code: There is no region {parent}; write it above this line.",
        ),
    )


KIND = ImportKind(
    columns=(
        Column("code", also=("kode",), longest=13),
        Column("name", also=("nama",), longest=100),
        Column("level", also=("tingkat",), required=False, longest=20),
        LATITUDE,
        LONGITUDE,
        Column("time_zone", also=("zona_waktu",), required=False, longest=40),
    ),
    needs_regency=False,
    makes_regencies=True,
    check=_check,
    key=lambda row: row.code,
    put=_put,
)
