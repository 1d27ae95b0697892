"""Where a row's place is."""

from kurir_api.dispatch.geo import Point, in_indonesia
from kurir_api.errors import Problems
from kurir_api.services.imports.base import Column, Values

LATITUDE = Column("latitude", also=("lintang", "lat"), required=False, longest=20)
LONGITUDE = Column("longitude", also=("bujur", "lon", "lng"), required=False, longest=20)


def a_point(problems: Problems, values: Values) -> Point | None:
    """The place of `LATITUDE` and `LONGITUDE`, with a decimal point or comma; None where nothing is written."""
    latitude, longitude = (values[column.name].replace(",", ".") for column in (LATITUDE, LONGITUDE))
    if not latitude and not longitude:
        return None
    try:
        point = Point(float(latitude), float(longitude))
    except ValueError:
        point = None
    if point is None or not in_indonesia(point):
        problems.add(
            LATITUDE.name,
            id="Isi lintang (-11,5 sampai 6,5) dan bujur (94 sampai 142), dalam derajat.",
            en="Give latitude (-11.5 to 6.5) and longitude (94 to 142), in degrees.",
        )
        return None
    return point
