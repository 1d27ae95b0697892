"""Where keys have been at work: every sealed column of every table, found from the models."""

from collections.abc import Iterator
from dataclasses import dataclass

from tortoise.models import Model

from kurir_api import models
from kurir_api.vault import Sealed, sealed_attributes


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table and what it keeps sealed."""

    model: type[Model]
    attributes: tuple[Sealed, ...]

    @property
    def name(self) -> str:
        """As the database calls it."""
        return str(self.model._meta.db_table)

    @property
    def columns(self) -> list[str]:
        """The sealed columns, and their indexes."""
        return [
            column
            for one in self.attributes
            for column in (f"{one.name}_sealed", *([f"{one.name}_index"] if one.indexed else []))
        ]

    def stale(self, encryption: int, index: int) -> str:
        """SQL for the rows of which something that can be opened is under other keys than these."""
        conditions = [f"get_byte({one.name}_sealed, 0) <> {encryption}" for one in self.attributes]
        conditions += [
            f"({one.name}_sealed IS NOT NULL AND {number_of(f'{one.name}_index')} <> {index})"
            for one in self.attributes
            if one.indexed
        ]
        return f"({' OR '.join(conditions)})"


def number_of(index: str) -> str:
    """SQL for the number of the key that made an index, as `vault.index_number`."""
    return f"CASE WHEN strpos({index}, ':') > 0 THEN split_part({index}, ':', 1)::int ELSE 1 END"


def sealed_tables() -> Iterator[SealedTable]:
    """All that have any, by name."""
    found = {kind for kind in vars(models).values() if isinstance(kind, type) and issubclass(kind, Model)}
    for model in sorted(found, key=lambda kind: kind.__name__):
        if attributes := tuple(sealed_attributes(model)):
            yield SealedTable(model, attributes)
