"""Where a task is, and where those who needn't know the house may know it to be.

What anybody is told in metres is measured to the second point, so that no number of questions, from however many
places, tells more than the village: docs/decisions/0039-coarse-places.md.
"""

from math import floor
from typing import NamedTuple

from kurir_api.dispatch.geo import Point, distance_m
from kurir_api.dispatch.nearest import PlaneDistance
from kurir_api.models import Case, Patient, Region, RegionLevel, region_and_above

ELSEWHERE_M = 10_000
"""So far from the centre of its own village a task lies in another one."""


class Placed(NamedTuple):
    """A task's exact place, and the point of its area."""

    place: Point
    area: Point


async def placed(case: Case, location: Point | None) -> Placed:
    """`location`: where the desk says the task is; None: at the patient's, whose area is that of the case's region,
    which everybody sees.
    """
    centre = await _centre_of(case.region_id)
    if location is None:
        patient = await Patient.get(id=case.patient_id)
        location = _point(patient.latitude, patient.longitude) or centre
        if location is None:
            raise LookupError(f"No region around {case.region_id} has a centre")
    elif centre is not None and distance_m(centre, location) > ELSEWHERE_M:
        centre = await _nearest_village(location) or centre
    return Placed(location, centre or _hundredth(location))


async def _centre_of(code: str) -> Point | None:
    """That of the smallest region around that has one."""
    rows = await Region.filter(code__in=region_and_above(code), latitude__not_isnull=True)
    smallest = max(rows, key=lambda row: len(row.code), default=None)
    return None if smallest is None else _point(smallest.latitude, smallest.longitude)


async def _nearest_village(place: Point) -> Point | None:
    villages = Region.filter(level=RegionLevel.VILLAGE, latitude__not_isnull=True)
    row = await villages.annotate(away=PlaneDistance("latitude", "longitude", place)).order_by("away").first()
    return None if row is None else _point(row.latitude, row.longitude)


def _hundredth(place: Point) -> Point:
    """The middle of a square of a hundredth of a degree, a good kilometre, for regions whose centre nobody knows."""
    return Point(floor(place.latitude * 100) / 100 + 0.005, floor(place.longitude * 100) / 100 + 0.005)


def _point(latitude: float | None, longitude: float | None) -> Point | None:
    return None if latitude is None or longitude is None else Point(latitude, longitude)
