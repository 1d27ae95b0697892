"""What every table shares."""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model
from tortoise.validators import MaxLengthValidator
from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7: unique anywhere, and in order of creation."""
    return uuid7()


def global_id(type_name: str, row_id: UUID | str) -> str:
    """The opaque id by which clients know a row, as Relay has it: base64 of "Type:uuid"."""
    return b64encode(f"{type_name}:{row_id}".encode()).decode()


def id_named(type_name: str, text: str) -> UUID | None:
    """The row that somebody names by its id, as clients know it or as it is; None for what is no id of such a row."""
    with suppress(ValueError):
        return UUID(text)
    with suppress(ValueError):
        found, _, row_id = b64decode(text, validate=True).decode().partition(":")
        return UUID(row_id) if found == type_name else None
    return None


class Table(Model):
    """A row with a UUIDv7 id."""

    id = fields.UUIDField(primary_key=True, default=new_id)

    class Meta:
        abstract = True


class TenantTable(Table):
    """A row owned by one regency, whose Kemendagri code ("33.02") it carries."""

    regency_code = fields.CharField(max_length=5)

    class Meta:
        abstract = True


def status_field(states: type[StrEnum], **options: Any) -> "fields.CharField[str]":
    """A state column; it changes only through `transitions.move`."""
    return fields.CharField(max_length=max(len(state) for state in states), **options)


def leave_lengths_to_postgresql(tables: Iterable[type[Model]]) -> None:
    """PostgreSQL refuses to store a text too long for its column. Tortoise would refuse even to look for one, which
    callers may: it is simply not there.
    """
    for table in tables:
        for field in table._meta.fields_map.values():
            field.validators = [check for check in field.validators if not isinstance(check, MaxLengthValidator)]


def insert_parts(row: Model, first: int, **expressions: str) -> tuple[str, str, list[Any]]:
    """The columns, the SELECT list and the parameters ($first on) that insert a row from a SELECT.

    `expressions` are SQL for columns that the SELECT computes. Parameters are given their types, because
    PostgreSQL can't infer them in a SELECT list.
    """
    meta = row._meta
    columns = [*expressions, *(name for name in meta.db_fields if name not in expressions)]
    selected = list(expressions.values())
    values: list[Any] = []
    for name in columns[len(expressions) :]:
        kind = meta.fields_map[name].get_for_dialect("postgres", "SQL_TYPE")
        selected.append(f"${first + len(values)}::{kind}")
        values.append(getattr(row, name))
    return ", ".join(columns), ", ".join(selected), values
