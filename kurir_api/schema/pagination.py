"""Connections: Relay's shape, keyset cursors, at most 100 rows a page."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, Protocol, TypeVar
from uuid import UUID

import orjson
import strawberry
from pypika_tortoise.context import SqlContext
from pypika_tortoise.terms import Function as SqlFunction
from strawberry import relay
from tortoise.connection import get_connection
from tortoise.expressions import F, Function, Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from kurir_api.errors import ClientError, Words

MOST = 100
USUAL = 20
T = TypeVar("T")
M = TypeVar("M", bound=Model)

First = Annotated[int | None, strawberry.argument(description="How many at most, 0 to 100; null: 20.")]
After = Annotated[str | None, strawberry.argument(description="The `endCursor` of the page before.")]


class BadPage(ClientError):
    """`first` out of range, or a cursor that is not one of ours."""

    words = Words(
        id="`first` antara 0 dan 100, dan `after` adalah `endCursor` dari halaman sebelumnya.",
        en="`first` is 0 to 100, and `after` is the `endCursor` of the page before.",
    )


class HasCursor(Protocol):
    """Any edge."""

    cursor: str


@strawberry.type(description="One row of a page.")
class Edge(Generic[T]):
    """A node and where it stands."""

    node: T = strawberry.field(description="The row.")
    cursor: str = strawberry.field(description="Where this row stands, for `after`.")


@strawberry.type(description="A page of rows.")
class Connection(Generic[T]):
    """Edges in order."""

    edges: list[Edge[T]] = strawberry.field(description="The rows, in order.")
    page_info: relay.PageInfo = strawberry.field(description="Whether and where the list goes on.")


def checked(first: int | None) -> int:
    """The page size; null is the usual one. Raises BadPage."""
    size = USUAL if first is None else first
    if not 0 <= size <= MOST:
        raise BadPage
    return size


def encode_cursor(*key: Any) -> str:
    """A cursor for the row with this sort key (JSON values and UUIDs)."""
    # asyncpg's UUIDs are a subclass, which orjson doesn't take by itself.
    return urlsafe_b64encode(orjson.dumps(key, default=str)).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: Callable[[Any], Any]) -> tuple[Any, ...] | None:
    """The sort key in a cursor, each part made by its kind. Raises BadPage."""
    if cursor is None:
        return None
    try:
        key = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return tuple(kind(part) for kind, part in zip(kinds, key, strict=True))
    # AttributeError is UUID's word for what is no text.
    except (ValueError, TypeError, AttributeError, binascii.Error, orjson.JSONDecodeError) as error:
        raise BadPage from error


def page_info(edges: Sequence[HasCursor], *, more: bool, after: object) -> relay.PageInfo:
    """The page info of edges, given whether more follow and whether we came from an earlier page."""
    return relay.PageInfo(
        has_next_page=more,
        has_previous_page=after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )


async def newest_first(
    rows: QuerySet[M], make: Callable[[M], T], first: int | None, after: str | None
) -> Connection[T]:
    """A page ordered from the newest: ids are UUIDv7, so the id is the whole key. One statement."""
    limit, key = checked(first), decode_cursor(after, UUID)
    if key:
        rows = rows.filter(id__lt=key[0])
    found = await rows.order_by("-id").limit(limit + 1)
    return _page(found, make, limit, after)


async def last_raised_first(
    rows: QuerySet[M], make: Callable[[M], T], first: int | None, after: str | None
) -> Connection[T]:
    """A page ordered by when it was raised, the last first, then by id: what was armed early may be raised late. One
    statement.
    """
    limit, key = checked(first), decode_cursor(after, _moment, UUID)
    if key:
        rows = rows.filter(Q(raised_at__lt=key[0]) | Q(raised_at=key[0], id__lt=key[1]))
    found = await rows.order_by("-raised_at", "-id").limit(limit + 1)
    return _page(found, make, limit, after, by="raised_at")


def _moment(part: Any) -> datetime:
    """The moment in a cursor. Raises TypeError or ValueError for what is none."""
    moment = datetime.fromisoformat(part)
    if moment.tzinfo is None:
        raise ValueError(part)
    return moment


class _PlaceAmong(SqlFunction):
    """`row_number() OVER (PARTITION BY parent ORDER BY id DESC)`."""

    def __init__(self, parent: Any, own_id: Any) -> None:
        super().__init__("place_among", parent, own_id)

    def get_function_sql(self, ctx: SqlContext) -> str:
        parent, own_id = (self.get_arg_sql(arg, ctx) for arg in self.args)
        return f"row_number() OVER (PARTITION BY {parent} ORDER BY {own_id} DESC)"


class PlaceAmong(Function):
    """From 1, the row's place among those of the same parent, newest first: `PlaceAmong("case_id", F("id"))`."""

    database_func = _PlaceAmong


async def newest_of_each(
    rows: QuerySet[M],
    make: Callable[[M], T],
    first: int | None,
    after: str | None,
    *,
    parent: str,
    parents: Sequence[UUID],
) -> list[Connection[T]]:
    """`newest_first` of each of many parents' rows, in the parents' order. Two statements, however many parents."""
    limit, key = checked(first), decode_cursor(after, UUID)
    chosen = rows.filter(**{f"{parent}__in": parents})
    if key:
        chosen = chosen.filter(id__lt=key[0])
    # Without joins, so that a column's name is enough.
    plain = rows.model.filter(id__in=Subquery(chosen.values("id")))
    numbered = plain.annotate(place=PlaceAmong(parent, F("id"))).values("id", "place")
    numbered.sql()  # which builds the query
    sql, values = numbered.query.get_parameterized_sql()
    on_pages = await get_connection("default").execute_query_dict(
        f"SELECT id FROM ({sql}) numbered WHERE place <= ${len(values) + 1}", [*values, limit + 1]
    )
    found: dict[UUID, list[M]] = defaultdict(list)
    for row in await rows.model.filter(id__in=[row["id"] for row in on_pages]).order_by("-id"):
        found[getattr(row, parent)].append(row)
    return [_page(found[one], make, limit, after) for one in parents]


def _page(
    found: Sequence[M], make: Callable[[M], T], limit: int, after: str | None, *, by: str | None = None
) -> Connection[T]:
    """The first `limit` of those found; the key is the column `by`, if they are ordered by one, and the id."""
    keys = [(getattr(row, by), row.pk) if by else (row.pk,) for row in found[:limit]]
    edges = [Edge(node=make(row), cursor=encode_cursor(*key)) for row, key in zip(found[:limit], keys, strict=True)]
    return Connection(edges=edges, page_info=page_info(edges, more=len(found) > limit, after=after))


def _name(part: Any) -> str:
    """The name in a cursor. Raises ValueError for what PostgreSQL can't store, and so can be none."""
    if not isinstance(part, str) or "\0" in part:
        raise ValueError(part)
    return part


async def by_name(rows: QuerySet[M], make: Callable[[M], T], first: int | None, after: str | None) -> Connection[T]:
    """A page ordered by name, then id. One statement."""
    limit, key = checked(first), decode_cursor(after, _name, UUID)
    if key:
        rows = rows.filter(Q(name__gt=key[0]) | Q(name=key[0], id__gt=key[1]))
    found = await rows.order_by("name", "id").limit(limit + 1)
    return _page(found, make, limit, after, by="name")
