"""Opaque ids: base64 of "Type:uuid", as Relay has them."""

import binascii
from typing import TypeVar
from uuid import UUID

import strawberry

from kurir_api import models
from kurir_api.errors import InvalidInput, NotFound

T = TypeVar("T")


@strawberry.interface(description="Anything with an id that finds it again through `node`.")
class Node:
    """Every entity of the API."""

    id: strawberry.ID = strawberry.field(description="Opaque, unique in the whole API, and lasting.")


def global_id(type_name: str, row_id: UUID | str) -> strawberry.ID:
    """The id by which clients know a row."""
    return strawberry.ID(models.global_id(type_name, row_id))


def split_id(value: str) -> tuple[str, str]:
    """Type name and row id of a global id. Raises NotFound for anything else: foreign looks like missing."""
    try:
        type_name, _, row_id = binascii.a2b_base64(value, strict_mode=True).decode().partition(":")
    except (ValueError, binascii.Error) as error:
        raise NotFound from error
    return type_name, row_id


def row_id(type_name: str, value: str) -> UUID:
    """The row a mutation is about. Raises NotFound when the id is malformed or of another type."""
    found, text = split_id(value)
    try:
        if found == type_name:
            return UUID(text)
    except ValueError:
        pass
    raise NotFound


def optional_row_id(type_name: str, value: str | None, path: str) -> UUID | None:
    """The row an input field points to. Raises InvalidInput naming the field when the id is no such id."""
    if value is None:
        return None
    try:
        return row_id(type_name, value)
    except NotFound as error:
        raise unknown_reference(path) from error


def unknown_reference(path: str) -> InvalidInput:
    """The refusal for an input field that points to nothing the caller knows."""
    return InvalidInput.of(path, id="Tidak ditemukan; pilih dari daftar.", en="Not found; choose from the list.")


def known(value: T | None) -> T:
    """What a loader gave. Raises NotFound when the caller may not know of it."""
    if value is None:
        raise NotFound
    return value
