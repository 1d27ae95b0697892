"""The facilities that a regency lists, by their codes."""

from collections.abc import Sequence
from dataclasses import dataclass

from kurir_api.dispatch.geo import Point
from kurir_api.errors import Problems
from kurir_api.models import Facility, Region
from kurir_api.services.imports.base import Column, ImportKind, Line, Order, Put, Refused, Values, refused
from kurir_api.services.imports.points import LATITUDE, LONGITUDE, a_point

COMPARED = ("name", "kind", "latitude", "longitude", "region_id")


@dataclass(frozen=True, slots=True)
class FacilityRow:
    """Where patients are taken; without a region, the one on record stays."""

    code: str
    name: str
    kind: str
    place: Point | None
    region: str | None


def _check(_: Order, values: Values, problems: Problems) -> FacilityRow:
    return FacilityRow(
        code=values["code"],
        name=values["name"],
        kind=values["kind"].lower(),
        place=a_point(problems, values),
        region=values["region"] or None,
    )


async def _put(order: Order, lines: Sequence[Line[FacilityRow]]) -> Put:
    """Three statements."""
    known = {row.code: row for row in await Facility.filter(code__in=[line.row.code for line in lines])}
    wanted = {line.row.region for line in lines if line.row.region}
    regions = {region.code for region in await Region.filter(code__in=wanted)}
    no: list[Refused] = []
    new: list[Facility] = []
    changed: list[Facility] = []
    for line in lines:
        before = known.get(line.row.code)
        problems = _problems(line.row, before, order, regions)
        if problems.found:
            no.append(refused(line.number, problems, KIND.columns))
            continue
        facility = _facility(line.row, before, order)
        if before is None:
            new.append(facility)
        elif any(getattr(facility, name) != getattr(before, name) for name in COMPARED):
            changed.append(facility)
    if new or changed:
        await Facility.bulk_create([*new, *changed], on_conflict=["code"], update_fields=COMPARED)
    same = len(lines) - len(new) - len(changed) - len(no)
    return Put(added=len(new), changed=len(changed), same=same, refused=tuple(no))


def _problems(row: FacilityRow, before: Facility | None, order: Order, regions: set[str]) -> Problems:
    problems = Problems()
    if before is not None and before.regency_code != order.regency:
        problems.add("code", id="Kode ini milik kabupaten lain.", en="Another regency lists this code.")
    if row.region and row.region not in regions:
        problems.add("region", id="Kode wilayah tidak dikenal.", en="Unknown region code.")
    return problems


def _facility(row: FacilityRow, before: Facility | None, order: Order) -> Facility:
    assert row.place is not None, "a row without a place was refused"  # noqa: S101
    return Facility(
        regency_code=order.regency,
        code=row.code,
        name=row.name,
        kind=row.kind,
        latitude=row.place.latitude,
        longitude=row.place.longitude,
        region_id=row.region or (before.region_id if before else None),
    )


KIND = ImportKind(
    columns=(
        Column("code", also=("kode",), longest=20),
        Column("name", also=("nama",)),
        Column("kind", also=("jenis",), longest=20),
        Column(LATITUDE.name, also=LATITUDE.also, longest=LATITUDE.longest),
        Column(LONGITUDE.name, also=LONGITUDE.also, longest=LONGITUDE.longest),
        Column("region", also=("wilayah",), required=False, longest=13),
    ),
    check=_check,
    key=lambda row: row.code,
    put=_put,
)
