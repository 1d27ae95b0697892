"""The opaque ids by which clients know the tests' rows."""

from tortoise.models import Model

from kurir_api.models import Region
from kurir_api.schema.ids import global_id


def id_of(row: Model) -> str:
    """The global id of a row."""
    return str(global_id(type(row).__name__, row.code if isinstance(row, Region) else row.pk))
