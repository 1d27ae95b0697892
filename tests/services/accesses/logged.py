"""What the log of accesses says."""

from kurir_api.models import AccessEntry


async def logged(**chosen: object) -> list[tuple[str, list[str], str]]:
    """What was done, of which fields, why: in the order of the log."""
    rows = await AccessEntry.filter(**chosen).order_by("regency_code", "number")
    return [(row.action.value, row.field_names, row.reason) for row in rows]
