"""Places and distances on the WGS 84 ellipsoid. Degrees in, metres out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import cos, radians, sin, sqrt
from typing import NamedTuple

from geopy.distance import geodesic
from pyproj import Geod

EQUATORIAL_RADIUS_M = 6_378_137.0
FLATTENING = 1 / 298.257_223_563
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)

SOUTHMOST, NORTHMOST = -11.5, 6.5
WESTMOST, EASTMOST = 94.0, 142.0
HIGHEST_LATITUDE = 13.0
"""No shortest line between two places of the box goes further from the equator; see `metres_per_degree`."""

ROUNDING = 1e-9
"""Relative: far more than the rounding of the few floating-point operations here and in PostgreSQL."""

MICROMETRE = 1e-6


@dataclass(frozen=True, slots=True)
class Point:
    """WGS 84 degrees, north and east positive."""

    latitude: float
    longitude: float


class DegreeBounds(NamedTuple):
    """Metres along the ellipsoid per degree of the plane."""

    smallest: float
    largest: float


def in_indonesia(point: Point) -> bool:
    """Whether the point lies in the box around Indonesia: 11.5° S to 6.5° N, 94° E to 142° E, edges included."""
    return SOUTHMOST <= point.latitude <= NORTHMOST and WESTMOST <= point.longitude <= EASTMOST


def distance_m(a: Point, b: Point) -> float:
    """Metres along the ellipsoid, by geopy (Karney 2013, https://doi.org/10.1007/s00190-012-0578-z)."""
    return float(geodesic((a.latitude, a.longitude), (b.latitude, b.longitude)).meters)


def distances_m(origin: Point, points: Sequence[Point]) -> list[float]:
    """Metres from `origin` to each point: `distance_m` to within a nanometre, a hundred times as fast."""
    count = len(points)
    _, _, metres = _wgs84().inv(
        [origin.longitude] * count,
        [origin.latitude] * count,
        [point.longitude for point in points],
        [point.latitude for point in points],
    )
    return list(metres)


def settled_distances_m(origin: Point, points: Sequence[Point]) -> list[float]:
    """As `distances_m`, but where two places are within a micrometre of the same distance geopy decides.

    So sorting by these gives geopy's order exactly, at the speed of `distances_m`.
    """
    metres = distances_m(origin, points)
    order = sorted(range(len(points)), key=metres.__getitem__)
    close = {
        place
        for one, next_one in pairwise(order)
        if points[one] != points[next_one] and metres[next_one] - metres[one] < MICROMETRE
        for place in (points[one], points[next_one])
    }
    settled = {place: distance_m(origin, place) for place in close}
    return [settled.get(place, far) for place, far in zip(points, metres, strict=True)]


def metres_per_degree(latitude: float, within_m: float) -> DegreeBounds:
    """The least and the most metres that one degree of the (longitude, latitude) plane can mean, from a place in
    Indonesia at `latitude` to another place in Indonesia.

    With d metres between them along the ellipsoid and p degrees in the plane: d <= within_m implies
    p <= d / smallest, and d >= within_m implies p >= within_m / largest.

    A short line of dlat and dlon (radians) is sqrt((M dlat)² + (N cos(lat) dlon)²) metres long, with the radii of
    curvature M = a(1 - e²) / (1 - e² sin²lat)^(3/2) and N = a / sqrt(1 - e² sin²lat) (Snyder, Map Projections: A
    Working Manual, 1987, eq. 4-18 to 4-20). From the equator M grows and N cos(lat) shrinks, so over a band of
    latitudes the extremes of both lie at its edges.

    The band: a line of `within_m` metres strays at most that far, and a degree of latitude is at least 110,574 m.
    Nor does it go beyond 13°: the highest point of a shortest line lies where it crosses a meridian at a right
    angle, so with at most 48° between the ends, tan(highest) <= tan(11.5°) / cos(24°), 12.6° on the sphere; the
    ellipsoid adds less than 0.1°.
    """
    stray = within_m / _along_meridian(0)
    edges = (max(latitude - stray, -HIGHEST_LATITUDE), min(latitude + stray, HIGHEST_LATITUDE))
    furthest = max(abs(edge) for edge in edges)
    nearest = 0.0 if edges[0] <= 0 <= edges[1] else min(abs(edge) for edge in edges)
    smallest = min(_along_meridian(nearest), _along_parallel(furthest))
    largest = max(_along_meridian(furthest), _along_parallel(nearest))
    return DegreeBounds(smallest * (1 - ROUNDING), largest * (1 + ROUNDING))


def degrees_within(origin: Point, metres: float) -> float:
    """No place within `metres` of `origin` is further than this in the plane."""
    reach = metres + MICROMETRE
    return reach / metres_per_degree(origin.latitude, reach).smallest


def degrees_beyond(origin: Point, metres: float) -> float:
    """No place `metres` or more from `origin` is nearer than this in the plane."""
    reach = max(metres - MICROMETRE, 0.0)
    return reach / metres_per_degree(origin.latitude, reach).largest


def _along_meridian(latitude: float) -> float:
    """Metres per degree of latitude."""
    e2 = ECCENTRICITY_SQUARED
    return radians(EQUATORIAL_RADIUS_M * (1 - e2) / (1 - e2 * sin(radians(latitude)) ** 2) ** 1.5)


def _along_parallel(latitude: float) -> float:
    """Metres per degree of longitude."""
    lat = radians(latitude)
    return radians(EQUATORIAL_RADIUS_M * cos(lat) / sqrt(1 - ECCENTRICITY_SQUARED * sin(lat) ** 2))


@cache
def _wgs84() -> Geod:
    return Geod(ellps="WGS84")
