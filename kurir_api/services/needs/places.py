"""Where a need is, as closely as the caller may know."""

from kurir_api.auth import Principal
from kurir_api.models import Need, subdistrict_of
from kurir_api.services.visibility import DESK


def place_of(principal: Principal, need: Need) -> str:
    """The code of the region of the need's case, which is loaded; for who isn't its desk of the sub-district at most:
    in a village people know who is ill.
    """
    code = need.case.region_id
    return code if principal.reaches(code, *DESK) else subdistrict_of(code)
