"""Which desk answers for something new."""

from kurir_api.models import Case, Report, lies_within


def desk_for(region_code: str, origin: Case | Report | None) -> str:
    """The code of the desk that answers for what concerns somebody of the region: that to which what it comes from
    was handed up, if it lies around them, else their own.
    """
    if origin is None or origin.desk_id == origin.region_id or not lies_within(region_code, origin.desk_id):
        return region_code
    return origin.desk_id
