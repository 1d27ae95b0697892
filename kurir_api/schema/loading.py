"""How loaders are made: what `Loaders` and the mixins it is made of, schema/*/loaders.py, share."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader
from tortoise.models import Model
from tortoise.queryset import QuerySet

from kurir_api.auth import Principal
from kurir_api.schema.pagination import Connection, newest_of_each

V = TypeVar("V")


def by_key(
    rows: Callable[[list[Any]], Awaitable[Iterable[Model]]], make: Callable[[Any], V], key: str = "id"
) -> DataLoader[Any, V]:
    """One value per key."""

    async def load(keys: list[Any]) -> list[V | None]:
        found = {getattr(row, key): make(row) for row in await rows(keys)}
        return [found.get(wanted) for wanted in keys]

    return DataLoader(load_fn=load)


def grouped(
    rows: Callable[[list[Any]], Awaitable[Iterable[Model]]], make: Callable[[Any], V], key: str
) -> DataLoader[Any, list[V]]:
    """A list of values per key, in the order of the rows."""

    async def load(keys: list[Any]) -> list[list[V]]:
        found: dict[Any, list[V]] = defaultdict(list)
        for row in await rows(keys):
            found[getattr(row, key)].append(make(row))
        return [found[wanted] for wanted in keys]

    return DataLoader(load_fn=load)


Page = tuple[UUID, int | None, str | None]
"""What a nested list is asked for: the parent's id, `first` and `after`."""


def paged(rows: QuerySet[Any], make: Callable[[Any], V], parent: str) -> "DataLoader[Page, Connection[V]]":
    """A page of a parent's rows, newest first."""

    async def load(keys: list[Page]) -> list[Connection[V]]:
        asked: dict[tuple[int | None, str | None], list[UUID]] = defaultdict(list)
        for parent_id, first, after in keys:
            asked[first, after].append(parent_id)
        found: dict[Page, Connection[V]] = {}
        for (first, after), parents in asked.items():
            pages = await newest_of_each(rows, make, first, after, parent=parent, parents=parents)
            found |= {(one, first, after): page for one, page in zip(parents, pages, strict=True)}
        return [found[key] for key in keys]

    return DataLoader(load_fn=load)


def same(row: V) -> V:
    """The row itself, where a loader makes nothing of it."""
    return row


def ids_in(rows: QuerySet[Any]) -> Callable[[list[Any]], Awaitable[Iterable[Model]]]:
    """Of the rows those with the ids."""
    return lambda ids: rows.filter(pk__in=ids)


class OfCaller:
    """Loaders of one request, for one caller."""

    def __init__(self, principal: Principal) -> None:
        self._principal = principal
